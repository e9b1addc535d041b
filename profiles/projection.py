"""The cache on `Profile`: what each profile shows, computed from the records joined now.

Beside the values stands the version of survivorship that chose them, in the same row: a worker
that read an older version than its neighbour leaves values that are right for what they say.

Nothing else writes these columns. They can be dropped and refreshed at any time; `differences`
tells where they are not what the facts say.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.utils import timezone

from c360.sql.arrays import key_array, text_array
from c360.sql.copying import NULL, copy_rows, escaped, escaped_json
from c360.sql.prepared import tell
from profiles.joined import JoinedRecord, members_of, overrides_of
from profiles.mappings.normalise import fold
from profiles.models import Profile
from profiles.survivorship.choosing import golden_values
from profiles.survivorship.live import rules_of
from profiles.survivorship.rules import SHIPPED, Rules

CHUNK = 500
SEARCHED = ("given_name", "middle_name", "family_name", "organisation")
LONGEST_NAME = 240
LONGEST_POSTCODE = 16
STORE = """
UPDATE profiles_profile AS old
SET record_count = new.record_count, golden = new.golden, display_name = new.display_name,
    search_name = new.search_name, name_sounds = new.name_sounds,
    postcode_norm = new.postcode_norm, last_event_at = new.last_event_at,
    rules_version = new.rules_version,
    updated_at = CASE
        WHEN (old.record_count, old.display_name, old.golden)
            IS DISTINCT FROM (new.record_count, new.display_name, new.golden) THEN %(now)s
        ELSE old.updated_at END
FROM {source}
WHERE old.id = new.id {among}
    AND (old.record_count, old.golden, old.display_name, old.search_name, old.name_sounds,
         old.postcode_norm, old.last_event_at, old.rules_version)
    IS DISTINCT FROM (new.record_count, new.golden, new.display_name, new.search_name,
         new.name_sounds, new.postcode_norm, new.last_event_at, new.rules_version)
"""
SHOWN = """(id varchar, record_count integer, golden jsonb, display_name varchar,
    search_name text, name_sounds varchar[], postcode_norm varchar[], last_event_at timestamptz,
    rules_version varchar)
"""
STORE_FEW = STORE.format(source=f"jsonb_to_recordset(%(rows)s::jsonb) AS new{SHOWN}", among="")
MANY = 200  # from here on it pays to put them into a table first
STAGE = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS profiles_shown {SHOWN} ON COMMIT DELETE ROWS;
TRUNCATE profiles_shown
"""
# an array, so that rows are looked up by their index however many are expected
STORE_MANY = STORE.format(
    source="profiles_shown AS new",
    among="AND old.id = ANY(ARRAY(SELECT id FROM profiles_shown))",
)
EMPTY_MANY = STORE.format(
    source="""(
    SELECT id, 0 AS record_count, '{}'::jsonb AS golden, '' AS display_name,
        '' AS search_name, '{}'::varchar[] AS name_sounds, '{}'::varchar[] AS postcode_norm,
        NULL::timestamptz AS last_event_at, %(shipped)s AS rules_version
    FROM unnest(%(ids)s::varchar[]) AS id
) AS new""",
    among="AND old.id = ANY(ARRAY(SELECT unnest(%(ids)s::varchar[])))",
)


@dataclass(frozen=True)
class Face:
    """The cached columns of one profile. The default is a profile without live records."""

    record_count: int = 0
    golden: dict[str, dict[str, Any]] = field(default_factory=dict)
    display_name: str = ""
    search_name: str = ""
    name_sounds: list[str] = field(default_factory=list)
    postcode_norm: list[str] = field(default_factory=list)
    last_event_at: datetime | None = None
    rules_version: str = SHIPPED


COLUMNS = tuple(column.name for column in fields(Face))


def refresh(profile_ids: Collection[str]) -> None:
    """Store what these profiles show now; rows that are right already are not written.

    Runs in the caller's transaction, which holds the locks of the components concerned. At most
    five queries for any number of profiles, none for no profiles.
    """
    if faces := computed(profile_ids):
        _store(faces)


def computed(profile_ids: Collection[str], rules: Rules | None = None) -> dict[str, Face]:
    """What each of these profiles should show, by id, by the live rules or by those given.

    Stores nothing; at most two queries, and one more for rules that are not known yet.
    """
    wanted = set(profile_ids)
    if not wanted:
        return {}
    live, members = members_of(wanted)
    by = rules or rules_of(live)
    words = {pk: _search_words(records) for pk, records in members.items()}
    sounds = _sounds(words.values())
    return {
        pk: _face(members[pk], by, words[pk], sounds) if pk in members else Face()
        for pk in wanted
    }


