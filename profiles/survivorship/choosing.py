"""The golden values: which value is shown where records disagree, and why.

A pure function of the records joined now and of what stewards said about them. Every strategy
compares facts of the records, and the last word belongs to the source's slug and the record's
external id, so neither the order of arrival nor the ids of rows decide anything. What a steward
prefers goes before all strategies: of several overrides the one said last.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from operator import itemgetter
from typing import Any, NamedTuple

from profiles.survivorship.facts import OverrideFacts, RecordFacts
from profiles.survivorship.rules import Rules, Strategy
from profiles.survivorship.said import display_of, hash_of, is_blank, same, values_of

ONLY = "only"
TIE = "tie"
OVERRIDE = "override"
OVERRIDDEN = "overridden"

REASONS = {
    Strategy.COMPLETE: "partial",
    Strategy.NEWEST: "older",
    Strategy.PRIORITY: "outranked",
    Strategy.FREQUENT: "rarer",
    Strategy.FIRST: "later",
    Strategy.VERIFIED: "unverified",
}


class _Origin(NamedTuple):
    """What all values of one record share, computed once."""

    record: RecordFacts
    attributes: Mapping[str, Any]
    slug: str
    priority: int
    seconds: float
    named: dict[str, Any]

    @classmethod
    def of(cls, record: RecordFacts) -> "_Origin":
        told, source = record.source_updated_at, record.source
        seconds = told.timestamp() if told else float("-inf")
        named = {
            "record": record.pk,
            "source": source.slug,
            "external_id": record.external_id,
            "since": (told or record.received_at).astimezone(UTC).isoformat(),
        }
        return cls(record, record.attributes, source.slug, source.priority, seconds, named)


# One value of one record, blank or not, and its place among the record's values.
_Said = tuple[Any, int, _Origin]


class _Candidate(NamedTuple):
    """One value of one record. Candidates with equal `same` say the same thing."""

    value: Any
    same: str
    completeness: int
    is_verified: bool
    position: int
    origin: _Origin


Key = Callable[[_Candidate, Mapping[str, int]], float]
KEYS: dict[Strategy, Key] = {
    Strategy.COMPLETE: lambda candidate, _counts: -candidate.completeness,
    Strategy.NEWEST: lambda candidate, _counts: -candidate.origin.seconds,
    Strategy.PRIORITY: lambda candidate, _counts: candidate.origin.priority,
    Strategy.FREQUENT: lambda candidate, counts: -counts[candidate.same],
    Strategy.FIRST: lambda candidate, _counts: candidate.position,
    Strategy.VERIFIED: lambda candidate, _counts: -candidate.is_verified,
}
"""What each strategy compares, lower wins. `counts` tells how many records say each thing."""


def _rank_of_source(trusted: Sequence[str]) -> Key:
    """Like `PRIORITY`, but sources named here come before all others, in this order."""
    ranks = {slug: place - len(trusted) for place, slug in enumerate(trusted)}
    return lambda candidate, _: ranks.get(candidate.origin.slug, candidate.origin.priority)


def golden_values(
    records: Sequence[RecordFacts], rules: Rules, overrides: Iterable[OverrideFacts]
) -> dict[str, dict[str, Any]]:
    """Choose one value per attribute from live records, whose `source` must be loaded.

    Attributes are named as in a mapping: `email`, `identifiers.loyalty`, `custom.size`. Names
    and addresses are taken whole from one record. Each entry holds `value`, `record` (id),
    `source` (slug), `external_id`, `since` (ISO), `rule` (the strategy that decided,
    `only` where all agree, `tie` where just the record's key did, `override` where a steward
    did), `losers` (values that differ, nearest first, each with its `reason`), `display` where
    the value is no text, and `override` (its `id`, `since` and `until`) where there is one.
    `overrides` are those that stand on the records. The order of neither has any influence.
    """
    golden = {}
    preferred = defaultdict(list)
    for override in overrides:
        preferred[override.attribute].append(override)
    for attribute, said in _by_attribute(records).items():
        if entry := _golden(attribute, said, rules, preferred.get(attribute, ())):
            golden[attribute] = entry
    if "full_name" in golden:
        golden |= _name_parts(golden["full_name"], records)
    return golden


def _by_attribute(records: Sequence[RecordFacts]) -> dict[str, list[_Said]]:
    found: dict[str, list[_Said]] = defaultdict(list)
    for record in records:
        origin = _Origin.of(record)
        for attribute, several in values_of(record):
            for position, value in enumerate(several):
                found[attribute].append((value, position, origin))
    return found


def _golden(
    attribute: str, said: Sequence[_Said], rules: Rules, overrides: Sequence[OverrideFacts]
) -> dict[str, Any] | None:
    """The entry of an attribute; `None` where all that is said of it is blank."""
    if len(said) > 1 or overrides:
        candidates = _candidates(attribute, said)
        return _chosen(attribute, candidates, rules, overrides) if candidates else None
    value, _, origin = said[0]
    return None if is_blank(value) else _decided(attribute, value, origin, ONLY, [])


def _candidates(attribute: str, said: Sequence[_Said]) -> list[_Candidate]:
    """What is said and not blank; what a record repeats counts once."""
    known: set[tuple[int, str]] = set()
    found = []
    how_whole = COMPLETENESS.get(attribute)
    for value, position, origin in said:
        if is_blank(value):
            continue
        says = same(attribute, value)
        if (origin.record.pk, says) not in known:
            known.add((origin.record.pk, says))
            whole = how_whole(value, origin.attributes) if how_whole else 0
            verified = attribute in origin.attributes.get("verified", ())
            found.append(_Candidate(value, says, whole, verified, position, origin))
    return found


def _wholeness_of_name(_value: Any, attributes: Mapping[str, Any]) -> int:
    parts = (attributes.get("given_name") or "", attributes.get("family_name") or "")
    return sum([bool(part) + (len(part.strip(". ")) > 1) for part in parts])


COMPLETENESS: dict[str, Callable[[Any, Mapping[str, Any]], int]] = {
    "full_name": _wholeness_of_name,
    "birth_date": lambda value, _: len(value),
    "phone": lambda value, _: int(value.startswith("+")),
    "address": lambda value, _: int(
        "line1" in value and ("city" in value or "postal_code" in value)
    ),
}
"""How whole a value of a record's attributes is; only compared within one attribute."""


