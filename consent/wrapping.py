"""Keys under keys: each record's data key lies in the database only wrapped by one outside it.

`settings.EVIDENCE_KEY` holds the wrapping key (64 hex digits), made once and kept in the
secrets of the data folder, or given as `C360_EVIDENCE_KEY`; keys of earlier times may follow
after commas, to unwrap what they wrapped.
"""

import hashlib
import os
import uuid
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class CannotOpen(Exception):
    """The wrong key, or not what was sealed."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A new data key as it may be stored."""

    ref: uuid.UUID
    wrapped: bytes
    wrapped_by: str


def new_key() -> WrappedKey:
    """Make a data key, wrapped by the first of our keys and bound to its reference."""
    ref = uuid.uuid4()
    key_id, key = next(iter(_keys().items()))
    return WrappedKey(ref, seal(key, os.urandom(32), ref.bytes), key_id)


def unwrap(ref: uuid.UUID, wrapped: bytes, key_id: str) -> bytes:
    """The data key, 32 bytes; raises `CannotOpen` without the key that wrapped it."""
    key = _keys().get(key_id)
    if key is None:
        raise CannotOpen(f"no key {key_id} here")
    return unseal(key, wrapped, ref.bytes)


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


def _keys() -> dict[str, bytes]:
    """Our keys by their ids, the one that wraps new ones first."""
    keys = [bytes.fromhex(each) for each in settings.EVIDENCE_KEY.split(",")]
    return {hashlib.sha256(key).hexdigest()[:16]: key for key in keys}
