"""The cache on `Profile`: what each profile shows, computed from the records joined now.

Nothing else writes these columns. They can be dropped and refreshed at any time; `differences`
tells where they are not what the facts say.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Subquery
from django.db.models.expressions import RawSQL
from django.utils import timezone

from profiles.models import Event, Profile, Source, SourceRecord
from profiles.normalise import fold
from profiles.survivorship import golden_values

CHUNK = 500
SEARCHED = ("given_name", "middle_name", "family_name", "organisation")
LONGEST_NAME = 240
LONGEST_POSTCODE = 16
STORE = """
UPDATE profiles_profile AS old
SET record_count = new.record_count, golden = new.golden, display_name = new.display_name,
    search_name = new.search_name, name_sounds = new.name_sounds,
    postcode_norm = new.postcode_norm, last_event_at = new.last_event_at,
    updated_at = CASE
        WHEN (old.record_count, old.display_name, old.golden)
            IS DISTINCT FROM (new.record_count, new.display_name, new.golden) THEN %(now)s
        ELSE old.updated_at END
FROM jsonb_to_recordset(%(rows)s::jsonb) AS new(
    id varchar, record_count integer, golden jsonb, display_name varchar, search_name text,
    name_sounds varchar[], postcode_norm varchar[], last_event_at timestamptz)
WHERE old.id = new.id
    AND (old.record_count, old.golden, old.display_name, old.search_name, old.name_sounds,
         old.postcode_norm, old.last_event_at)
    IS DISTINCT FROM (new.record_count, new.golden, new.display_name, new.search_name,
         new.name_sounds, new.postcode_norm, new.last_event_at)
"""


# an array is one parameter, however many profiles
RECORDS_OF = "SELECT record_id FROM profiles_membership WHERE profile_id = ANY(%s::varchar[])"


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


COLUMNS = tuple(column.name for column in fields(Face))


def refresh(profile_ids: Collection[str]) -> None:
    """Store what these profiles show now; rows that are right already are not written.

    Runs in the caller's transaction, which holds the locks of the components concerned. Four
    queries for any number of profiles, none for no profiles.
    """
    if faces := computed(profile_ids):
        _store(faces)


def computed(profile_ids: Collection[str]) -> dict[str, Face]:
    """What each of these profiles should show, by id. Nothing is stored; three queries."""
    wanted = set(profile_ids)
    if not wanted:
        return {}
    members = _members(wanted)
    words = {pk: _search_words(records) for pk, records in members.items()}
    sounds = _sounds(words.values())
    return {
        pk: _face(members[pk], words[pk], sounds) if pk in members else Face() for pk in wanted
    }


def differences(profile_ids: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
    """Name each (profile id, column) whose cache is not what the facts say; all by default.

    Reads in chunks, so memory stays bounded. To compare beside running work, call it in a
    repeatable-read transaction: a chunk takes several queries.
    """
    for profiles in _chunks(profile_ids):
        faces = computed([profile.pk for profile in profiles])
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


def _members(profile_ids: set[str]) -> dict[str, list[SourceRecord]]:
    """Live records by profile with their source and `newest_event`, in the order of their keys.

    Two queries. The newest event is one probe of `event_timeline` per record and month, newest
    month first, until one is found.
    """
    events = Event.objects.filter(record=OuterRef("pk")).order_by("-occurred_at")
    records = list(
        SourceRecord.objects.live()
        .filter(pk__in=RawSQL(RECORDS_OF, [list(profile_ids)]))  # noqa: S611 - a parameter
        .only("source_id", "external_id", "attributes", "source_updated_at", "received_at")
        .annotate(
            profile_now=F("membership__profile_id"),
            newest_event=Subquery(events.values("occurred_at")[:1]),
        )
    )
    # Once per source: joining them would build the same object again for every record.
    sources = Source.objects.in_bulk({record.source_id for record in records})
    members: dict[str, list[SourceRecord]] = defaultdict(list)
    for record in records:
        record.source = sources[record.source_id]
        members[record.profile_now].append(record)
    for joined in members.values():
        joined.sort(key=_key)
    return dict(members)


def _key(record: SourceRecord) -> tuple[str, str]:
    return record.source.slug, record.external_id


def _face(
    records: Sequence[SourceRecord], words: Sequence[str], sounds: Mapping[str, Sequence[str]]
) -> Face:
    golden = golden_values(records)
    events = [at for record in records if (at := _newest_event(record))]
    return Face(
        record_count=len(records),
        golden=golden,
        display_name=_display_name(golden, records)[:LONGEST_NAME],
        search_name=" ".join(words),
        name_sounds=sorted({code for word in words for code in sounds[word]}),
        postcode_norm=sorted({code for record in records if (code := _postcode(record))}),
        last_event_at=max(events, default=None),
    )


def _newest_event(record: SourceRecord) -> datetime | None:
    found: datetime | None = getattr(record, "newest_event")  # noqa: B009 - an annotation
    return found


def _postcode(record: SourceRecord) -> str:
    """The postal code; text too long to be one stays out of the search."""
    code = str((record.attributes.get("address") or {}).get("postal_code") or "")
    return code if len(code) <= LONGEST_POSTCODE else ""


def _display_name(golden: Mapping[str, Any], records: Sequence[SourceRecord]) -> str:
    """The name, else what tells people most: organisation, mailbox, the first record's key."""
    for attribute in ("full_name", "organisation"):
        if attribute in golden:
            return str(golden[attribute]["value"])
    if "email" in golden:
        return str(golden["email"]["value"]).partition("@")[0]
    return records[0].external_id


def _search_words(records: Sequence[SourceRecord]) -> list[str]:
    """Folded words of all names, each once, in the order of the records' keys."""
    names = [record.attributes.get(part) or "" for record in records for part in SEARCHED]
    return list(dict.fromkeys(word for name in names for word in fold(name).split()))


def _sounds(words: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """Both double-Metaphone codes of every distinct word. One query."""
    distinct = sorted({word for each in words for word in each})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, dmetaphone(word), dmetaphone_alt(word) FROM unnest(%s::text[]) word",
            [distinct],
        )
        rows = cursor.fetchall()
    return {word: [code for code in codes if code] for word, *codes in rows}


def _store(faces: Mapping[str, Face]) -> None:
    """Write the rows that differ, in one statement and without reading them first.

    `updated_at` moves with what people see of a profile, not with its search columns or events.
    """
    rows = [{"id": pk, **vars(face)} for pk, face in faces.items()]
    with connection.cursor() as cursor:
        # `str` keeps the microseconds of times, which Django's JSON encoder cuts.
        cursor.execute(STORE, {"rows": json.dumps(rows, default=str), "now": timezone.now()})
