"""Makes the exceptions of aiohttp and httpx errors with a kind and a reason for people."""

import errno
import socket
import ssl

import aiohttp
import httpx

from aggregator.errors import FetchError, FetchKind
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


_NO_RESOLVER = "just now; is the network up?"


def is_of_this_machine(error: FetchError) -> bool:
    """Tells whether it says that this machine has no network, or no resolver that answers."""
    return error.reason.endswith((_NO_RESOLVER, _ERRNO[errno.ENETUNREACH]))


class TransportError(httpx.TransportError):
    """A request failed on the wire; `kind` as in FetchError, `reason` made for people."""

    def __init__(self, kind: FetchKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: FetchKind = kind
        self.reason = reason


class AddressRefused(OSError):
    """The guard refuses the address. An OSError, so that it passes through the connector like any other."""


def from_aiohttp(error: Exception, host: str) -> TransportError:
    """Returns the error that an exception of aiohttp, or of the socket below it, stands for."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return not_connected(error.os_error, host)
    if isinstance(error, aiohttp.ServerTimeoutError):
        return TransportError("timeout", "there was no connection in time")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return TransportError("protocol", "the server closed the connection without an answer")
    if isinstance(error, aiohttp.ClientResponseError):
        return _not_http(error.message)
    if isinstance(error, OSError):
        return TransportError("connect", _ERRNO.get(error.errno or 0) or f"the connection broke ({brief(str(error))})")
    if isinstance(error, ValueError):  # what aiohttp raises for a URL or a header that can't be sent
        return TransportError("refused", f"the request can't be sent ({brief(str(error))})")
    return TransportError("protocol", f"the connection broke ({brief(str(error)) or type(error).__name__})")


def from_aiohttp_body(error: Exception, received: int, declared: str | None) -> TransportError:
    """Returns the error of a body that broke off after `received` bytes; `declared` is the Content-Length header."""
    whole = number(declared)
    got = f"{received:,} of {whole:,} bytes" if whole else f"{received:,} bytes, before the end of the page"
    if "ConnectionResetError" in str(error):  # aiohttp keeps no more of it than this
        return TransportError("connect", f"the server reset the connection after {got}")
    if whole and received >= whole:
        return TransportError("protocol", f"the connection broke ({brief(str(error))})")
    return TransportError("protocol", f"the server closed the connection after {got}")


def from_httpx(error: Exception, host: str) -> TransportError:
    """Returns the error that an exception of another transport, or of httpx itself, stands for."""
    if isinstance(error, TransportError):
        return error
    if isinstance(error, httpx.TimeoutException):
        return TransportError("timeout", "there was no answer in time")
    if isinstance(error, httpx.ConnectError) and (cause := os_error(error)) is not None:
        return not_connected(cause, host)
    if isinstance(error, httpx.NetworkError):
        return TransportError("connect", f"the connection broke ({brief(str(error)) or type(error).__name__})")
    if isinstance(error, httpx.TransportError):
        return TransportError("protocol", f"the connection broke ({brief(str(error)) or type(error).__name__})")
    return TransportError("refused", f"the request can't be sent ({brief(str(error))})")


def os_error(error: BaseException) -> OSError | None:
    """Returns the innermost error of the system that led to this one, or is it; None where there is none."""
    found: OSError | None = None
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and (cause.errno or isinstance(cause, AddressRefused)):
            found = cause
        cause = cause.__cause__ or cause.__context__
    return found


def brief(text: str) -> str:
    """Returns the first line of a library's message, short and printable."""
    line = text.strip().partition("\n")[0].strip().rstrip(":.")
    return "".join(c if c.isprintable() else "?" for c in line[:120])


def not_connected(error: OSError, host: str) -> TransportError:
    """Returns the error of a connection to `host` that did not come about."""
    if isinstance(error, AddressRefused):
        return TransportError("refused", str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".")
        return TransportError("tls", f"the certificate of {host} can't be trusted: {reason}")
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "handshake failed").replace("_", " ").lower()
        return TransportError("tls", f"no secure connection to {host} ({reason})")
    if isinstance(error, socket.gaierror):
        return TransportError("dns", _not_found(error, host))
    reason = _ERRNO.get(error.errno or 0) or f"no connection ({brief(error.strerror or str(error))})"
    return TransportError("connect", reason)


def _not_http(message: str) -> TransportError:
    if message.startswith(("Got more than", "Too many headers")):
        return TransportError("too_large", "the answer's headers are larger than a server's should be")
    return TransportError("protocol", f"the server's answer is not HTTP ({brief(message)})")


def _not_found(error: socket.gaierror, host: str) -> str:
    if error.errno == socket.EAI_AGAIN:
        return f"the name {host} can't be looked up {_NO_RESOLVER}"
    if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
        return f"there is no host named {host}"
    return f"the name {host} can't be looked up ({brief(error.strerror or str(error))})"
