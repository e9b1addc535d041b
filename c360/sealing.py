"""What must not lie readable in the database is sealed under keys outside it.

`settings.EVIDENCE_KEY` holds the key (64 hex digits), made once and kept in the secrets of the
data folder, or given as `C360_EVIDENCE_KEY`; keys of earlier times may follow after commas, to
open what they sealed.
"""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class CannotOpen(Exception):
    """The wrong key, or not what was sealed."""


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """AES-256-GCM: a random nonce of 12 bytes, then the cipher text with its tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What was sealed under the same key and bound to the same thing; or `CannotOpen`."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        raise CannotOpen("not sealed by this key for this") from None


def newest_key() -> tuple[str, bytes]:
    """The key that seals what is new, after its id."""
    return next(iter(_keys().items()))


def key_of(key_id: str) -> bytes:
    """The key of that id, 32 bytes; raises `CannotOpen` where we do not have it."""
    key = _keys().get(key_id)
    if key is None:
        raise CannotOpen(f"no key {key_id} here")
    return key


def _keys() -> dict[str, bytes]:
    """Our keys by their ids, the one that seals what is new first."""
    keys = [bytes.fromhex(each) for each in settings.EVIDENCE_KEY.split(",")]
    return {hashlib.sha256(key).hexdigest()[:16]: key for key in keys}
