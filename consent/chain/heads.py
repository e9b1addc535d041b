"""Signed heads of the chains, and the file outside the database that keeps them.

One line each, only ever added: what the database says later can be held against what was true
then. Copies of the file elsewhere are worth more than the file itself.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from consent.chain import signing
from consent.chain.check import HeadMismatch
from consent.chain.rows import Place


@dataclass(frozen=True, slots=True)
class Head:
    """How long a chain was and what its last row hashed to. `previous` is the head before."""

    log: str
    chain: int
    size: int
    head: str
    previous: str
    signed_at: str
    key_id: str
    signature: str = ""

    @property
    def place(self) -> Place:
        return Place(self.chain, self.size)

    @property
    def signed_text(self) -> bytes:
        """What the signature covers: everything else, as JSON with sorted keys."""
        facts = {name: value for name, value in asdict(self).items() if name != "signature"}
        return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()

    @property
    def digest(self) -> str:
        """What the next head of the same log names as `previous`."""
        return hashlib.sha256(self.signed_text).hexdigest()

    @property
    def is_genuine(self) -> bool:
        return signing.is_signed(self.signed_text, key=self.key_id, signature=self.signature)

    def as_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))


def signed(log: str, place: Place, row_hash: bytes, previous: Head | None) -> Head:
    """Sign where a chain ends now."""
    facts: dict[str, Any] = {
        "log": log,
        "chain": place.chain,
        "size": place.seq,
        "head": row_hash.hex(),
        "previous": previous.digest if previous else "",
        "signed_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "key_id": signing.key_id(),
    }
    return Head(**facts, signature=signing.sign(Head(**facts).signed_text))


def kept() -> list[Head]:
    """The heads in the file, oldest first; raises `HeadMismatch` for a line that is no head.

    A last line without its end is one whose writer died, and does not count.
    """
    try:
        lines = heads_file().read_text("utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return []
    return [_read(line, number) for number, line in enumerate(lines, 1)]


def _read(line: str, number: int) -> Head:
    try:
        return Head(**json.loads(line))
    except (ValueError, TypeError):
        raise HeadMismatch(f"line {number} of the file of heads cannot be read") from None


def keep(head: Head) -> None:
    """Add a head to the file; on the disk when this returns."""
    path = heads_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _drop_torn_line(file.fileno())
        file.write(head.as_json().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _drop_torn_line(handle: int) -> None:
    """Cut off what a writer that died left half written."""
    size = os.fstat(handle).st_size
    whole = os.pread(handle, size, 0).rfind(b"\n") + 1
    if whole < size:
        os.ftruncate(handle, whole)


def check(heads: Iterable[Head]) -> None:
    """Raise `HeadMismatch` unless each is signed by a key of ours and follows the one before.

    The first of each log may follow one that is kept elsewhere.
    """
    last: dict[str, Head] = {}
    for head in heads:
        before = last.get(head.log)
        if not head.is_genuine:
            raise HeadMismatch(f"{name(head)} is not signed by a key known here")
        if before and head.previous != before.digest:
            raise HeadMismatch(f"{name(head)} does not follow the head before it")
        last[head.log] = head


def of(log: str, heads: Iterable[Head]) -> Iterator[Head]:
    """Those of one log."""
    return (head for head in heads if head.log == log)


def name(head: Head) -> str:
    """How messages call it."""
    return f"the signed head {head.log} {head.chain}/{head.size}"


def heads_file() -> Path:
    """Where heads are kept: `C360_LEDGER_HEADS`, or `ledger/` in the data folder."""
    return Path(settings.LEDGER_HEADS or settings.C360_DATA_DIR / "ledger" / "heads.ndjson")
