"""Whether a chain is whole: no number missing, every link and every hash as recomputed."""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from consent.chain.format import Log, row_hash
from consent.chain.rows import Place, Row


class BrokenChain(Exception):
    """A row is not what was added, or is gone; the message names log, chain and number.

    Where a row is missing, it also names the one found in its place.
    """


class HeadMismatch(Exception):
    """A chain does not end in, or pass through, what was signed: cut off or rewritten."""


@dataclass(slots=True)
class Walk:
    """One pass along a chain. `signed` are the hashes that checkpoints name, by place."""

    log: Log
    signed: Mapping[Place, str] = field(default_factory=dict)
    last: Row | None = None
    count: int = 0

    def over(self, rows: Generator[Row], *, since: Place | None = None) -> "Walk":
        """Check every row; raises `BrokenChain` at the first wrong one, then `HeadMismatch`.

        `since` is where a checkpoint lets the walk begin: the row there is believed to follow
        what it says it follows, for its own hash was signed.
        """
        contradicted = ""
        with closing(rows):
            for row in rows:
                self._check_place(row, since)
                self._check_hashes(row, since)
                wanted = self.signed.get(row.place)
                if wanted and wanted != row.row_hash.hex() and not contradicted:
                    contradicted = f"{self._name(row)} is not what was signed"
                self.last, self.count = row, self.count + 1
        if contradicted:
            raise HeadMismatch(contradicted)
        self._check_end()
        return self

    def _check_place(self, row: Row, since: Place | None) -> None:
        if self.last is None:
            begins = since or Place(row.chain, 1)
        elif row.chain == self.last.chain:
            begins = Place(row.chain, self.last.seq + 1)
        else:
            begins = Place(row.chain, 1)
        if self.last is None and since and row.place != since:
            raise HeadMismatch(f"{self._name(since)} was signed and is not there")
        if row.seq != begins.seq:
            raise BrokenChain(f"{self._name(row)} stands where {self._name(begins)} should be")

    def _check_hashes(self, row: Row, since: Place | None) -> None:
        follows = self.last.row_hash if self.last else self.log.genesis
        begins_signed = since is not None and self.last is None
        if row.prev_hash != follows and not begins_signed:
            raise BrokenChain(f"{self._name(row)} does not follow the row before it")
        if row_hash(row.prev_hash, row.parts) != row.row_hash:
            raise BrokenChain(f"{self._name(row)} is not what was added")

    def _check_end(self) -> None:
        end = self.last.place if self.last else Place(0, 0)
        furthest = max(self.signed, default=end)
        if furthest > end:
            raise HeadMismatch(f"{self._name(furthest)} was signed and is not there")

    def _name(self, place: Place | Row) -> str:
        return f"{self.log.name} {place.chain}/{place.seq}"
