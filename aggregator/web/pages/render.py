"""Makes pages from templates. Whatever a template prints is escaped, unless it is `Markup` of sanitised HTML."""

from hashlib import blake2b
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from aggregator.web.server_state import Reader

_HERE = Path(__file__).parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """Returns the page that a template makes of these values, and of `root` (what stands before every path), `path`
    (this page's, without it) and `login` (who reads it; None: nobody need log in)."""
    root: str = request.scope.get("root_path", "")
    login: Reader = request.state.login
    shared = {"root": root, "path": request.url.path.removeprefix(root), "login": login, "static": _static(root)}
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(shared | values), status)


def _static(root: str) -> Any:
    def url(name: str) -> str:
        return f"{root}/static/{name}?v={_version(name)}"

    return url


_versions: dict[str, str] = {}


def _version(name: str) -> str:
    """Returns what changes when a static file does, so that browsers may keep it."""
    if name not in _versions:
        _versions[name] = blake2b((_HERE / "static" / name).read_bytes(), digest_size=6).hexdigest()
    return _versions[name]
