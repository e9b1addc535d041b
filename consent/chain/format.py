"""How rows of the two logs are hashed, computed from their values and not by the database.

Written a second time on purpose: migration 0008 has it in SQL, `docs/verify_ledger.py` once
more without us, and `tests/consent/test_independent_verifier.py` holds the three against each
other. Knows neither Django nor the database.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

MISSING = b"\xff\xff\xff\xff"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Form = Callable[[Any], str]


def _moment(value: Any) -> str:
    """Microseconds since 1970, from seconds or a moment; what is no number stays a word."""
    if isinstance(value, datetime):
        return str((value - EPOCH) // timedelta(microseconds=1))
    return str(int(value * 1_000_000)) if Decimal(value).is_finite() else str(value)


def _bytes(value: Any) -> str:
    return bytes(value).hex()


def _list(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


TEXT, MOMENT, BYTES, LIST = str, _moment, _bytes, _list


@dataclass(frozen=True, slots=True)
class Log:
    """One append-only table. `columns` are in the order in which they are hashed."""

    name: str
    table: str
    columns: Mapping[str, Form]

    @property
    def genesis(self) -> bytes:
        """What the very first row follows."""
        return hashlib.sha256(self.table.encode()).digest()


CONSENT = Log(
    "consent",
    "consent_ledgerentry",
    {
        "id": TEXT, "seq": TEXT, "chain": TEXT, "entry_id": TEXT, "record_id": TEXT,
        "contact_point_id": TEXT, "purpose_id": TEXT, "channel": TEXT, "decision": TEXT,
        "scope": TEXT, "scope_records": LIST, "basis": TEXT, "policy_version_id": TEXT,
        "jurisdiction": TEXT, "language": TEXT, "stated_at": MOMENT, "precision": TEXT,
        "valid_until": MOMENT, "recorded_at": MOMENT, "method": TEXT, "actor_type": TEXT,
        "actor_id": TEXT, "corrects_id": TEXT, "evidence_commitment": BYTES, "body": TEXT,
        "statement_hash": TEXT,
    },
)  # fmt: skip
ACCESS = Log(
    "access",
    "consent_accessentry",
    {
        "id": TEXT, "seq": TEXT, "chain": TEXT, "entry_id": TEXT, "at": MOMENT,
        "actor_id": TEXT, "source_id": TEXT, "roles": TEXT, "session": TEXT, "address": TEXT,
        "action": TEXT, "view": TEXT, "status": TEXT, "profiles": LIST, "records": LIST,
        "fields": LIST, "terms": LIST, "results": TEXT, "reason": TEXT, "request_id": TEXT,
    },
)  # fmt: skip
LOGS = (CONSENT, ACCESS)


def texts(log: Log, values: tuple[Any, ...]) -> list[str | None]:
    """Each column as the text that is hashed; `values` in the order of `log.columns`."""
    return [
        None if value is None else form(value)
        for form, value in zip(log.columns.values(), values, strict=True)
    ]


def row_hash(previous: bytes, parts: list[str | None]) -> bytes:
    """SHA-256 over a zero byte, the hash before, and each part behind its length."""
    pieces = [b"\x00", previous]
    for part in parts:
        if part is None:
            pieces.append(MISSING)
        else:
            raw = part.encode()
            pieces += (len(raw).to_bytes(4, "big"), raw)
    return hashlib.sha256(b"".join(pieces)).digest()
