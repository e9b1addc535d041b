"""The Ed25519 key under which heads of the ledger are signed, and how signatures are checked.

`settings.LEDGER_KEY` holds the private key (64 hex digits), made once and kept in the secrets
of the data folder, or given as `C360_LEDGER_KEY`. After it, with commas, may stand public keys
of earlier times as `public:<64 hex digits>`: what they signed stays checkable.
"""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings

PUBLIC = "public:"


def public_key() -> str:
    """The public key in use, 64 hex digits; what an auditor notes down."""
    return _private().public_key().public_bytes_raw().hex()


def key_id(public: str | None = None) -> str:
    """Names a public key (ours, without an argument): 16 hex digits of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public or public_key())).hexdigest()[:16]


def sign(text: bytes) -> str:
    """The signature of our key, 128 hex digits."""
    return _private().sign(text).hex()


def is_signed(text: bytes, *, key: str, signature: str) -> bool:
    """Whether the key of that id signed the text; `False` too where we do not have the key."""
    public = known_keys().get(key)
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            bytes.fromhex(signature), text
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def known_keys() -> dict[str, str]:
    """The public keys whose signatures count, by their ids."""
    earlier = [each.removeprefix(PUBLIC) for each in settings.LEDGER_KEY.split(",")[1:]]
    return {key_id(public): public for public in (public_key(), *earlier)}


def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex(settings.LEDGER_KEY.split(",")[0])
    )
