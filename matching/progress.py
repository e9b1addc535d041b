"""How far a run is: what was done, and what it is at."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run did: records resolved and changes of membership, failures put off."""

    resolved: int = 0
    receipts: int = 0
    failed: int = 0

    def plus(self, other: "Progress") -> "Progress":
        return Progress(
            self.resolved + other.resolved,
            self.receipts + other.receipts,
            self.failed + other.failed,
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a run: `done` of `total` things, called `things`, since it began."""

    name: str
    things: str
    done: int
    total: int


Tell = Callable[[Progress], None]
TellStage = Callable[[Stage], None]


def silently(done: Progress) -> None:
    """Nobody wants to hear how far it is."""


def silent_stage(stage: Stage) -> None:
    """Nobody wants to hear what it is at."""
