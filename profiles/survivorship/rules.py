"""What a version of the rules says: of each attribute what is compared, the strongest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SHIPPED = "shipped-2026.11"  # other rules that ship would need another name: rows say who chose


class Strategy(StrEnum):
    """A way to prefer one value to another; its value is the code of the rule on pages."""

    COMPLETE = "complete"  # whole dates, names and addresses before fragments
    NEWEST = "newest"  # by the source's own time; one that tells none counts as oldest
    PRIORITY = "priority"  # the rank of the source
    FREQUENT = "frequent"  # on how many records
    FIRST = "first"  # what a record with several values names first
    VERIFIED = "verified"  # what its source says it has verified


ANYWHERE = (Strategy.NEWEST, Strategy.PRIORITY, Strategy.FREQUENT)
OFFERED: dict[str, tuple[Strategy, ...]] = {
    "full_name": (Strategy.VERIFIED, Strategy.COMPLETE, *ANYWHERE),
    "birth_date": (Strategy.VERIFIED, Strategy.COMPLETE, *ANYWHERE),
    "gender": ANYWHERE,
    "organisation": ANYWHERE,
    "email": (Strategy.VERIFIED, *ANYWHERE, Strategy.FIRST),
    "phone": (Strategy.VERIFIED, Strategy.COMPLETE, *ANYWHERE, Strategy.FIRST),
    "address": (Strategy.VERIFIED, Strategy.COMPLETE, *ANYWHERE),
    "identifiers": (*ANYWHERE, Strategy.FIRST),
    "custom": (*ANYWHERE, Strategy.FIRST),
}
"""Every attribute that has rules, and the strategies that can tell its values apart."""


class RulesError(ValueError):
    """A spec that is no rules; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Rules:
    """One version. Groups such as `custom` share the rules of their attributes.

    `trust` names sources of an attribute, the most trusted first; for it they rank before all
    others, which keep the rank they have.
    """

    version: str
    strategies: Mapping[str, tuple[Strategy, ...]]
    trust: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> "Rules":
        """Read what a version stores. Raises `RulesError`."""
        strategies, trust = spec.get("strategies"), spec.get("trust", {})
        if not isinstance(strategies, Mapping) or strategies.keys() != OFFERED.keys():
            raise RulesError(f"strategies: give a list for each of {', '.join(OFFERED)}")
        if not isinstance(trust, Mapping) or trust.keys() - OFFERED.keys():
            raise RulesError(f"trust: name sources for some of {', '.join(OFFERED)}")
        read = {name: _strategies(name, strategies[name]) for name in OFFERED}
        trusted = {name: _sources(name, trust[name]) for name in OFFERED if trust.get(name)}
        for name in trusted:
            if Strategy.PRIORITY not in read[name]:
                raise RulesError(
                    f"trust.{name} ranks sources, but strategies.{name} does not ask for the "
                    "rank: add priority, or leave the sources out"
                )
        return cls(str(spec.get("version", "")), read, trusted)

    def to_spec(self) -> dict[str, Any]:
        """What `from_spec` reads, as plain JSON values."""
        return {
            "version": self.version,
            "strategies": {name: [*map(str, each)] for name, each in self.strategies.items()},
            "trust": {name: list(each) for name, each in self.trust.items() if each},
        }


SHIPPED_RULES = Rules(
    SHIPPED,
    {
        "full_name": (
            Strategy.COMPLETE,
            Strategy.PRIORITY,
            Strategy.FREQUENT,
            Strategy.NEWEST,
        ),
        "birth_date": (
            Strategy.COMPLETE,
            Strategy.FREQUENT,
            Strategy.PRIORITY,
            Strategy.NEWEST,
        ),
        "gender": (Strategy.FREQUENT, Strategy.PRIORITY, Strategy.NEWEST),
        "organisation": (Strategy.NEWEST, Strategy.PRIORITY, Strategy.FREQUENT),
        "email": (Strategy.NEWEST, Strategy.PRIORITY, Strategy.FIRST),
        "phone": (Strategy.COMPLETE, Strategy.NEWEST, Strategy.PRIORITY, Strategy.FIRST),
        "address": (Strategy.COMPLETE, Strategy.NEWEST, Strategy.PRIORITY),
        "identifiers": (Strategy.NEWEST, Strategy.PRIORITY, Strategy.FIRST),
        "custom": (Strategy.NEWEST, Strategy.PRIORITY, Strategy.FIRST),
    },
)
"""What is true for life (name, birth date, gender) follows trusted sources and agreement; what
people change (address, e-mail, phone) follows time.
"""


def _strategies(name: str, given: object) -> tuple[Strategy, ...]:
    path, offered = f"strategies.{name}", OFFERED[name]
    found = _distinct(path, given)
    if not found:
        raise RulesError(f"{path} is empty: give at least one of {', '.join(offered)}")
    for each in found:
        if each not in offered:
            raise RulesError(f"{path} has {each}: use some of {', '.join(offered)}")
    return tuple(map(Strategy, found))


def _sources(name: str, given: object) -> tuple[str, ...]:
    return tuple(_distinct(f"trust.{name}", given))


def _distinct(path: str, given: object) -> Sequence[str]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise RulesError(f"{path} is {given!r}: give a list of words")
    if twice := [each for number, each in enumerate(given) if each in given[:number]]:
        raise RulesError(f"{path} has {twice[0]} twice: leave one out")
    return given
