"""Tells which path of the application is asked for, wherever a proxy has put it."""

from starlette.types import Scope


def root_of(scope: Scope) -> str:
    """Returns what stands before every path: nothing, or what a proxy puts there."""
    root: str = scope.get("root_path", "")
    return root


def path_of(scope: Scope) -> str:
    """Returns the path that is asked for, without what stands before every path."""
    path: str = scope["path"]
    return path.removeprefix(root_of(scope)) or "/"
