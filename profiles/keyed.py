"""Keyed hashes: values that can be known again without being kept.

The keys are derived from `settings.BLOCK_KEY_SECRET`, which lives outside the database, one for
each use: whoever has only the database cannot test names, numbers or addresses against it.
"""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings


def keyed_digest(use: str, text: str) -> bytes:
    """HMAC-SHA256 of a text, 32 bytes, under the key of a use."""
    return hmac.digest(_key(use), text.encode("utf-8", "surrogatepass"), "sha256")


def key_id(use: str) -> str:
    """Names the key of a use without telling it, so that a change of secret can be noticed."""
    return hashlib.sha256(_key(use)).hexdigest()[:16]


def _key(use: str) -> bytes:
    return _derived(settings.BLOCK_KEY_SECRET, use)


@lru_cache(maxsize=8)
def _derived(secret: str, use: str) -> bytes:
    return hmac.digest(secret.encode(), use.encode(), "sha256")
