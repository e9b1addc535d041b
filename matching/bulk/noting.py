"""Generic keys brought up to date for all records at once, before a bulk run weighs pairs.

From here on a change is told by the table: whoever resolves a record that takes a key over its
limit or back notes it there, and `settling` leaves the records concerned to their marks.
"""

from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from matching.bulk.candidates import generic, rows_under
from matching.bulk.reading import Seen
from matching.core.model import MatchModel
from matching.models import DirtyRecord, GenericKey
from matching.resolving.marks import mark_blocks_dirty, mark_dirty

RECOUNT = (
    "SELECT key, count(*) FROM matching_blockkey WHERE key = ANY(%s::bigint[]) GROUP BY key"
)


@dataclass(frozen=True)
class Noted:
    """The keys noted as generic now, and those that moved again meanwhile."""

    generic: frozenset[int]
    moved: frozenset[int]


def limits_of(model: MatchModel) -> NDArray[np.int64]:
    """How many records may share a key, by the number of its kind."""
    return np.array(list(model.generic_limits().values()), np.int64)


def note_generic_keys(seen: Seen, model: MatchModel) -> Noted:
    """Note the keys that crossed their limit; mark the clean records under them."""
    kinds, limits = list(model.generic_limits()), limits_of(model)
    is_generic = generic(seen.blocks, limits)
    over = {
        key: kinds[kind]
        for key, kind in zip(
            seen.blocks.keys[is_generic].tolist(),
            seen.blocks.kinds[is_generic].tolist(),
            strict=True,
        )
    }
    fallen = {key for key, kind in seen.noted.items() if key not in over and kind in kinds}
    fallen |= _just_under(seen, limits)
    became = {key: kind for key, kind in over.items() if key not in seen.noted}
    crossed = np.array(sorted(fallen | set(became)), np.int64)
    _store(became, fallen, _clean_rows(seen, crossed))
    return Noted(
        frozenset((seen.noted.keys() | over.keys()) - fallen),
        _moved_again(crossed, over, model.generic_limits()),
    )


def _just_under(seen: Seen, limits: NDArray[np.int64]) -> set[int]:
    """Keys that records have just left and that are within their limit only since then."""
    lost = np.array(sorted(seen.lost), np.int64)
    if not len(lost) or not len(seen.blocks.keys):
        return set()
    place = np.minimum(np.searchsorted(seen.blocks.keys, lost), len(seen.blocks.keys) - 1)
    held = seen.blocks.keys[place] == lost
    place, lost = place[held], lost[held]
    most, size = limits[seen.blocks.kinds[place]], seen.blocks.sizes[place]
    before = size + np.array([seen.lost[key] for key in lost.tolist()], np.int64)
    return set(lost[(size <= most) & (before > most)].tolist())


def _clean_rows(seen: Seen, crossed: NDArray[np.int64]) -> list[int]:
    """Ids of the records under these keys that nobody has asked to resolve."""
    rows = rows_under(seen.blocks, np.isin(seen.blocks.keys, crossed))
    ids: list[int] = seen.ids[rows[~seen.is_dirty()[rows]]].tolist()
    return ids


@transaction.atomic
def _store(became: dict[int, str], fallen: set[int], clean: list[int]) -> None:
    GenericKey.objects.bulk_create(
        [GenericKey(key=key, kind=kind) for key, kind in sorted(became.items())],
        ignore_conflicts=True,
        batch_size=2000,
    )
    if fallen:
        GenericKey.objects.filter(key__in=sorted(fallen)).delete()
    mark_dirty(clean, lane=DirtyRecord.Lane.BULK)


def _moved_again(
    crossed: NDArray[np.int64], over: dict[int, str], limits: dict[str, int]
) -> frozenset[int]:
    """Keys whose size is on the other side of the limit by now; all under them are marked.

    Counted after the notes are committed: whoever resolves a later change sees them. One whose
    note is wrong is put right by whoever resolves these marks.
    """
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, [crossed.tolist()])
        size = dict(cursor.fetchall())
    moved = frozenset(
        key for key in crossed.tolist() if key in over and size.get(key, 0) <= limits[over[key]]
    )
    if moved:
        mark_blocks_dirty(moved, besides=[])
    return moved
