"""How long finding a customer takes among a million, and whether it is the right one.

    python -m bench.search [PROFILES]

Invented people with the names, towns, mailboxes and numbers that many share, one record and one
order each, in a database of its own. Then what agents type, kind by kind: the search page's
list and the suggestions while typing. Prints one JSON object: milliseconds of the server's own
time (all queries and ranking, no template), and how often the wanted customer came first or
among three where the text names one.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import Any

from bench.clock import machine
from bench.customer_people import Person, Population
from bench.own_database import own_database

PROFILES = 1_000_000
SEED, PER_KIND, CHUNK = 7, 60, 20_000
INDEXES = ("profile_found_by", "profile_name_trigrams", "identifier_lookup", "phone_tail")
STAGE = """
CREATE TEMPORARY TABLE arrived (id bigint, given text, family text, email text[], phone text[],
    card text, born text, city text, code text);
INSERT INTO profiles_source (slug, name, kind, owner, trust_class, stage, priority, region,
    is_active, created_at)
VALUES ('bench', 'Bench', '', '', 'file', 'auto', 50, '', true, now());
"""
FILL = """
INSERT INTO profiles_sourcerecord (id, source_id, external_id, version, attributes,
    content_hash, born_at, received_at)
SELECT a.id, s.id, a.id::text, 1, '{}', '', now(), now() FROM arrived a, profiles_source s;
INSERT INTO profiles_identifier (record_id, namespace, value_norm)
SELECT id, 'email', unnest(email) FROM arrived
UNION ALL SELECT id, 'phone', unnest(phone) FROM arrived
UNION ALL SELECT id, 'loyalty_card', card FROM arrived;
INSERT INTO profiles_customerobject (namespace, object_id, kind, source_id, record_id,
    record_key, state, state_message_id, state_at, opened_at, currency)
SELECT 'bench:order', 'HP-' || 1000000 + a.id, 'order', s.id, a.id, '', 'placed', 'm',
    now() - a.id % 1000 * interval '1 hour', now() - a.id % 1000 * interval '1 hour', ''
FROM arrived a, profiles_source s;
INSERT INTO profiles_profile (id, birth_record_id, record_count, golden, display_name,
    search_name, name_sounds, postcode_norm, last_event_at)
SELECT 'P-' || lpad(id::text, 12, '0'), id, 1, jsonb_build_object(
        'full_name', jsonb_build_object('value', given || ' ' || family, 'rule', 'newest'),
        'email', jsonb_build_object('value', email[1], 'rule', 'newest',
            'losers', '[]'::jsonb),
        'phone', jsonb_build_object('value', phone[1], 'rule', 'newest',
            'losers', '[]'::jsonb),
        'birth_date', jsonb_build_object('value', born, 'rule', 'newest'),
        'address', jsonb_build_object('rule', 'newest', 'value',
            jsonb_build_object('city', city, 'postal_code', code))),
    given || ' ' || family, lower(given || ' ' || family),
    ARRAY(SELECT DISTINCT sound FROM unnest(ARRAY[lower(given), lower(family)]) word,
        LATERAL (VALUES (dmetaphone(word)), (dmetaphone_alt(word))) codes(sound)
        WHERE sound <> ''),
    ARRAY[code], now() - id % 1000 * interval '1 hour'
