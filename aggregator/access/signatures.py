"""Signs what this server hands out and takes back: only what it has signed itself is its own."""

import hmac
import secrets

from aggregator.store import meta
from aggregator.store.engine import Store

_KEY = "signing key"  # `meta`


def signing_key(store: Store) -> bytes:
    """Returns the key of this archive, which is made when it is first asked for."""
    with store.read() as conn:
        found = meta.get(conn, _KEY)
    if found is None:
        with store.write() as unit:
            found = meta.get(unit, _KEY)  # another process may have made it meanwhile
            if found is None:
                found = secrets.token_hex(32)
                meta.put(unit, _KEY, found)
    return bytes.fromhex(found)


def signature(key: bytes, text: str) -> str:
    """Returns the signature of a text."""
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:40]


def is_signed(key: bytes, text: str, claimed: str) -> bool:
    """Tells whether this is the signature of a text."""
    return hmac.compare_digest(signature(key, text).encode(), claimed.encode("utf-8", "surrogatepass"))
