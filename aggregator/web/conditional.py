"""Answers conditional requests: gives every answer to GET a validator, and 304 to who has it already; answers HEAD."""

import hashlib
from email.utils import formatdate, parsedate_to_datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CONDITIONS = (b"if-none-match", b"if-modified-since")
_KEPT = ("etag", "last-modified", "cache-control", "vary", "date", "expires", "content-location")


class Conditional:
    """The middleware. It holds answers of 200 in memory until they are whole; streams of any size pass it elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        start: Message = {}
        parts: list[bytes] = []

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                await answer(scope, start, b"".join(parts), send)

        await self._app({**scope, "method": "GET"}, receive, hold)


def without_conditions(scope: Scope) -> Scope:
    """Returns the request that asks for all of the same answer."""
    headers = [(name, value) for name, value in scope["headers"] if name not in _CONDITIONS]
    return {**scope, "method": "GET", "headers": headers}


async def answer(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    """Sends of a whole answer to GET what was asked for: all of it, its headers, or that it is known."""
    headers = MutableHeaders(raw=start["headers"])
    if start["status"] == 200:
        headers.setdefault("Cache-Control", "private, no-cache")
        headers.setdefault("ETag", f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')
        if _is_known(Headers(scope=scope), headers):
            kept = [(name, value) for name, value in start["headers"] if name.decode("latin-1").lower() in _KEPT]
            start, body = {**start, "status": 304, "headers": kept}, b""
    await send(start)
    await send({"type": "http.response.body", "body": body if scope["method"] == "GET" else b""})


def modified(at: int) -> dict[str, str]:
    """Returns the header that says when an answer changed last; seconds since 1970."""
    return {"Last-Modified": formatdate(at, usegmt=True)}


def _is_known(asked: Headers, headers: Headers) -> bool:
    """Tells whether the client has this answer; by its tag alone where it names one (RFC 9110, 13.2.2)."""
    if (tags := asked.get("if-none-match")) is not None:
        opaque = headers["etag"].removeprefix("W/")
        return tags.strip() == "*" or opaque in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    since, modified = asked.get("if-modified-since"), headers.get("last-modified")
    if since is None or modified is None:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
