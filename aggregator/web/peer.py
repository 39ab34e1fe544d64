"""Says who asked, by what name, over what: from the connection, and from a proxy's headers where that is trusted."""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope


@dataclass(frozen=True, slots=True)
class Peer:
    """The address that asks, the host (with its port) that it asks, and the scheme it asks by."""

    address: str
    host: str
    scheme: str

    @property
    def origin(self) -> str:
        """Returns the origin that a browser sends of pages of this server."""
        return f"{self.scheme}://{self.host}"


def peer_of(scope: Scope, trusted: Collection[str]) -> Peer:
    """Returns the peer of a request. The last address that a trusted proxy has seen counts: what stands before it,
    anybody may have written."""
    headers = Headers(scope=scope)
    client = scope.get("client")
    address, host, scheme = client[0] if client else "", headers.get("host", ""), scope.get("scheme", "http")
    if address in trusted:
        seen = [one.strip() for one in headers.get("x-forwarded-for", "").split(",") if one.strip()]
        address = next((one for one in reversed(seen) if one not in trusted), address)
        host = headers.get("x-forwarded-host", host).split(",")[-1].strip()
        scheme = headers.get("x-forwarded-proto", scheme).split(",")[-1].strip()
    return Peer(address, host.lower(), scheme)
