"""How long "may we contact?" takes among a million customers.

    python -m bench.consent [PROFILES]

1,000,000 profiles with four permission rows each unless said otherwise, made by the database
itself. Then random questions, one at a time, by one process and by four at once; the same while
another process imports people who say yes or no; and a batch of 10,000 questions. Prints one
JSON object; milliseconds of wall time.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from random import Random
from typing import Any

from bench.clock import machine
from bench.ingest import SPEC, person
from bench.own_database import own_database

PROFILES = 1_000_000
QUESTIONS, BATCH, SEED = 20_000, 10_000, 7
IMPORTED_AT_ONCE = 500
FILL = """
INSERT INTO profiles_source (slug, name, kind, owner, trust_class, stage, priority, region,
    is_active, created_at)
VALUES ('bench', 'Bench', '', '', 'file', 'auto', 50, '', true, now());
INSERT INTO profiles_sourcerecord (source_id, external_id, version, attributes, content_hash,
    born_at, received_at)
SELECT s.id, n::text, 1, jsonb_build_object('email', ARRAY['m' || n || '@example.org'],
    'phone', ARRAY['+44' || 7000000000 + n]), '', now(), now()
FROM profiles_source s, generate_series(1, {profiles}) n;
INSERT INTO profiles_profile (id, birth_record_id, record_count, golden, display_name,
    search_name, name_sounds, postcode_norm)
SELECT 'P-' || lpad(id::text, 12, '0'), id, 1, '{{}}', '', '', '{{}}', '{{}}'
FROM profiles_sourcerecord;
INSERT INTO profiles_membership (record_id, profile_id, component)
SELECT birth_record_id, id, birth_record_id FROM profiles_profile;
INSERT INTO consent_contactpoint (ref, kind, digest, key_id, created_at)
SELECT lpad(to_hex(2 * birth_record_id + side), 32, '0')::uuid,
    CASE side WHEN 0 THEN 'email' ELSE 'phone' END,
    sha256((2 * birth_record_id + side)::text::bytea), 'bench', now()
FROM profiles_profile, generate_series(0, 1) side;
INSERT INTO consent_permissionstate (profile_id, is_stale, computed_at)
SELECT id, false, now() FROM profiles_profile;
INSERT INTO consent_effectivepermission (profile_id, purpose_id, channel, contact_point_id,
    allowed, reason, since, record_id, entry_id, records_disagree, valid_until)
SELECT p.id, purpose, channel,
    lpad(to_hex(2 * birth_record_id + (channel <> 'email')::int), 32, '0')::uuid,
    birth_record_id % 3 > 0,
    CASE birth_record_id % 3 WHEN 0 THEN 'withdrawn' ELSE 'granted' END,
    now() - interval '1 day', birth_record_id, birth_record_id, false,
    now() + interval '1 year'
FROM profiles_profile p, unnest(ARRAY['marketing', 'service']) purpose,
    unnest(ARRAY['email', 'sms']) channel;
"""


def main(arguments: list[str]) -> int:
    profiles = int(arguments[0]) if arguments else PROFILES
    before = machine()
    os.environ["C360_DATABASE_ROLE"] = "owner"  # who may have the tables analysed
    with own_database():
        told = {"machine": before, **fill(profiles)}
        told["one_connection"] = figures(ask((SEED, profiles, QUESTIONS)))
        told["four_connections"] = figures(at_once(4, profiles))
        with importing() as stored:
            told["while_importing"] = {
                "one_connection": figures(ask((SEED, profiles, QUESTIONS))),
                "four_connections": figures(at_once(4, profiles)),
            }
        told["while_importing"]["records_imported"] = stored.value
        told["batch_of_10000_ms"] = round(batch(profiles), 1)
        print(json.dumps(told, indent=2))
    return 0


def fill(profiles: int) -> dict[str, Any]:
    """Make the rows; how many, how large, and how long it took."""
    from django.db import connection

    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(profiles=profiles))
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT count(*), pg_total_relation_size('consent_effectivepermission')"
            " FROM consent_effectivepermission"
        )
        rows, size = cursor.fetchone()
    connection.close()
    seconds = time.perf_counter() - start
    return {
        "profiles": profiles,
        "permission_rows": rows,
        "permission_mb": round(size / 2**20),
        "filling_seconds": round(seconds),
    }


def ask(task: tuple[int, int, int]) -> list[float]:
    """Ask one question after the other; milliseconds of each."""
    from django.db import connection

    from consent.permitting.permissions import may_contact

    seed, profiles, questions = task
    connection.close()
    random, spent = Random(seed), []  # noqa: S311 - no secret
    for number in range(questions + 100):
        profile = f"P-{random.randint(1, profiles):012d}"
        purpose, channel = (
            random.choice(["marketing", "service"]),
            random.choice(["email", "sms"]),
        )
        start = time.perf_counter()
        answer = may_contact(profile, purpose, channel)
        spent.append((time.perf_counter() - start) * 1000)
        assert answer.reason in ("granted", "withdrawn"), answer  # noqa: S101 - or it is nothing
        if number == 99:
            spent.clear()  # connecting, and plans not made yet
    return spent


def at_once(connections: int, profiles: int) -> list[float]:
    from django.db import connection

    connection.close()  # no child may inherit it
    tasks = [
        (SEED + number, profiles, QUESTIONS // connections) for number in range(connections)
    ]
    with ProcessPoolExecutor(connections, get_context("fork")) as pool:
        return [each for spent in pool.map(ask, tasks) for each in spent]


@contextmanager
def importing() -> Iterator[Any]:
    """Let another process import people meanwhile; the value tells how many it stored."""
    from django.db import connection

    connection.close()  # no child may inherit it
    context = get_context("fork")
    stored, done = context.Value("q", 0), context.Event()
    process = context.Process(target=import_people, args=(stored, done))
    process.start()
    try:
        yield stored
    finally:
        done.set()
        process.join()
    if process.exitcode or not stored.value:
        raise RuntimeError("nothing was imported meanwhile")


def import_people(stored: Any, done: Any) -> None:
    """Store batch after batch of new people, each with a yes or a no, until it is enough."""
    from profiles.ingest.reading import Row
    from profiles.ingest.records import store_rows
    from profiles.models import Source, SourceMapping

    said = {"column": "mail", "purpose": "marketing", "channel": "email"}
    source = Source.objects.create(slug="import", name="Import")
    mapping = SourceMapping.objects.create(
        source=source, reads="records", version=1, spec={**SPEC, "consent": [said]}
    )
    while not done.is_set():
        rows = [
            Row({**person(number, 1), "mail": ("yes", "no")[number % 2]})
            for number in range(stored.value, stored.value + IMPORTED_AT_ONCE)
        ]
        store_rows(source, mapping, rows, origin="bench")
        stored.value += len(rows)


def batch(profiles: int) -> float:
    """Milliseconds of 10,000 questions in one call."""
    from consent.permitting.permissions import Asked, may_contact_many

    random = Random(SEED)  # noqa: S311 - no secret
    asked = [
        Asked(f"P-{random.randint(1, profiles):012d}", "marketing", "email")
        for _ in range(BATCH)
    ]
    may_contact_many(asked[:10])
    start = time.perf_counter()
    may_contact_many(asked)
    return (time.perf_counter() - start) * 1000


def figures(spent: list[float]) -> dict[str, float]:
    ordered = sorted(spent)
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = {name: round(ordered[int(len(ordered) * at)], 3) for name, at in places.items()}
    return found | {"questions": len(ordered), "max": round(ordered[-1], 1)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
