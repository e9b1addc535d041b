"""Records as columns: for each comparison a number per record, equal where its parts are equal.

The numbers are 64-bit hashes of the parts. Two different parts of one candidate pair get the
same number once in 10**19 cases, which no run will see. They hold within one run only, in
processes forked from one another.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.bulk.fields import Fields, fields_of, hashable, packed
from matching.bulk.parts import Parts, parts_of
from matching.bulk.sketching import sketched
from matching.core.codec import Flat
from matching.core.model import MatchModel

Codes = NDArray[np.int64]
SILENT = 0  # who has nothing to say in a column
SPEAKS = 1  # set in every other number
IDENTIFIERS, CUSTOM = "identifiers", "custom"


@dataclass(frozen=True)
class Chunk:
    """Columns of some records by name, and the records packed one after the other.

    A missing column is silent. `sizes` are those of the packed records, in bytes.
    """

    columns: dict[str, Codes]
    packed: bytes
    sizes: NDArray[np.int64]


def parts_read(model: MatchModel) -> dict[str, Parts]:
    """What each comparison of a model reads, by its name."""
    own = {step.name: parts_of(step.name) for step in model.steps}
    return own | {step.name: Parts(step.parts, speaks=None) for step in model.column_steps}


def encode(flats: Sequence[Flat], reads: Mapping[str, Parts]) -> Chunk:
    """Take records as they are stored apart into columns: those of `reads`, one per identifier
    and custom, and the sketches that comparisons are spared by.

    Raises an error of any kind for what is no record.
    """
    fields = fields_of(flats)
    columns = _columns(reads, fields)
    columns |= _named(IDENTIFIERS, fields.identifiers)
    columns |= _named(CUSTOM, fields.custom)
    columns |= sketched(fields)
    each = list(map(packed, flats))
    sizes = np.fromiter(map(len, each), np.int64, len(each))
    return Chunk(columns, b"".join(each), sizes)


def _columns(reads: Mapping[str, Parts], fields: Fields) -> dict[str, Codes]:
    """The parts of every record as numbers; comparisons that read the same have the same."""
    numbers = {parts.reads: _numbers(parts.reads, fields) for parts in reads.values()}
    return {name: _said(parts, numbers[parts.reads], fields) for name, parts in reads.items()}


def _numbers(names: Sequence[str], fields: Fields) -> Codes:
    read = hashable(fields, names)
    each: Iterable[Hashable] = read[0] if len(read) == 1 else zip(*read, strict=True)
    return np.fromiter(map(hash, each), np.int64, len(fields.given)) | SPEAKS


def _said(parts: Parts, numbers: Codes, fields: Fields) -> Codes:
    """Silent where a record has nothing to say; all speak where one side alone decides."""
    if parts.needs_both and parts.speaks is not None:
        are_there = any if parts.speaks == "birth" else bool
        said = np.fromiter(map(are_there, getattr(fields, parts.speaks)), bool, len(numbers))
        return np.where(said, numbers, SILENT)
    return numbers


def _named(prefix: str, held: Sequence[Iterable[tuple[str, Any]]]) -> dict[str, Codes]:
    """One column for each name that any record has a value under."""
    columns: dict[str, Codes] = {}
    for row, values in enumerate(held):
        for name, value in values:
            full = f"{prefix}.{name}"
            if full not in columns:
                columns[full] = np.zeros(len(held), np.int64)
            columns[full][row] = (
                hash(value if isinstance(value, str) else tuple(value)) | SPEAKS
            )
    return columns


def joined(chunks: Iterable[Mapping[str, Codes]], sizes: Sequence[int]) -> dict[str, Codes]:
    """The columns of consecutive chunks as one; silent where a chunk lacks a column."""
    columns: dict[str, Codes] = {}
    start = 0
    for chunk, size in zip(chunks, sizes, strict=True):
        for name, codes in chunk.items():
            if name not in columns:
                columns[name] = np.zeros(sum(sizes), codes.dtype)
            columns[name][start : start + size] = codes
        start += size
    return columns
