"""What one bulk run keeps in a folder, so that all its processes read it without copies."""

import mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.bulk.fields import flat_of, read_only
from matching.core.codec import from_json
from matching.core.features import Features

FEATURES = "features.bin"


def save(folder: Path, **arrays: NDArray) -> None:
    """Keep arrays under their names."""
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def load(folder: Path, name: str) -> NDArray:
    """An array by its name; it stays on disk, and only what is looked at is read."""
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))


class FeatureWriter:
    """Appends packed features of rows, ascending; rows left out have none."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / FEATURES).open("wb")
        self._folder = folder
        self._rows: list[NDArray[np.int64]] = []
        self._sizes: list[NDArray[np.int64]] = []

    def add(self, rows: NDArray[np.int64], packed: bytes, sizes: NDArray[np.int64]) -> None:
        """Add rows packed one after the other, each of its size in bytes."""
        self._file.write(packed)
        self._rows.append(rows)
        self._sizes.append(sizes)

    def close(self, total: int) -> None:
        """Finish; `total` is the number of rows there are."""
        self._file.write(b"\0")  # an empty file cannot be mapped
        self._file.close()
        sizes = np.zeros(total, np.int64)
        if self._rows:
            sizes[np.concatenate(self._rows)] = np.concatenate(self._sizes)
        save(self._folder, feature_ends=np.cumsum(sizes))


class FeatureReader:
    """The records of rows, read when they are asked for and kept until `forget`."""

    def __init__(self, folder: Path) -> None:
        self._ends = load(folder, "feature_ends")
        with (folder / FEATURES).open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        self._known: dict[tuple[int, tuple[str, ...]], Features] = {}

    def __call__(self, row: int) -> Features:
        features, _ = self.with_values(row)
        return features

    def with_values(self, row: int) -> tuple[Features, tuple[int, ...]]:
        """The features of a row, and the block keys of its identifying values."""
        return from_json(flat_of(self._packed(row)))

    def with_only(self, row: int, names: tuple[str, ...]) -> Features:
        """The features of a row with nothing but these fields, which is quicker."""
        found = self._known.get((row, names))
        if found is None:
            found = self._known[row, names] = read_only(self._packed(row), names)
        return found

    def _packed(self, row: int) -> bytes:
        start = self._ends.item(row - 1) if row else 0
        return self._bytes[start : self._ends.item(row)]

    def has(self, row: int) -> bool:
        return bool(self._ends[row] > (self._ends[row - 1] if row else 0))

    def forget(self) -> None:
        self._known.clear()
