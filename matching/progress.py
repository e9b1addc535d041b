"""How far a run is: what was done, and what it is at."""

import time
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


class Meter:
    """Turns how far a run is into a line now and then, with its rate and the time left."""

    def __init__(self, every_seconds: float = 5.0) -> None:
        self._every = every_seconds
        self._said = time.monotonic()
        self._stage = ""
        self._began = self._said
        self._before = 0  # done already when the stage was first heard of

    def is_due(self) -> bool:
        """Whether the last line is old enough for another."""
        return time.monotonic() - self._said >= self._every

    def line(self, stage: Stage) -> str:
        """What to say, empty while it is too early to say something again."""
        now = time.monotonic()
        if stage.name != self._stage:
            self._stage, self._began, self._before = stage.name, now, stage.done
        if not self.is_due():
            return ""
        self._said = now
        told = f"{stage.name}: {stage.done:,} of {stage.total:,} {stage.things}"
        seconds, done = now - self._began, stage.done - self._before
        if seconds <= 0 or done <= 0:
            return told
        rate = done / seconds
        left = max(0, stage.total - stage.done) / rate
        return f"{told}, {rate:,.0f}/s, {_duration(left)} left"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    return f"{round(whole / 60)} min" if whole < 5400 else f"{round(whole / 3600)} h"


Tell = Callable[[Progress], None]
TellStage = Callable[[Stage], None]


def silently(done: Progress) -> None:
    """Nobody wants to hear how far it is."""


def silent_stage(stage: Stage) -> None:
    """Nobody wants to hear what it is at."""
