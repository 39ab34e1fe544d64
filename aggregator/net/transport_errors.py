"""What went wrong on the wire, in words for people: aiohttp's exceptions made faults with a kind and a reason."""

import errno
import socket
import ssl

import aiohttp

from aggregator.errors import FetchKind
from aggregator.net.headers import number

_ERRNO = {
    errno.ECONNREFUSED: "the server refuses connections",
    errno.ECONNRESET: "the server reset the connection",
    errno.ECONNABORTED: "the server reset the connection",
    errno.EPIPE: "the server reset the connection",
    errno.ETIMEDOUT: "the server can't be reached (timed out)",
    errno.ENETUNREACH: "there is no way to its network",
    errno.EHOSTUNREACH: "there is no way to the server",
    errno.EADDRNOTAVAIL: "there is no way to its address",
}


class Fault(Exception):
    """A request failed on the wire; `kind` as in FetchError, `reason` made for people."""

    def __init__(self, kind: FetchKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: FetchKind = kind
        self.reason = reason


class AddressRefused(OSError):
    """Our own guard refuses the address; an OSError, so that it travels through the connector like any other."""


def fault(error: Exception, host: str) -> Fault:
    """The fault that an exception of aiohttp (or of the socket below it) stands for."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return _not_connected(error.os_error, host)
    if isinstance(error, aiohttp.ServerTimeoutError):
        return Fault("timeout", "there was no connection in time")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return Fault("protocol", "the server closed the connection without an answer")
    if isinstance(error, aiohttp.ClientResponseError):
        return _not_http(error.message)
    if isinstance(error, OSError):
        return Fault("connect", _ERRNO.get(error.errno or 0) or f"the connection broke ({brief(str(error))})")
    if isinstance(error, ValueError):  # aiohttp's word for a URL or a header that can't be sent
        return Fault("refused", f"the request can't be sent ({brief(str(error))})")
    return Fault("protocol", f"the connection broke ({brief(str(error)) or type(error).__name__})")


def body_fault(error: Exception, received: int, declared: str | None) -> Fault:
    """The fault of a body that broke off after `received` bytes; `declared` is the Content-Length header."""
    whole = number(declared)
    got = f"{received:,} of {whole:,} bytes" if whole else f"{received:,} bytes, before the end of the page"
    if "ConnectionResetError" in str(error):  # aiohttp keeps no more of it than this
        return Fault("connect", f"the server reset the connection after {got}")
    if whole and received >= whole:
        return Fault("protocol", f"the connection broke ({brief(str(error))})")
    return Fault("protocol", f"the server closed the connection after {got}")


def brief(text: str) -> str:
    """The first line of a library's message, short and printable."""
    line = text.strip().partition("\n")[0].strip().rstrip(":.")
    return "".join(c if c.isprintable() else "?" for c in line[:120])


def _not_http(message: str) -> Fault:
    if message.startswith(("Got more than", "Too many headers")):
        return Fault("too_large", "the answer's headers are larger than a server's should be")
    return Fault("protocol", f"the server's answer is not HTTP ({brief(message)})")


def _not_connected(error: OSError, host: str) -> Fault:
    if isinstance(error, AddressRefused):
        return Fault("refused", str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return Fault("tls", f"the certificate of {host} can't be trusted: {error.verify_message.rstrip('.')}")
    if isinstance(error, ssl.SSLError):
        return Fault(
            "tls", f"no secure connection to {host} ({(error.reason or 'handshake failed').replace('_', ' ').lower()})"
        )
    if isinstance(error, socket.gaierror):
        return Fault("dns", _not_found(error, host))
    return Fault("connect", _ERRNO.get(error.errno or 0) or f"no connection ({brief(error.strerror or str(error))})")


def _not_found(error: socket.gaierror, host: str) -> str:
    if error.errno == socket.EAI_AGAIN:
        return f"the name {host} can't be looked up just now; is the network up?"
    if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
        return f"there is no host named {host}"
    return f"the name {host} can't be looked up ({brief(error.strerror or str(error))})"
