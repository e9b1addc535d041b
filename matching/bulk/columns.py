"""Records as columns: for each comparison a number per record, equal where its parts are equal.

The numbers are 64-bit hashes of the parts. Two different parts of one candidate pair get the
same number once in 10**19 cases, which no run will see. They hold within one run only, in
processes forked from one another.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from matching.bulk.parts import ALL_FIELDS, Parts, parts_of
from matching.bulk.sketches import sketched
from matching.core.codec import Flat, flatten, packed
from matching.core.features import Features
from matching.core.model import MatchModel

Codes = NDArray[np.int64]
SILENT = 0  # who has nothing to say in a column
SPEAKS = 1  # set in every other number
IDENTIFIERS, CUSTOM = "identifiers", "custom"


@dataclass(frozen=True)
class Chunk:
    """Columns of some records by name, and each record packed. A missing column is silent."""

    columns: dict[str, Codes]
    packed: list[bytes]


def parts_read(model: MatchModel) -> dict[str, Parts]:
    """What each comparison of a model reads, by its name."""
    own = {step.name: parts_of(step.name) for step in model.steps}
    return own | {step.name: Parts(step.parts, speaks=None) for step in model.column_steps}


def encode(records: Sequence[Features], reads: Mapping[str, Parts]) -> Chunk:
    """Take records apart into columns: those of `reads`, one per identifier and custom, and
    the sketches that comparisons are spared by."""
    flats = [flatten(each) for each in records]
    columns = {name: _column(parts, records, flats) for name, parts in reads.items()}
    columns |= _named(IDENTIFIERS, [each.identifiers for each in records])
    columns |= _named(CUSTOM, [each.custom for each in records])
    columns |= sketched(records)
    return Chunk(columns, [packed(flat) for flat in flats])


def _column(parts: Parts, records: Sequence[Features], flats: Sequence[Flat]) -> Codes:
    """The parts of every record as numbers; all speak where one silent side decides nothing."""
    read = itemgetter(*(ALL_FIELDS.index(name) for name in parts.reads))
    numbers = np.fromiter((hash(read(flat)) for flat in flats), np.int64, len(flats)) | SPEAKS
    if parts.needs_both:
        said = np.fromiter(map(parts.said, records), bool, len(flats))
        numbers[~said] = SILENT
    return numbers


def _named(prefix: str, held: Sequence[tuple[tuple[str, Hashable], ...]]) -> dict[str, Codes]:
    """One column for each name that any record has a value under."""
    columns: dict[str, Codes] = {}
    for row, values in enumerate(held):
        for name, value in values:
            full = f"{prefix}.{name}"
            if full not in columns:
                columns[full] = np.zeros(len(held), np.int64)
            columns[full][row] = hash(value) | SPEAKS
    return columns


def joined(chunks: Iterable[Mapping[str, Codes]], sizes: Sequence[int]) -> dict[str, Codes]:
    """The columns of consecutive chunks as one; silent where a chunk lacks a column."""
    columns: dict[str, Codes] = {}
    start = 0
    for chunk, size in zip(chunks, sizes, strict=True):
        for name, codes in chunk.items():
            if name not in columns:
                columns[name] = np.zeros(sum(sizes), np.int64)
            columns[name][start : start + size] = codes
        start += size
    return columns