FROM arrived;
INSERT INTO profiles_membership (record_id, profile_id, component)
SELECT id, 'P-' || lpad(id::text, 12, '0'), id FROM arrived;
TRUNCATE arrived;
"""
Question = tuple[str, str]  # what is typed, the id of whom it names or nothing


def main(arguments: list[str]) -> int:
    profiles = int(arguments[0]) if arguments else PROFILES
    before = machine()
    os.environ["C360_DATABASE_ROLE"] = "owner"
    with own_database():
        from profiles.finding.search import search, suggest

        told: dict[str, Any] = {"machine": before, "profiles": profiles}
        told["filling_seconds"], asked = fill(profiles)
        told["search"] = {kind: measured(texts, search) for kind, texts in asked.items()}
        told["suggest"] = {kind: measured(texts, suggest) for kind, texts in asked.items()}
        told["typing"] = measured(typing(asked["name and town"]), suggest)
        for name in ("search", "suggest"):
            told[f"all_{name}_ms"] = figures(
                [ms for kind in told[name].values() for ms in kind.pop("all")]
            )
        told["typing"].pop("all")
        print(json.dumps(told, indent=2))
    return 0


def fill(profiles: int) -> tuple[int, dict[str, list[Question]]]:
    """Make the rows without indexes, then these; how long it took, and what to ask."""
    from django.db import connection

    start, random = time.perf_counter(), Random(SEED)  # noqa: S311 - no secret
    asked: dict[str, list[Question]] = {kind: [] for kind in KINDS}
    every = max(profiles // (PER_KIND * 3), 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)",
            [list(INDEXES)],
        )
        made = cursor.fetchall()
        for name, _definition in made:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(STAGE)
        people = islice(_people(), profiles)
        number = 0
        while chunk := list(islice(people, CHUNK)):
            rows = []
            for person in chunk:
                number += 1
                rows.append(_row(number, person))
                if number % every == 0:
                    _ask_about(random, number, person, rows[-1], asked)
            with cursor.copy("COPY arrived FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(FILL)
        for _name, definition in made:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")
    return round(time.perf_counter() - start), asked


def _people() -> Iterator[Person]:
    for household in Population(Random(SEED)).households():  # noqa: S311 - no secret
        yield from household


def _row(number: int, person: Person) -> tuple[Any, ...]:
    from profiles.mappings.normalise import phone

    numbers = [phone(each, "GB") or each for each in person.mobiles]
    home, born = person.homes[0], "{:04d}-{:02d}-{:02d}".format(*person.birth)
    return (
        number, person.given, person.family, person.emails, numbers,
        person.card, born, home.town, home.postcode,
    )  # fmt: skip


def _slip(random: Random, name: str) -> str:
    """Swap, drop, double or change one letter behind the first."""
    at = random.randrange(1, max(len(name) - 1, 2))
    return random.choice(
        (
            name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + random.choice("aeinrst") + name[at + 1 :],
        )
    )


Maker = Callable[[Random, Person, tuple[Any, ...]], str]
KINDS: dict[str, tuple[Maker, bool]] = {  # how a text is made, and whether it names one person
    "e-mail": (lambda r, p, row: row[3][0], True),
    "e-mail begun": (lambda r, p, row: row[3][0][: row[3][0].index("@") + 3], False),
    "phone": (lambda r, p, row: f"0{row[4][0][3:7]} {row[4][0][7:]}", True),
    "phone, +44": (lambda r, p, row: f"+44 (0){row[4][0][3:]}", True),
    "phone begun": (lambda r, p, row: f"0{row[4][0][3:10]}", False),
    "phone tail of four": (lambda r, p, row: row[4][0][-4:], False),
    "order": (lambda r, p, row: f"hp-{1_000_000 + row[0]}", True),
    "order without prefix": (lambda r, p, row: f"{1_000_000 + row[0]}", True),
    "card": (lambda r, p, row: row[5].lower(), True),
    "common name": (lambda r, p, row: r.choice(["john smith", "david jones", "smith"]), False),
    "full name": (lambda r, p, row: f"{row[1]} {row[2]}", False),
    "surname": (lambda r, p, row: row[2], False),
    "two letters": (lambda r, p, row: row[1][:2], False),
    "three letters": (lambda r, p, row: row[2][:3], False),
    "misspelt name": (lambda r, p, row: f"{row[1]} {_slip(r, row[2])}", False),
    "misspelt surname": (lambda r, p, row: _slip(r, row[2]), False),
    "twice misspelt": (lambda r, p, row: f"{_slip(r, row[1])} {_slip(r, row[2])}", False),
    "name and town": (lambda r, p, row: f"{row[1]} {row[2]} {row[7]}", False),
    "name and year": (lambda r, p, row: f"{row[1]} {row[2]} {row[6][:4]}", False),
    "given, town, year": (lambda r, p, row: f"{row[1]} {row[7]} {row[6][:4]}", False),
    "name and birthday": (lambda r, p, row: f"{row[2]} {row[6]}", True),
    "name and phone tail": (lambda r, p, row: f"{row[2]} {row[4][0][-4:]}", True),
    "name and postcode": (lambda r, p, row: f"{row[2]} {row[8].split()[0]}", False),
    "misspelt, postcode": (lambda r, p, row: f"{_slip(r, row[2])} {row[8]}", True),
    "postcode": (lambda r, p, row: row[8].replace(" ", ""), False),
    "outcode": (lambda r, p, row: row[8].split()[0], False),
    "nobody": (lambda r, p, row: _slip(r, row[1])[::-1] + " " + row[2][::-1], False),
}


def _ask_about(
    random: Random, number: int, person: Person, row: tuple[Any, ...], asked: dict[str, Any]
) -> None:
    for kind, (make, names_one) in KINDS.items():
        if len(asked[kind]) < PER_KIND and row[3] and row[4]:
            wanted = f"P-{number:012d}" if names_one else ""
            asked[kind].append((make(random, person, row).lower(), wanted))


def typing(questions: list[Question]) -> list[Question]:
    """Every beginning of the first texts, as suggestions ask while somebody types."""
    texts = [text for text, _ in questions[:15]]
    return [(text[:length], "") for text in texts for length in range(2, len(text) + 1)]


def measured(questions: list[Question], find: Callable[[str], Any]) -> dict[str, Any]:
    """Ask all once; milliseconds, the slowest text, and how often the wanted one was there."""
    find("warm up")
    spent, first, three, named = [], 0, 0, 0
    slowest = (0.0, "")
    for text, wanted in questions:
        start = time.perf_counter()
        results = find(text)
        ms = (time.perf_counter() - start) * 1000
        spent.append(ms)
        slowest = max(slowest, (round(ms, 1), text))
        found = [hit.profile.pk for hit in results.hits]
        named += bool(wanted)
        first += bool(wanted) and found[:1] == [wanted]
        three += bool(wanted) and wanted in found[:3]
    told: dict[str, Any] = {**figures(spent), "slowest": slowest, "all": spent}
    return told | ({"first": first, "among_three": three, "of": named} if named else {})


def figures(spent: list[float]) -> dict[str, float]:
    ordered = sorted(spent)
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(ordered[int(len(ordered) * at)], 1) for name, at in places.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
