"""Posts what an alert tells, signed as https://www.standardwebhooks.com asks for, so that its libraries verify it."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.net.request import Request

if TYPE_CHECKING:
    from aggregator.net.client import Net

_READ = 4096  # bytes of an answer that nobody looks at


async def post(net: "Net", url: str, secret: str, message_id: str, body: bytes, now: int) -> str:
    """Posts a body of JSON; returns what came of it. Raises FetchError.

    The host is one that the person named, so it may be of a private network; and since redirects are not followed,
    nobody else can lead there.
    """
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, message_id, now, body),
    }
    asked = Request(url, headers=headers, allow_private_networks=True, max_bytes=_READ, truncate=True, post=body)
    response = await net.fetch(asked)
    return f"{urlsplit(response.url).netloc} answered {response.status}"


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Returns the HMAC-SHA256 of identity, time and body under a secret (`whsec_` and base64), as `v1,` and base64."""
    key = b64decode(secret.removeprefix("whsec_"))
    return (
        "v1,"
        + b64encode(hmac.digest(key, b"%s.%d." % (message_id.encode(), timestamp) + body, hashlib.sha256)).decode()
    )
