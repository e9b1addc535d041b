"""From the records of a snapshot to weighed pairs, in many processes, kept in one folder."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching import live
from matching.bulk import reading
from matching.bulk.candidates import generic
from matching.bulk.columns import Chunk, Codes, encode, parts_read
from matching.bulk.comparers import comparers
from matching.bulk.fields import Fields
from matching.bulk.meeting import Found
from matching.bulk.noting import limits_of
from matching.bulk.parts import Parts
from matching.bulk.store import FeatureReader, FeatureWriter, load, save
from matching.bulk.weighing import Weighed, Weigher, merged
from matching.bulk.workers import Workers
from matching.core.blocking import IDENTIFYING
from matching.core.codec import Flat
from matching.core.features import Features
from matching.core.model import MatchModel
from matching.live import Folded

Rows = NDArray[np.int64]
RECORDS_AT_ONCE = 2_000
Done = Callable[[int, int], None]  # how many of how many
MODEL, NAMES = "model.json", "columns.json"
VALUES = Fields._fields.index("values")


def encode_records(
    folder: Path,
    seen: reading.Seen,
    model: MatchModel,
    wanted: NDArray[np.bool_],
    workers: Workers,
    done: Done,
) -> Rows:
    """Keep columns and features of the wanted rows; return the rows that cannot be read.

    Values that too many share are taken away; the rows that had some are kept as `told_less`.
    """
    columns: dict[str, Codes] = {}
    unreadable: list[int] = []
    told_less: list[int] = []
    writer = FeatureWriter(folder)
    finished = 0
    done(finished, int(wanted.sum()))
    for rows, chunk, broken, less in workers.each(encode_chunk, _chunks(seen, wanted, model)):
        for name, codes in chunk.columns.items():
            if name not in columns:
                columns[name] = np.zeros(len(seen.ids), codes.dtype)
            columns[name][rows] = codes
        unreadable += broken
        told_less += less
        writer.add(rows, chunk.packed, chunk.sizes)
        finished += len(rows)
        done(finished, int(wanted.sum()))
    writer.close(len(seen.ids))
    for number, codes in enumerate(columns.values()):
        save(folder, **{f"column{number}": codes})
    (folder / NAMES).write_text(json.dumps(list(columns)))
    save(folder, told_less=np.array(told_less, np.int64))
    return np.array(unreadable, np.int64)


Work = tuple[str, Rows, Rows, dict[str, Parts], frozenset[int]]


def _chunks(seen: reading.Seen, wanted: NDArray[np.bool_], model: MatchModel) -> Iterator[Work]:
    snapshot = reading.share_snapshot()
    reads, generic = parts_read(model), generic_values(seen, model)
    for start in range(0, len(seen.ids), RECORDS_AT_ONCE):
        rows = start + np.flatnonzero(wanted[start : start + RECORDS_AT_ONCE])
        if len(rows):
            yield snapshot, rows, seen.ids[rows], reads, generic


def generic_values(seen: reading.Seen, model: MatchModel) -> frozenset[int]:
    """Keys of identifying values that too many records share."""
    kinds = [place for place, kind in enumerate(model.generic_limits()) if kind in IDENTIFYING]
    shared = generic(seen.blocks, limits_of(model)) & np.isin(seen.blocks.kinds, kinds)
    return frozenset(seen.blocks.keys[shared].tolist())


def encode_chunk(
    snapshot: str,
    rows: Rows,
    ids: NDArray[np.int64],
    reads: dict[str, Parts],
    generic: frozenset[int],
) -> tuple[Rows, Chunk, list[int], list[int]]:
    """Fold what some rows say; also returns those broken, and those told less of.

    A row that cannot be read says nothing.
    """
    said = reading.what_these_say(snapshot, ids)
    try:
        flats = [_flat(each) for each in json.loads(f"[{','.join(said)}]")]
        places = _take_away(flats, generic)
        return rows, encode(flats, reads), [], rows[places].tolist()
    except Exception:  # one of them cannot be read: they are tried one by one
        return _encode_those_that_can_be(rows, said, reads, generic)


def _flat(said: dict[str, Any] | list[Any]) -> Flat:
    """A record as it is stored, from its attributes or as it was."""
    return said if isinstance(said, list) else _stored(live.fold(said))


def _stored(folded: Folded) -> Flat:
    flat: Flat = json.loads(folded.as_text())
    return flat


def _take_away(flats: list[Flat], generic: frozenset[int]) -> list[int]:
    """Take the values that too many share from the records; return the places that had some."""
    if not generic:
        return []
    places = [place for place, flat in enumerate(flats) if not generic.isdisjoint(flat[VALUES])]
    for place in places:
        folded = live.read(flats[place])
        flats[place] = _stored(Folded(folded.telling(generic), folded.values))
    return places


def _encode_those_that_can_be(
    rows: Rows, said: list[str], reads: dict[str, Parts], generic: frozenset[int]
) -> tuple[Rows, Chunk, list[int], list[int]]:
    flats: list[Flat] = []
    broken: list[int] = []
    less: list[int] = []
    for row, text in zip(rows.tolist(), said, strict=True):
        try:
            alone = [_stored(live.read(json.loads(text)))]
            less += [row for _ in _take_away(alone, generic)]
        except Exception:  # whatever it is, its own mark will tell when it is taken alone
            broken.append(row)
            alone = [_stored(Folded(Features(), ()))]
        flats += alone
    return rows, encode(flats, reads), broken, less


def weigh_pairs(
    folder: Path, model: MatchModel, found: Found, workers: Workers, done: Done
) -> Weighed:
    """Weigh all pairs that were found, and return those worth it."""
    (folder / MODEL).write_text(json.dumps(model.to_spec()))
    total, finished, kept = sum(found.sizes), 0, []
    done(finished, total)
    work = ((folder, found.read, part) for part in range(len(found.sizes)))
    for size, part in zip(found.sizes, workers.each(weigh_part, work), strict=True):
        kept.append(part)
        finished += size
        done(finished, total)
    return merged(kept or [_nothing(folder)])


def _nothing(folder: Path) -> Weighed:
    return weigh_part(folder, lambda *_: (np.empty(0, np.int64), np.empty(0, np.int64)), 0)


@lru_cache(maxsize=1)
def _shared(folder: Path) -> tuple[Weigher, FeatureReader]:
    model = MatchModel.from_spec(json.loads((folder / MODEL).read_text()))
    names = json.loads((folder / NAMES).read_text())
    columns = {name: load(folder, f"column{number}") for number, name in enumerate(names)}
    features = FeatureReader(folder)
    return Weigher(model, columns, features.with_only), features


def weigh_part(
    folder: Path, read: Callable[[Path, int], tuple[Rows, Rows]], part: int
) -> Weighed:
    """Weigh one part of the pairs."""
    weigh, features = _shared(folder)
    weighed = weigh(*read(folder, part))
    features.forget()
    return weighed


def comparer_names(folder: Path, model: MatchModel) -> list[str]:
    """The comparers in the order of the columns of outcomes."""
    return [each.name for each in comparers(model, json.loads((folder / NAMES).read_text()))]
