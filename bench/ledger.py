"""How fast the consent ledger is written and proven.

    python -m bench.ledger [ROWS]

In a database of its own, on 20,000 records that are customers each for itself:

- `append`: 100,000 statements through `ledger.append`, a thousand in each transaction as an
  import does, with the permissions that follow; `append_with_evidence` the same with evidence;
- `chain`: 100,000 more by one statement, numbered and chained by the database alone; `fill` the
  rest up to ROWS (1,000,000 unless given) in the same way;
- `verify`: `manage.py ledger verify` over all of it, then `export`, the independent verifier on
  the export, and `verify --from-checkpoint`.

Prints one JSON object; times are seconds of wall time.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from bench.clock import Clock, machine, peak_mb
from bench.own_database import own_database
from c360.services.attach import ROOT

ROWS, APPENDED, RECORDS, BATCH = 1_000_000, 100_000, 20_000, 1_000
BEGINS = datetime(2020, 1, 1, tzinfo=UTC)
PEOPLE = """
INSERT INTO profiles_sourcerecord (source_id, external_id, version, attributes, content_hash,
    born_at, received_at)
SELECT %s, n::text, 1, jsonb_build_object('email', ARRAY['p' || n || '@example.org']), 'x',
    now(), now() FROM generate_series(1, %s) n;
"""
PROFILES = """
INSERT INTO profiles_profile (id, birth_record_id, record_count, golden, display_name,
    search_name, name_sounds, postcode_norm)
SELECT 'P-' || lpad(id::text, 12, '0'), id, 1, '{}', '', '', '{}', '{}'
FROM profiles_sourcerecord ORDER BY id;
INSERT INTO profiles_membership (record_id, profile_id, component)
SELECT birth_record_id, id, birth_record_id FROM profiles_profile ORDER BY id;
"""
CHAIN = """
INSERT INTO consent_ledgerentry (entry_id, record_id, purpose_id, channel, decision, scope,
    scope_records, basis, jurisdiction, language, stated_at, precision, method, actor_type,
    body, statement_hash)
SELECT gen_random_uuid(), 1 + n %% %s, 'marketing', 'email', 'refused', 'record', '{}',
    'consent', 'GB', 'en', '2020-01-01'::timestamptz + n * interval '1 minute', 'exact',
    'import', 'source', '{}', encode(sha256(n::text::bytea), 'hex')
FROM generate_series(%s, %s) n
"""


def main(arguments: list[str]) -> int:
    rows = int(arguments[0]) if arguments else ROWS
    before = machine()
    with own_database() as folder:
        print(json.dumps({"machine": before, **measure(rows, folder)}, indent=2))
    return 0


def measure(rows: int, folder: Path) -> dict[str, Any]:
    """Write, prove, and tell what each took."""
    from consent.stating import ledger, proof
    from consent.stating.proof import Evidence

    clock = Clock()
    records = people()
    entries = statements(records)
    evidence = Evidence("row", {"cells": {"newsletter": "yes", "asked": "2026-01-05"}})
    with clock.stage("append"):
        in_batches(entries, APPENDED // 2, ledger.append)
    with clock.stage("append_with_evidence"):
        in_batches(
            entries,
            APPENDED // 2,
            lambda batch: proof.append_with_evidence([(each, evidence) for each in batch]),
        )
    for stage, first, last in (("chain", 1, APPENDED), ("fill", APPENDED + 1, rows - APPENDED)):
        with clock.stage(stage), connection.cursor() as cursor:
            cursor.execute(CHAIN, [RECORDS, first, last])
    with clock.stage("checkpoint"):
        call_command("ledger", "checkpoint", stdout=Silent())
    return {"rows": rows, "appended": APPENDED, **prove(clock, folder)}


def prove(clock: Clock, folder: Path) -> dict[str, Any]:
    """Verify all of it in each way there is."""
    export = folder / "export.ndjson"
    with clock.stage("verify"):
        call_command("ledger", "verify", stdout=Silent())
    peak = peak_mb()
    with clock.stage("export"):
        call_command("ledger", "export", str(export), stdout=Silent())
    with clock.stage("independent"):
        verifier = [sys.executable, str(ROOT / "docs" / "verify_ledger.py"), str(export)]
        subprocess.run(verifier, check=True, stdout=subprocess.DEVNULL)
    with clock.stage("verify_from_checkpoint"):
        call_command("ledger", "verify", "--from-checkpoint", stdout=Silent())
    return {
        **clock.as_dict(),
        "peak_mb_after_verify": peak,
        "export_mb": export.stat().st_size // 2**20,
    }


class Silent:
    """Takes what commands say."""

    def write(self, text: str) -> int:
        return len(text)


def people() -> list[int]:
    """Records with one address each, and a profile for each of them."""
    from consent.models import Purpose
    from profiles.models import Source, SourceRecord

    source = Source.objects.create(slug="shop", name="Shop")
    Purpose.objects.get_or_create(key="marketing", defaults={"name": "Marketing"})
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [source.pk, RECORDS])
        cursor.execute(PROFILES)
        cursor.execute("ANALYZE")
    return list(SourceRecord.objects.order_by("pk").values_list("pk", flat=True))


def statements(records: list[int]) -> Iterator[Any]:
    """Endless statements, each new; yes and no by turns."""
    from consent.contact_points import Value, find_or_make
    from consent.stating.ledger import NewEntry

    values = [Value("email", f"p{number}@example.org") for number in range(1, RECORDS + 1)]
    points = find_or_make(values)
    for number in range(10 * ROWS):
        record = number % len(records)
        yield NewEntry(
            record_id=records[record],
            purpose="marketing",
            channel="email",
            decision="granted" if number // len(records) % 2 else "refused",
            stated_at=BEGINS + timedelta(minutes=number),
            contact_point=points[values[record]],
        )


def in_batches(
    entries: Iterator[Any], count: int, append: Callable[[list[Any]], object]
) -> None:
    """Append that many, a batch in each transaction."""
    for _ in range(count // BATCH):
        append(list(islice(entries, BATCH)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