def differences(profile_ids: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
    """Name each (profile id, column) whose cache is not what the facts say; all by default.

    Values are held to the version of the rules that the row names: it may be older than the
    live one while that is for new data only, or still spreads.
    Reads in chunks, so memory stays bounded. To compare beside running work, call it in a
    repeatable-read transaction: a chunk takes several queries.
    """
    for profiles in _chunks(profile_ids):
        by_version: dict[str, list[Profile]] = defaultdict(list)
        for profile in profiles:
            by_version[profile.rules_version].append(profile)
        for version, chosen in by_version.items():
            yield from _differences(version, chosen)


def _differences(version: str, profiles: Sequence[Profile]) -> Iterator[tuple[str, str]]:
    try:
        rules = rules_of(version)
    except ObjectDoesNotExist:
        yield from [(profile.pk, "rules_version") for profile in profiles]
        return
    faces = computed([profile.pk for profile in profiles], rules)
    for profile in profiles:
        for column in _changed(profile, faces[profile.pk]):
            yield profile.pk, column


def _chunks(profile_ids: Collection[str] | None) -> Iterator[list[Profile]]:
    found = Profile.objects.order_by("pk")
    if profile_ids is not None:
        found = found.filter(pk__in=list(profile_ids))
    last = ""
    while profiles := list(found.filter(pk__gt=last)[:CHUNK]):
        yield profiles
        last = profiles[-1].pk


def _changed(profile: Profile, face: Face) -> list[str]:
    return [name for name in COLUMNS if getattr(profile, name) != getattr(face, name)]


def _face(
    records: Sequence[JoinedRecord],
    rules: Rules,
    words: Sequence[str],
    sounds: Mapping[str, Sequence[str]],
) -> Face:
    golden = golden_values(records, rules, overrides_of(records))
    events = [at for record in records if (at := record.newest_event)]
    return Face(
        record_count=len(records),
        golden=golden,
        display_name=_display_name(golden, records)[:LONGEST_NAME],
        search_name=" ".join(words),
        name_sounds=sorted({code for word in words for code in sounds[word]}),
        postcode_norm=sorted({code for record in records if (code := _postcode(record))}),
        last_event_at=max(events, default=None),
        rules_version=rules.version,
    )


def _postcode(record: JoinedRecord) -> str:
    """The postal code; text too long to be one stays out of the search."""
    code = str((record.attributes.get("address") or {}).get("postal_code") or "")
    return code if len(code) <= LONGEST_POSTCODE else ""


def _display_name(golden: Mapping[str, Any], records: Sequence[JoinedRecord]) -> str:
    """The name, else what tells people most: organisation, mailbox, the first record's key."""
    for attribute in ("full_name", "organisation"):
        if attribute in golden:
            return str(golden[attribute]["value"])
    if "email" in golden:
        return str(golden["email"]["value"]).partition("@")[0]
    return records[0].external_id


def _search_words(records: Sequence[JoinedRecord]) -> list[str]:
    """Folded words of all names, each once, in the order of the records' keys."""
    names = [record.attributes.get(part) or "" for record in records for part in SEARCHED]
    return list(dict.fromkeys(word for name in names for word in fold(name).split()))


_KNOWN_SOUNDS: dict[str, list[str]] = {}  # of this process; a word's codes never change
MOST_SOUNDS = 65_536


def _sounds(words: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """Both double-Metaphone codes of every distinct word. One query for words not yet met."""
    distinct = {word for each in words for word in each}
    if new := sorted(distinct - _KNOWN_SOUNDS.keys()):
        if len(_KNOWN_SOUNDS) > MOST_SOUNDS:
            _KNOWN_SOUNDS.clear()
            new = sorted(distinct)
        _KNOWN_SOUNDS.update(_codes(new))
    return {word: _KNOWN_SOUNDS[word] for word in distinct}


def _codes(words: list[str]) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, dmetaphone(word), dmetaphone_alt(word) FROM unnest(%s::text[]) word",
            [words],
        )
        rows = cursor.fetchall()
    return {word: [code for code in codes if code] for word, *codes in rows}


# `str` keeps the microseconds of times, which Django's JSON encoder cuts.
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
_NOBODY = _as_json(vars(Face()))[1:]  # most of the profiles that records leave


def _store(faces: Mapping[str, Face]) -> None:
    """Write the rows that differ, without reading them first.

    `updated_at` moves with what people see of a profile, not with its search columns or events.
    """
    if len(faces) < MANY:
        _store_few(faces)
    else:
        _store_many(faces)


def _store_few(faces: Mapping[str, Face]) -> None:
    shown = [{"id": pk, **vars(face)} for pk, face in faces.items() if face.record_count]
    empty = [f'{{"id":"{pk}",{_NOBODY}' for pk, face in faces.items() if not face.record_count]
    rows = f"[{','.join([_as_json(shown)[1:-1]] * bool(shown) + empty)}]"
    tell(STORE_FEW, {"rows": rows, "now": timezone.now()}, about=len(faces))


def _store_many(faces: Mapping[str, Face]) -> None:
    empty = [pk for pk, face in faces.items() if not face.record_count]
    shown = ((pk, face) for pk, face in faces.items() if face.record_count)
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        copy_rows("profiles_shown", (_as_row(pk, face) for pk, face in shown))
        cursor.execute(STORE_MANY, {"now": timezone.now()})
        facts: dict[str, Any] = {
            "ids": key_array(empty),
            "now": timezone.now(),
            "shipped": SHIPPED,
        }
        cursor.execute(EMPTY_MANY, facts)


def _as_row(pk: str, face: Face) -> tuple[str, ...]:
    return (
        pk,
        str(face.record_count),
        escaped_json(_as_json(face.golden)),
        escaped(face.display_name),
        escaped(face.search_name),
        escaped(text_array(face.name_sounds)),
        escaped(text_array(face.postcode_norm)),
        NULL if face.last_event_at is None else str(face.last_event_at),
        escaped(face.rules_version),
    )
