"""Headers sent and received. Source: RFC 9110.

A received value is text of one character a byte (latin-1), whatever a server put there; so it can be stored, and an
ETag goes back byte for byte.
"""

import re
from collections.abc import Iterable

from aggregator.net.request import NetSettings, Request
from aggregator.net.targets import Target

_ENCODINGS = b"gzip, deflate, br, zstd"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+")
# Headers of a feed that are no secret between it and its host, and so may follow a redirect to another host.
_HARMLESS = frozenset(("accept", "accept-language", "user-agent"))


def sent(request: Request, start: Target, place: Target, settings: NetSettings) -> list[tuple[bytes, bytes]]:
    """The headers of the hop to `place` of a request that began at `start`. No cookie and no referrer, ever; an e-mail
    address as contact is sent as From, as RFC 9110 section 10.1.2 wishes of robots."""
    at_home = place.same_place(start)
    headers = {"user-agent": octets(settings.user_agent), "accept": octets(request.accept)}
    headers["accept-encoding"] = _ENCODINGS
    if settings.contact and _EMAIL.fullmatch(settings.contact):
        headers["from"] = octets(settings.contact)
    for name, value in request.headers.items():
        if at_home or name.lower() in _HARMLESS:
            headers[name.lower()] = value.encode("utf-8", "replace")
    if login := place.authorization or (start.authorization if at_home else None):
        headers["authorization"] = login.encode("ascii")
    for name, validator in (("if-none-match", request.etag), ("if-modified-since", request.last_modified)):
        if validator and not _CONTROL.search(validator) and is_validated(request, start, place):
            headers[name] = octets(validator)
    return [(name.encode("ascii", "replace"), value) for name, value in headers.items()]


def is_validated(request: Request, start: Target, place: Target) -> bool:
    """True for the hop to the address that the request's validators came from; they say nothing of any other."""
    return place.url == (request.validated_url or start.url)


def is_conditional(request: Request, start: Target, place: Target) -> bool:
    """True if 304 is an answer to the hop to `place`."""
    names = {name.lower() for name in request.headers}
    own = bool(request.etag or request.last_modified) and is_validated(request, start, place)
    return own or bool(names & {"if-none-match", "if-modified-since"})


def received(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers with lower-case names, cookies left out; several of one name joined by commas."""
    plain: dict[str, str] = {}
    for name, value in headers:
        key, content = name.decode("latin-1").lower(), value.decode("latin-1")
        if key != "set-cookie":
            plain[key] = f"{plain[key]}, {content}" if key in plain else content
    return plain


def octets(value: str) -> bytes:
    """The bytes of a header value: those it came as, if it came from `received`."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


def text(value: str) -> str:
    """A received value as text: UTF-8 where its bytes are that."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return value


def number(value: str | None) -> int | None:
    """A header that is a whole number; None where it is missing or none. As good as endless from 18 digits on."""
    return int(value[:18]) if value and value.isascii() and value.isdigit() else None


def is_whole(content_range: str) -> bool:
    """True if a Content-Range covers all there is: "bytes 0-99/100"."""
    span, _, size = content_range.removeprefix("bytes").strip().partition("/")
    whole = number(size)
    return whole is not None and span == f"0-{whole - 1}"
