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
    verified: Sequence[str]
    named: dict[str, Any]

    @classmethod
    def of(cls, record: RecordFacts) -> "_Origin":
        told, source, attributes = record.source_updated_at, record.source, record.attributes
        seconds = told.timestamp() if told else float("-inf")
        named = {
            "record": record.pk,
            "source": source.slug,
            "external_id": record.external_id,
            "since": (told or record.received_at).astimezone(UTC).isoformat(),
        }
        verified = attributes.get("verified", ())
        return cls(record, attributes, source.slug, source.priority, seconds, verified, named)


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


Column = Callable[[Sequence[_Candidate]], list[float]]


def _numbers(candidates: Sequence[_Candidate]) -> list[float]:
    """On how many records each is said; the most comes first."""
    said = Counter([each.same for each in candidates])
    return [-said[each.same] for each in candidates]


COLUMNS: dict[Strategy, Column] = {
    Strategy.COMPLETE: lambda candidates: [-each.completeness for each in candidates],
    Strategy.NEWEST: lambda candidates: [-each.origin.seconds for each in candidates],
    Strategy.PRIORITY: lambda candidates: [each.origin.priority for each in candidates],
    Strategy.FREQUENT: _numbers,
    Strategy.FIRST: lambda candidates: [each.position for each in candidates],
    Strategy.VERIFIED: lambda candidates: [-each.is_verified for each in candidates],
}
"""What each strategy compares of every candidate, lower wins: a column of their ranks."""


def _ranks_of_sources(candidates: Sequence[_Candidate], trusted: Sequence[str]) -> list[float]:
    """Like `PRIORITY`, but sources named here come before all others, in this order."""
    ranks = {slug: place - len(trusted) for place, slug in enumerate(trusted)}
    origins = [each.origin for each in candidates]
    return [ranks.get(origin.slug, origin.priority) for origin in origins]


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
    found: dict[str, list[_Said]] = {}
    for record in records:
        origin = _Origin.of(record)
        for attribute, several in values_of(record):
            said = found.setdefault(attribute, [])
            if len(several) == 1:
                said.append((several[0], 0, origin))
            else:
                once = _each_once(attribute, several)
                said += [(value, place, origin) for place, value in once]
    return {attribute: said for attribute, said in found.items() if said}


def _each_once(attribute: str, several: Sequence[Any]) -> list[tuple[int, Any]]:
    """The values of one record with their places; of what it repeats, the first."""
    known: dict[str, tuple[int, Any]] = {}
    for place, value in enumerate(several):
        if not is_blank(value):
            known.setdefault(same(attribute, value), (place, value))
    return list(known.values())


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
    """What is said and not blank."""
    how_whole = COMPLETENESS.get(attribute)
    return [
        _Candidate(
            value,
            same(attribute, value),
            how_whole(value, origin.attributes) if how_whole else 0,
            attribute in origin.verified,
            position,
            origin,
        )
        for value, position, origin in said
        if not is_blank(value)
    ]


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
    """The candidates with their ranks, the best first, and what was compared in turn.

    A rank has one part per strategy, then the record's key; the best value has the lowest.
    """
    group = attribute.partition(".")[0]
    strategies = rules.strategies[group]
    columns = [COLUMNS[strategy](candidates) for strategy in strategies]
    if trusted := rules.trust.get(group):
        columns[strategies.index(Strategy.PRIORITY)] = _ranks_of_sources(candidates, trusted)
    keys = [
        (each.origin.slug, each.origin.record.external_id, each.same) for each in candidates
    ]
    ranks = zip(*columns, keys, strict=True)
    return sorted(zip(ranks, candidates, strict=True), key=itemgetter(0)), strategies


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
