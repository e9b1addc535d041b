"""Reads the golden stories and plays them through the matching core, without a database.

A story's records are rows as sources send them; they pass the mapping, so that junk is seen as
junk. The outcome says of every two records whether they are `together` (one customer), `asked`
(a person is shown the two) or `apart` (neither). A file may also expect `not_joined` (asked or
apart, both are right), `not_missed` (together or asked) or leave two records open as `any`.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

from matching.cases import questions
from matching.core.blocking import block_keys, without_generic
from matching.core.clustering import Edge, Node, partition
from matching.core.features import Features, features_of
from matching.core.model import MatchModel, default_model
from matching.core.scoring import score
from matching.world import Solution, World
from profiles.mappings.records import ReadRecord, RecordMapping

FOLDER = Path(__file__).parent
SECRET = b"golden"
MODEL = default_model()
COLUMNS = {
    "name": "full_name",
    "title": "prefix",
    "first_name": "given_name",
    "middle_name": "middle_name",
    "last_name": "family_name",
    "suffix": "suffix",
    "born": "birth_date",
    "gender": "gender",
    "company": "organisation",
    "email": "email",
    "phone": "phone",
    "street": "address.line1",
    "city": "address.city",
    "postcode": "address.postal_code",
    "card": "identifiers.loyalty_card",
    "ssn": "identifiers.ssn",
    "national_id": "identifiers.national_id",
}
MAPPING = RecordMapping.parse(
    {"key": "key", "attributes": {name: column for column, name in COLUMNS.items()}}
)
EXPECTATIONS = ("together", "asked", "apart", "not_joined", "not_missed", "any")
MEANING = {
    "not_joined": ("asked", "apart"),
    "not_missed": ("together", "asked"),
    "any": ("together", "asked", "apart"),
}
Row = Mapping[str, str]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Story:
    """Rows by record name ("crm-anna": source and key) and what is expected of each pair.

    `not_yet` tells why the engine does not do as expected, where it does not.
    """

    name: str
    told: str
    rows: Mapping[str, Row]
    expected: Mapping[Pair, str]
    same: Sequence[Pair]
    different: Sequence[Pair]
    not_yet: str


@dataclass(frozen=True)
class Outcome:
    """Which customer each record belongs to, which customers a person is asked about, and what
    the pairs weigh that were compared (bits)."""

    customer_of: Mapping[str, str]
    asked: Collection[frozenset[str]]
    weights: Mapping[Pair, float]

    def of(self, one: str, other: str) -> str:
        ours, theirs = self.customer_of[one], self.customer_of[other]
        if ours == theirs:
            return "together"
        return "asked" if frozenset((ours, theirs)) in self.asked else "apart"


def all_stories() -> list[Story]:
    """Every story in the folder, by name."""
    return [read_story(path.stem) for path in sorted(FOLDER.glob("*.toml"))]


def read_story(name: str) -> Story:
    """Read one file; a column, a record or a word it should not have is an error."""
    told = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    rows, crowds = dict(told.pop("records", {})), {}
    for crowd, spec in told.pop("crowds", {}).items():
        crowds[crowd] = dict(_crowd(crowd, spec))
        rows |= crowds[crowd]
    _check_columns(name, rows)
    expected = _expected(rows, crowds, {word: told.pop(word, []) for word in EXPECTATIONS})
    story = Story(
        name=name,
        told=told.pop("story"),
        rows=rows,
        expected=expected,
        same=[(lo, hi) for lo, hi in told.pop("said_same", [])],
        different=[(lo, hi) for lo, hi in told.pop("said_different", [])],
        not_yet=told.pop("not_yet", ""),
    )
    assert not told, f"{name}: unknown {sorted(told)}"
    return story


def _crowd(name: str, spec: dict[str, Any]) -> Iterator[tuple[str, Row]]:
    """One row for each of the names; "{name}" stands for it."""
    for number, person in enumerate(spec.pop("names"), start=1):
        row = {column: value.format(name=person) for column, value in spec.items()}
        yield f"{name}-{number}", row


def _check_columns(name: str, rows: Mapping[str, Row]) -> None:
    odd = {column for row in rows.values() for column in row} - set(COLUMNS)
    assert not odd, f"{name}: no such columns: {sorted(odd)}"


def _expected(
    rows: Mapping[str, Row],
    crowds: Mapping[str, Mapping[str, Row]],
    said: Mapping[str, list[list[str]]],
) -> dict[Pair, str]:
    """The expectation of each pair; a crowd's name stands for all of it, no pair is left out.

    What is expected of one record is expected of all that are together with it.
    """
    group_of = {name: frozenset({name}) for name in rows}
    for names in said["together"]:
        group = frozenset(names)
        group_of |= dict.fromkeys(group, group)
    expected: dict[Pair, str] = {}
    for word, lists in said.items():
        for names in lists:
            members = [each for name in names for each in crowds.get(name, [name])]
            for one, other in combinations(members, 2):
                for lo, hi in product(group_of[one], group_of[other]):
                    if lo != hi:
                        expected.setdefault(_ordered(lo, hi), word)
    missing = set(combinations(sorted(rows), 2)) - set(expected)
    assert not missing, f"nothing is said of {sorted(missing)}"
    return expected


def _ordered(one: str, other: str) -> Pair:
    return (one, other) if one <= other else (other, one)


def features_in(story: Story) -> dict[str, Features]:
    """What matching sees of each record."""
    return {name: features_of(read(name, row).attributes) for name, row in story.rows.items()}


def read(name: str, row: Row) -> ReadRecord:
    """A row as the mapping reads it, under the name of its record."""
    return MAPPING.read({"key": name, **row})


def play(story: Story, *, model: MatchModel = MODEL, order: Sequence[str] = ()) -> Outcome:
    """Who is who, by features, block keys, weights and clusters; `order` is that of arrival."""
    features = features_in(story)
    names = list(order or features)
    pairs, generic = _candidates(features, model)
    seen = {
        name: without_generic(each, generic, secret=SECRET) for name, each in features.items()
    }
    weights = {pair: score(model, *(seen[name] for name in pair)).weight_bits for pair in pairs}
    ids = {name: pk for pk, name in enumerate(names, start=1)}
    links = [_edge(ids, pair, weight) for pair, weight in weights.items()]
    edges = [link for link in links if link.weight_bits >= model.join_bits]
    same, different = (
        [(ids[lo], ids[hi]) for lo, hi in said] for said in (story.same, story.different)
    )
    nodes = {pk: Node(pk, _key(name), seen[name]) for name, pk in ids.items()}
    found = partition(nodes, edges, same=same, different=different, model=model)
    customer_of = {pk: names[root - 1] for pk, root in found.cluster_of.items()}
    asked = questions(
        World(members={}, edges=edges, same=set(same), different=set(different)),
        Solution(profile_of=customer_of, component_of={}, refused=found.refused),
        [
            (link.lo, link.hi, link.weight_bits)
            for link in links
            if model.review_bits <= link.weight_bits < model.join_bits
        ],
    )
    return Outcome(
        customer_of={name: customer_of[pk] for name, pk in ids.items()},
        asked={frozenset((customer_of[lo], customer_of[hi])) for lo, hi in asked},
        weights=weights,
    )


def _edge(ids: Mapping[str, int], pair: Pair, weight: float) -> Edge:
    lo, hi = sorted(ids[name] for name in pair)
    return Edge(lo, hi, weight)


def _key(name: str) -> tuple[str, str]:
    return name.partition("-")[0], name


def _candidates(
    features: Mapping[str, Features], model: MatchModel
) -> tuple[list[Pair], set[int]]:
    """Pairs that share a key not too many have, and the keys too many have."""
    keys = {name: block_keys(each, secret=SECRET) for name, each in features.items()}
    sizes = Counter(key for held in keys.values() for key in held)
    generic = {key for key, size in sizes.items() if size > model.generic_limit(key[0])}
    under: dict[tuple[str, int], list[str]] = defaultdict(list)
    for name in sorted(features):
        for key in keys[name] - generic:
            under[key].append(name)
    met = {pair for held in under.values() for pair in combinations(held, 2)}
    return sorted(met), {key for _, key in generic}


def check(story: Story, outcome: Outcome) -> None:
    """Every two records are as the story expects; a failure tells the weights."""
    off = [
        pair
        for pair, word in story.expected.items()
        if outcome.of(*pair) not in MEANING.get(word, (word,))
    ]
    assert not off, "\n".join(
        [story.told, *(_complaint(story, outcome, pair) for pair in sorted(off)[:6])]
    )


def _complaint(story: Story, outcome: Outcome, pair: Pair) -> str:
    weight = outcome.weights.get(pair)
    said = "never compared" if weight is None else f"{weight:.1f} bits"
    return f"{' and '.join(pair)}: {outcome.of(*pair)}, not {story.expected[pair]}; {said}"
