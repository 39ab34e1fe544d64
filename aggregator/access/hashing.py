"""Hashes what people and programs log in with: passwords slowly, long random secrets at once."""

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_SECRET_BYTES = 32
# OWASP's least for argon2id: 19 MiB and two passes; several logins at once must fit into a small server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """Returns the argon2id hash of a password, with its salt and its parameters."""
    return _HASHER.hash(password)


def is_password(hashed: str, password: str) -> bool:
    """Tells whether this is the password of a hash."""
    try:
        return _HASHER.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def fever_key(name: str, password: str) -> str:
    """Returns the key that Fever's clients send: MD5 of name and password, as that protocol has it."""
    return hashlib.md5(f"{name}:{password}".encode(), usedforsecurity=False).hexdigest()


def new_secret() -> str:
    """Returns a random secret, for a token or a session."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """Returns the hash by which a random secret is stored: nobody finds one of 256 bits by trying."""
    return hashlib.sha256(secret.encode()).hexdigest()