def _chosen(
    attribute: str,
    candidates: list[_Candidate],
    rules: Rules,
    overrides: Sequence[OverrideFacts],
) -> dict[str, Any]:
    """The best candidate as an entry, or the one a steward prefers."""
    if overrides and (found := _preferred(attribute, candidates, overrides)):
        override, winner = found
        ranked, strategies = _ranked(attribute, candidates, rules)
        place = next(at for at, (_, each) in enumerate(ranked) if each is winner)
        before = [each for _, each in ranked[:place] if each.same != winner.same]
        better = [_lost(attribute, each, OVERRIDDEN) for each in before]
        _rule, worse = _losers(attribute, ranked[place:], strategies)
        entry = _decided(attribute, winner.value, winner.origin, OVERRIDE, better + worse)
        return entry | {"override": _named(override)}
    if len(candidates) == 1:
        return _decided(attribute, candidates[0].value, candidates[0].origin, ONLY, [])
    ranked, strategies = _ranked(attribute, candidates, rules)
    rule, losers = _losers(attribute, ranked, strategies)
    return _decided(attribute, ranked[0][1].value, ranked[0][1].origin, rule, losers)


def _preferred(
    attribute: str, candidates: Sequence[_Candidate], overrides: Iterable[OverrideFacts]
) -> tuple[OverrideFacts, _Candidate] | None:
    """The override said last among those whose record says that value still, and the value."""
    latest_first = sorted(
        overrides, key=lambda each: (each.said_at, str(each.pk)), reverse=True
    )
    for override in latest_first:
        for candidate in candidates:
            if (
                candidate.origin.record.pk == override.record_id
                and hash_of(attribute, candidate.same) == override.value_hash
            ):
                return override, candidate
    return None


def _named(override: OverrideFacts) -> dict[str, str]:
    """An override as an entry names it: who and why are read where it is told."""
    moments = {"since": override.said_at, "until": override.until}
    told = {name: each.astimezone(UTC).isoformat() for name, each in moments.items()}
    return {"id": str(override.pk), **told}


_Ranked = list[tuple[tuple[Any, ...], _Candidate]]


def _ranked(
    attribute: str, candidates: Sequence[_Candidate], rules: Rules
) -> tuple[_Ranked, Sequence[Strategy]]:
    """The candidates with their ranks, the best first, and what was compared in turn."""
    group = attribute.partition(".")[0]
    strategies = rules.strategies[group]
    by_number = Strategy.FREQUENT in strategies  # most rules ask for no numbers
    counts = Counter([candidate.same for candidate in candidates]) if by_number else {}
    keys = [KEYS[strategy] for strategy in strategies]
    if trusted := rules.trust.get(group):
        keys[strategies.index(Strategy.PRIORITY)] = _rank_of_source(trusted)
    ranked = [(_rank(each, keys, counts), each) for each in candidates]
    return sorted(ranked, key=itemgetter(0)), strategies


def _losers(
    attribute: str, ranked: _Ranked, strategies: Sequence[Strategy]
) -> tuple[str, list[dict[str, Any]]]:
    """What lost against the first, each at the first strategy that ranks it lower.

    The rule that decided is the strategy at which the last different value fell.
    """
    best, winner = ranked[0]
    rule, losers, deepest = ONLY, [], -1
    for rank, candidate in ranked[1:]:
        if candidate.same != winner.same:
            depth = next(at for at, key in enumerate(rank) if key != best[at])
            by_key = depth == len(strategies)
            if depth > deepest:
                deepest, rule = depth, TIE if by_key else strategies[depth].value
            reason = TIE if by_key else REASONS[strategies[depth]]
            losers.append(_lost(attribute, candidate, reason))
    return rule, losers


def _lost(attribute: str, candidate: _Candidate, reason: str) -> dict[str, Any]:
    return _entry(attribute, candidate.value, candidate.origin) | {"reason": reason}


def _rank(
    candidate: _Candidate, keys: Sequence[Key], counts: Mapping[str, int]
) -> tuple[Any, ...]:
    """A sort key, the best value lowest: one part per strategy, then the record's key."""
    origin = candidate.origin
    key = (origin.slug, origin.record.external_id, candidate.same)
    return (*[compare(candidate, counts) for compare in keys], key)


def _entry(attribute: str, value: Any, origin: _Origin) -> dict[str, Any]:
    """What winners and losers have in common."""
    entry = {"value": value, **origin.named}
    if display := display_of(attribute, value):
        entry["display"] = display
    return entry


def _decided(
    attribute: str, value: Any, origin: _Origin, rule: str, losers: list[dict[str, Any]]
) -> dict[str, Any]:
    """The entry of what was chosen."""
    entry = _entry(attribute, value, origin)
    entry["rule"], entry["losers"] = rule, losers
    return entry


def _name_parts(
    full_name: Mapping[str, Any], records: Sequence[RecordFacts]
) -> dict[str, dict[str, Any]]:
    """Given and family name of the record that gave the full name, without losers."""
    record = next(record for record in records if record.pk == full_name["record"])
    return {
        part: {**full_name, "value": record.attributes[part], "losers": []}
        for part in ("given_name", "family_name")
        if record.attributes.get(part)
    }
