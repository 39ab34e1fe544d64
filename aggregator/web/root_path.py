"""Tells which path of the application is asked for, wherever a proxy has put it."""

from starlette.types import ASGIApp, Receive, Scope, Send


class RootPath:
    """The middleware that says what a proxy puts before every path, whether the proxy takes it away again or not."""

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app = app
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["root_path"] = self._root  # no copy: the answer to a failure, which is made outside, reads it too
        await self._app(scope, receive, send)


def root_of(scope: Scope) -> str:
    """Returns what stands before every path: nothing, or what a proxy puts there."""
    root: str = scope.get("root_path", "")
    return root


def path_of(scope: Scope) -> str:
    """Returns the path that is asked for, without what stands before every path."""
    path: str = scope["path"]
    return path.removeprefix(root_of(scope)) or "/"
