"""Asks for the pictures of other sites in the reader's stead: whoever has them does not learn who reads."""

from dataclasses import replace
from urllib.parse import urlencode

from aggregator.access.signatures import is_signed, signature
from aggregator.net.client import Net
from aggregator.net.net_settings import NetSettings
from aggregator.net.request import Request

PATH = "/picture"
_MAX_BYTES = 5 * 1024 * 1024
_AT_ONCE = 6  # that are asked for, and held in memory
_SECONDS = 15.0
_TYPES = "image/avif, image/webp, image/png, image/jpeg, image/gif, */*;q=0.1"
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\0\0\1\0", "image/x-icon"),
)


class PictureProxy:
    """Signs the addresses of pictures, so that no other can be asked for, and asks for them by the one guarded way
    out. The network is opened when the first one is wanted."""

    def __init__(self, key: bytes, settings: NetSettings) -> None:
        self._key = key
        # A person waits: the pictures of a page come at once, as they would to a browser.
        self._settings = replace(
            settings, site_gap=0.0, site_connections=_AT_ONCE, connections=_AT_ONCE, timeout=_SECONDS
        )
        self._net: Net | None = None

    def link(self, url: str) -> str:
        """Returns the path under which this server shows a picture."""
        return f"{PATH}?{urlencode({'url': url, 'signed': signature(self._key, url)})}"

    def knows(self, url: str, signed: str) -> bool:
        """Tells whether this server has made the link to a picture."""
        return is_signed(self._key, url, signed)

    async def fetch(self, url: str) -> bytes:
        """Returns what is found at an address. Raises FetchError."""
        if self._net is None:
            self._net = Net(self._settings)
        most = min(_MAX_BYTES, self._settings.max_bytes)
        return (await self._net.fetch(Request(url, accept=_TYPES, max_bytes=most))).body

    async def close(self) -> None:
        """Ends what is under way."""
        if self._net is not None:
            await self._net.__aexit__(None, None, None)


def picture_type(body: bytes) -> str | None:
    """Returns the media type of a picture, by how it begins; None for what is none, such as SVG,
    which may hold scripts."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return next((media_type for beginning, media_type in _BEGINNINGS if body.startswith(beginning)), None)
