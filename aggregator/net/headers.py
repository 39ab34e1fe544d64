"""Makes the headers that are sent and reads those that are received. Source: RFC 9110.

A received value is text of one character a byte (latin-1), whatever a server put there; so it can be stored, and an
ETag goes back byte for byte, if it can be sent at all.
"""

import re
from collections.abc import Iterable, Mapping

from aggregator.net.net_settings import NetSettings
from aggregator.net.request import Request
from aggregator.net.targets import Target

_ENCODINGS = b"gzip, deflate, br, zstd"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+")
# Headers of a feed that are no secret between it and its host, and so may follow a redirect to another host.
_HARMLESS = frozenset(("accept", "accept-language", "user-agent"))


def sent(request: Request, start: Target, target: Target, settings: NetSettings) -> list[tuple[bytes, bytes]]:
    """Returns the headers of the request to `target` of a fetch that began at `start`. They hold no cookie and no
    referrer, ever; an e-mail address as contact is sent as From, as RFC 9110 section 10.1.2 wishes of robots."""
    at_home = target.same_origin(start)
    headers = {"host": target.authority.encode("ascii"), "user-agent": octets(settings.user_agent)}
    headers |= {"accept": octets(request.accept), "accept-encoding": _ENCODINGS}
    if request.post is not None:
        headers["content-length"] = str(len(request.post)).encode("ascii")
    if settings.contact and _EMAIL.fullmatch(settings.contact):
        headers["from"] = octets(settings.contact)
    for name, value in request.headers.items():
        if at_home or name.lower() in _HARMLESS:
            headers[name.lower()] = value.encode("utf-8", "replace")
    if login := target.authorization or (start.authorization if at_home else None):
        headers["authorization"] = login.encode("ascii")
    for name, validator in _validators(request, start, target).items():
        headers[name] = octets(validator)
    return [(name.encode("ascii", "replace"), value) for name, value in headers.items()]


def _validators(request: Request, start: Target, target: Target) -> dict[str, str]:
    """Returns the conditions of the request to `target`: none where the validators came from another address, as they
    say nothing of this one, nor where a server made one of bytes that are no text (RFC 9110 wants ASCII; UTF-8 is let
    pass): then the whole body comes once more."""
    if target.url != (request.validated_url or start.url):
        return {}
    kept = {"if-none-match": request.etag, "if-modified-since": request.last_modified}
    return {name: value for name, value in kept.items() if value and _is_sendable(value)}


def _is_sendable(validator: str) -> bool:
    try:
        octets(validator).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _CONTROL.search(validator)


def is_conditional(request: Request, start: Target, target: Target) -> bool:
    """True if 304 is an answer to the request to `target`."""
    names = {name.lower() for name in request.headers}
    return bool(_validators(request, start, target) or names & {"if-none-match", "if-modified-since"})


def received(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Returns headers with lower-case names, cookies left out; several of one name joined by commas."""
    plain: dict[str, str] = {}
    for name, value in headers:
        key, content = name.decode("latin-1").lower(), value.decode("latin-1")
        if key != "set-cookie":
            plain[key] = f"{plain[key]}, {content}" if key in plain else content
    return plain


def octets(value: str) -> bytes:
    """Returns the bytes of a header value: those it came as, if it came from `received`."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


def text(value: str) -> str:
    """Decodes a received value: as UTF-8 where its bytes are that."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return value


def number(value: str | None) -> int | None:
    """Parses a header that is a whole number; None where it is missing or none. It is cut to 18 digits."""
    return int(value[:18]) if value and value.isascii() and value.isdigit() else None


def part_of(received: Mapping[str, str]) -> str | None:
    """Returns what part of the whole an answer of 206 holds, for an error; None for all of it. No part was asked for,
    so an answer that names none is the whole; "bytes 0-99/100" is so too."""
    said = received.get("content-range", "").strip()
    if "multipart/byteranges" in received.get("content-type", "").lower():
        return said or "parts"
    span, _, size = said.removeprefix("bytes").strip().partition("/")
    whole = number(size)
    return None if not said or (whole is not None and span == f"0-{whole - 1}") else said
