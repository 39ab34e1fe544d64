"""Lets a request in or refuses it, before any handler runs: by its host, by who asks, by where a change comes from."""

import base64
import binascii
import hashlib
import ipaddress
import re
import time
from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.access.logins import Login, TooManyLogins
from aggregator.errors import StoreError
from aggregator.web import protocols
from aggregator.web.peer import Peer, peer_of
from aggregator.web.problem_answers import problem
from aggregator.web.root_path import path_of, root_of
from aggregator.web.server_state import ServerState

COOKIE = "aggregator_session"
SAFE = ("GET", "HEAD", "OPTIONS")
PUBLIC = ("/healthz", "/login")
STATIC = "/static/"
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^:/?#\[\]@\s]+))(?::\d{1,5})?", re.IGNORECASE)
_LOCAL_NAME = "localhost"
_KNOWN_SECONDS = 60.0  # for a session ends, and the use of a token is noted, without any change
_MOST_KNOWN = 1000


class Guard:
    """The middleware. What it found stands in `request.state`: `peer` and `login`, and `version`, which is that of the
    database when it looked. It looks again where the database has changed since."""

    def __init__(self, app: ASGIApp, served: ServerState) -> None:
        self._app = app
        self._served = served
        self._known: dict[bytes, Login | None] = {}  # who was let in, by what was sent
        self._known_by: tuple[object, float] = (None, 0.0)  # the version when it was, and until when that counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        peer = peer_of(scope, self._served.trusted)
        state = scope.setdefault("state", {})
        state["peer"], state["login"] = peer, None
        refused = self._refused_host(peer)
        path = path_of(scope)
        if refused is None and not _is_open(path):  # what is open waits for no thread
            state["version"] = await self._version()
            refused = await self._refused(scope, path, peer)
        await (refused or self._app)(scope, receive, send)

    async def _version(self) -> object:
        store = self._served.store
        try:
            if store.dialect == "sqlite":
                return store.data_version()  # in microseconds: a thread would take longer to begin
            return await run_in_threadpool(store.data_version)
        except StoreError:
            return object()  # which equals no other; whoever reads the database tells what is wrong

    def _refused_host(self, peer: Peer) -> Response | None:
        """Refuses names that are not this server's: a page of another site whose name leads here is not let in."""
        found = _HOST.fullmatch(peer.host)
        name = (found[1] or found[2]) if found else None
        if name is None:
            return problem(400, "the Host header is missing or no host")
        known = self._served.hosts
        if known is None or name == _LOCAL_NAME or name in known or _is_address(name):
            return None
        return problem(421, f"{name} is no name of this server; `aggregator serve --allow-host {name}` makes it one")

    async def _refused(self, scope: Scope, path: str, peer: Peer) -> Response | None:
        """Finds who asks; returns the refusal, None if the request is let in."""
        changes, headers = scope["method"] not in SAFE, Headers(scope=scope)
        now, version, sent = time.monotonic(), scope["state"]["version"], _sent(scope, headers, path)
        if self._known_by[0] != version or now > self._known_by[1] or len(self._known) > _MOST_KNOWN:
            self._known, self._known_by = {}, (version, now + _KNOWN_SECONDS)
        known = self._known
        if sent not in known:
            try:
                login, is_open = await run_in_threadpool(self._look, scope, headers, path, peer)
            except TooManyLogins as error:
                return problem(429, str(error), {"Retry-After": str(error.seconds)})
            if login is None and not is_open:
                return _closed(scope, headers, path)
            known[sent] = login
        login = scope["state"]["login"] = known[sent]
        if changes and login is None:
            return problem(403, "read-only until a password is set: `aggregator web password USER`")
        if changes and login is not None and _may_be_foreign(login, headers) and not is_same_origin(headers, peer):
            return problem(403, "a change must come from a page of this server")
        return None

    def _look(self, scope: Scope, headers: Headers, path: str, peer: Peer) -> tuple[Login | None, bool]:
        """Returns who asks, and whether anybody may."""
        login = self._login(scope, headers, path, peer)
        return login, login is None and self._served.logins.account() is None

    def _login(self, scope: Scope, headers: Headers, path: str, peer: Peer) -> Login | None:
        logins, out = self._served.logins, path.startswith("/out/")
        login = None
        if token := token_of(headers):
            login = logins.by_token(token)
        elif out and (keys := parse_qs(scope["query_string"].decode("latin-1")).get("key")):
            login = logins.by_token(keys[0])
        elif basic := basic_of(headers):
            login = logins.by_token(basic[1]) or logins.by_password(*basic, peer.address)
        elif secret := cookie_parser(headers.get("cookie", "")).get(COOKIE):
            login = logins.by_session(secret)
        return login if login is None or login.scope == "all" or out else None


def _sent(scope: Scope, headers: Headers, path: str) -> bytes:
    """Returns a digest of all by which a request may log in: what is remembered of a password tells nobody what it
    is."""
    names = ("authorization", "x-auth-token", "cookie")
    key = scope["query_string"] if path.startswith("/out/") else None
    return hashlib.blake2b(repr((*map(headers.get, names), key)).encode(), digest_size=32).digest()


def _is_open(path: str) -> bool:
    """Tells whether no login is asked for here before a handler runs."""
    return path in PUBLIC or path.startswith((STATIC, *protocols.OWN_LOGIN))


def is_same_origin(headers: Headers, peer: Peer) -> bool:
    """Tells whether a browser says that a request comes from a page of this server; one that says nothing did not."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is not None:
        return origin.lower() == peer.origin
    return site is not None


def _may_be_foreign(login: Login, headers: Headers) -> bool:
    """Tells whether another server's page may have sent this: browsers send cookies, and passwords that they know, with
    its requests too. A program that sends a password says nothing of where it comes from."""
    from_browser = "sec-fetch-site" in headers or "origin" in headers
    return login.kind == "session" or (login.kind == "password" and from_browser)


def token_of(headers: Headers) -> str | None:
    """Returns the token of a request's headers."""
    kind, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else headers.get("x-auth-token")


def basic_of(headers: Headers) -> tuple[str, str] | None:
    """Returns the name and password of a request's headers."""
    kind, _, sent = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(sent.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None


def local_target(wanted: str | None) -> str:
    """Returns where to go after a login: a path of this server, `/` for anything else."""
    wanted = wanted or "/"
    parts = urlsplit(wanted)
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if is_path and wanted.isprintable() and "\\" not in wanted else "/"


def _closed(scope: Scope, headers: Headers, path: str) -> Response:
    """Returns the answer to who must log in first: a page leads a browser there."""
    is_page = (
        scope["method"] in ("GET", "HEAD") and "text/html" in headers.get("accept", "") and not path.startswith("/api/")
    )
    if is_page and not path.startswith("/out/"):
        query = scope["query_string"].decode("latin-1")
        wanted = path + (f"?{query}" if query else "")
        return RedirectResponse(f"{root_of(scope)}/login?next={quote(wanted, safe='')}", 303)
    asked = "Basic" if path.startswith("/out/") else "Bearer"
    return problem(401, "log in, or send a token", {"WWW-Authenticate": f'{asked} realm="aggregator"'})


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def peer(request: Request) -> Peer:
    """Returns who asked."""
    found: Peer = request.state.peer
    return found
