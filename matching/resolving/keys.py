"""Block keys and features, written in the transaction that stored the records."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from c360.sql.arrays import id_array, key_array, text_array
from c360.sql.prepared import ask, tell
from matching.core.blocking import KEY_SCHEME
from matching.live import fold, keys_of
from profiles.models import SourceRecord
from profiles.signals import RecordChange

Keys = frozenset[tuple[str, int]]


class Made(NamedTuple):
    """What is kept of a version of a record: its block keys, and its features as a text.

    `source` is the id of the record's source.
    """

    source: int
    version: int
    keys: Keys = frozenset()
    folded: str | None = None


# Outdated keys are no longer noted: ingest has just taken them away, `rekey` notes them anew.
WRITE_KEYS = """
WITH noted AS (
    INSERT INTO matching_keyedrecord AS held (record_id, source_id, scheme, version, folded)
    SELECT id, source, %s, version, folded
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[])
        AS made (id, source, version, folded)
    ON CONFLICT (record_id) DO UPDATE SET scheme = excluded.scheme, outdated = NULL,
        version = excluded.version, folded = excluded.folded
)
INSERT INTO matching_blockkey (record_id, kind, key)
SELECT * FROM unnest(%s::bigint[], %s::varchar[], %s::bigint[])
ON CONFLICT (record_id, key) DO NOTHING
"""

HELD = "SELECT record_id, key FROM matching_blockkey WHERE record_id = ANY(%s::bigint[])"
DROP_KEYS = """
DELETE FROM matching_blockkey held
USING unnest(%s::bigint[], %s::bigint[]) AS lost (record_id, key)
WHERE held.record_id = lost.record_id AND held.key = lost.key
"""


def replace_keys(changes: Sequence[RecordChange]) -> dict[int, list[int]]:
    """Bring the block keys of changed records up to date; return the keys each one lost."""
    wanted = {each.record.pk: made_of(each.record, each.attributes) for each in changes}
    lost = lost_keys(wanted, of=[c.record.pk for c in changes if c.record.version > 1])
    drop_keys(lost)
    write_keys(wanted)
    return lost


def made_of(record: SourceRecord, attributes: dict[str, Any]) -> Made:
    """What is to be kept of a record that says this; of one that is gone, nothing."""
    return made(record.source_id, record.version, attributes, is_live=record.is_live)


def made(source: int, version: int, attributes: dict[str, Any], *, is_live: bool) -> Made:
    """The same from the source's id, the version, and whether the record is there."""
    if not is_live:
        return Made(source, version)
    folded = fold(attributes)
    return Made(source, version, keys_of(folded.features), folded.as_text())


def lost_keys(wanted: Mapping[int, Made], *, of: Collection[int]) -> dict[int, list[int]]:
    """Keys that these records have and shall have no longer, ascending. One query."""
    return {
        record_id: sorted(held - {key for _, key in wanted[record_id].keys})
        for record_id, held in _held_keys(of).items()
    }


def write_keys(wanted: Mapping[int, Made]) -> None:
    """Add keys to those that records have; keep features, and the scheme all was made by."""
    rows = sorted((pk, kind, key) for pk, each in wanted.items() for kind, key in each.keys)
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    records, kinds, keys = columns
    facts = [
        KEY_SCHEME,
        id_array(wanted),
        id_array(each.source for each in wanted.values()),
        id_array(each.version for each in wanted.values()),
        text_array(each.folded for each in wanted.values()),
        id_array(records),
        key_array(kinds),
        id_array(keys),
    ]
    tell(WRITE_KEYS, facts, about=len(wanted))


def _held_keys(record_ids: Collection[int]) -> dict[int, set[int]]:
    held: dict[int, set[int]] = defaultdict(set)
    if record_ids:
        for record_id, key in ask(HELD, [id_array(record_ids)], about=len(record_ids)):
            held[record_id].add(key)
    return held


def drop_keys(lost: Mapping[int, Iterable[int]]) -> None:
    """Take keys away from records."""
    rows = sorted((pk, key) for pk, keys in lost.items() for key in keys)
    columns = list(zip(*rows, strict=True))
    if columns:
        tell(DROP_KEYS, [id_array(column) for column in columns], about=len(lost))
