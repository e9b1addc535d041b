"""Keys under keys: each record's data key lies in the database only sealed by one elsewhere."""

import os
import uuid
from dataclasses import dataclass

from c360.sealing import key_of, newest_key, seal, unseal


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A new data key as it may be stored."""

    ref: uuid.UUID
    wrapped: bytes
    wrapped_by: str


def new_key() -> WrappedKey:
    """Make a data key, wrapped by the first of our keys and bound to its reference."""
    ref = uuid.uuid4()
    key_id, key = newest_key()
    return WrappedKey(ref, seal(key, os.urandom(32), ref.bytes), key_id)


def unwrap(ref: uuid.UUID, wrapped: bytes, key_id: str) -> bytes:
    """The data key, 32 bytes; raises `CannotOpen` without the key that wrapped it."""
    return unseal(key_of(key_id), wrapped, ref.bytes)
