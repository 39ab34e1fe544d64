"""Turns a URL into what is really asked: checks scheme, host and port, and makes odd spellings plain."""

import re
import socket
from base64 import b64encode
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import quote, unquote, urlsplit

from aggregator.errors import FetchError
from aggregator.net.addresses import Address
from aggregator.urls import ascii_host, without_login

_MAX_URL = 16384
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Ports of other protocols, which a URL must not make us talk to. Source: the Fetch standard's "bad port" list.
# fmt: off
_BAD_PORTS = frozenset((
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
    540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
    6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
))
# fmt: on
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_IN_PATH = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"<>`{}')
_IN_QUERY = _IN_PATH + "`{}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes. `url` is what is sent (ASCII, no user name, no fragment), `authority` its host and port;
    `address` is set where the host is one; `authorization` is the header made of the URL's user name and password."""

    url: str
    scheme: str
    host: str
    port: int
    authority: str
    address: Address | None = None
    authorization: str | None = None

    def same_origin(self, other: "Target") -> bool:
        """True if what is meant for `other` may be sent here too: its host and port, or their secure counterpart."""
        if self.host != other.host:
            return False
        upgraded = (other.scheme, other.port, self.scheme, self.port) == ("http", 80, "https", 443)
        return upgraded or (self.scheme, self.port) == (other.scheme, other.port)


def target(url: str) -> Target:
    """The target of a URL; raises FetchError "refused" for one that must not or can't be asked."""
    text = re.sub(r"[\t\r\n]", "", url).strip()
    try:
        parts = urlsplit(text)
        scheme, name, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError as error:
        raise _refused(url, f"this is not a URL ({error})") from None
    if len(text) > _MAX_URL:
        raise _refused(url, f"the URL is longer than {_MAX_URL:,} characters")
    if scheme not in _DEFAULT_PORTS:
        raise _refused(url, f"only http and https are fetched, not {scheme}:" if scheme else "this is not an http URL")
    if port in _BAD_PORTS or port == 0:
        raise _refused(url, f"port {port} is not a web server's")
    host, address = _host(url, name)
    shown = f"[{host}]" if isinstance(address, IPv6Address) else host
    authority = shown if port in (None, _DEFAULT_PORTS[scheme]) else f"{shown}:{port}"
    path = quote(parts.path or "/", safe=_IN_PATH, errors="replace")
    query = f"?{quote(parts.query, safe=_IN_QUERY, errors='replace')}" if parts.query else ""
    login = _basic(parts.username, parts.password)
    return Target(
        f"{scheme}://{authority}{path}{query}", scheme, host, port or _DEFAULT_PORTS[scheme], authority, address, login
    )


def _host(url: str, name: str) -> tuple[str, Address | None]:
    if not name:
        raise _refused(url, "the URL has no host")
    if ":" in name:
        return _ipv6(url, name)
    host = ascii_host(name)
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise _refused(url, f"{name!r} is not a host name")
    return _ipv4(url, host) if _NUMERIC.fullmatch(host) else (host, None)


def _ipv4(url: str, host: str) -> tuple[str, Address]:
    """An address in any of its spellings (127.1, 2130706433, 0x7f.0.0.1), read the way `connect` reads them."""
    try:
        address = ip_address(socket.inet_aton(host))
    except OSError:
        raise _refused(url, f"{host!r} is not an IPv4 address") from None
    return str(address), address


def _ipv6(url: str, host: str) -> tuple[str, Address]:
    try:
        address = IPv6Address(host)
    except ValueError:
        raise _refused(url, f"{host!r} is not an IPv6 address") from None
    if address.scope_id is not None:
        raise _refused(url, f"{host!r} names a network interface, which a URL can't do here")
    return address.compressed, address


def _basic(user: str | None, password: str | None) -> str | None:
    if not user and not password:
        return None
    pair = f"{unquote(user or '')}:{unquote(password or '')}"
    return "Basic " + b64encode(pair.encode("utf-8", "replace")).decode("ascii")


def _refused(url: str, reason: str) -> FetchError:
    return FetchError("refused", without_login(url), reason)
