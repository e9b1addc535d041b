"""The story of one customer as its page and the API tell it: `cluster_story` with the records,
the stored evidence and the people behind it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from matching.core import cluster_story
from matching.core.clustering import Node, Refusal
from matching.core.model import MatchModel
from matching.deciding.preview import live_members, world_around
from matching.models import Decision, Link
from matching.telling import explain
from matching.telling.evidence import levels_in_words
from matching.world import Pair, World
from profiles.models import Profile, SourceRecord

MOST_RECORDS = 1000  # tied together; beyond, telling takes longer than anybody waits
Records = Mapping[int, SourceRecord]


@dataclass(frozen=True, slots=True)
class ToldStep:
    """Two groups joined. Weight, levels and bits are empty where a person said so."""

    sentence: str
    found: str
    pair: tuple[SourceRecord, SourceRecord]
    left: list[SourceRecord]
    right: list[SourceRecord]
    weight_bits: float | None
    levels: dict[str, str]
    bits: dict[str, float]

    @property
    def prior_bits(self) -> float | None:
        """What `bits` add up from to the weight."""
        if self.weight_bits is None:
            return None
        return self.weight_bits - sum(self.bits.values())


@dataclass(frozen=True, slots=True)
class ToldRefusal:
    """A link that did not join, to which other customer it leads, and why it was refused."""

    sentence: str
    pair: tuple[SourceRecord, SourceRecord]
    other_profile: str
    reason: str
    weight_bits: float


@dataclass(frozen=True, slots=True)
class ToldBridge:
    """The weakest link and the groups that would be left without it."""

    sentence: str
    pair: tuple[SourceRecord, SourceRecord]
    weight_bits: float
    without: list[list[SourceRecord]]


@dataclass(frozen=True, slots=True)
class Told:
    """`is_whole` is false where the steps do not lead to all records: new data is coming in, or
    too many records are tied together to tell it."""

    records: list[SourceRecord]
    steps: list[ToldStep]
    refused: list[ToldRefusal]
    bridge: ToldBridge | None
    is_whole: bool
    model_version: str


def story_of(profile: Profile, *, model: MatchModel) -> Told:
    """Tell how the records of a profile came together. At most ten queries."""
    members = live_members(profile)
    world = world_around(members)
    if len(world.members) > MOST_RECORDS:
        records = _records(members)
        return Told([records[pk] for pk in members], [], [], None, False, model.version)
    component = _component(world, model)
    story = cluster_story.tell(component, members)
    records = _records({*members, *(pk for each in story.refused for pk in (each.lo, each.hi))})
    pairs = [(step.lo, step.hi) for step in story.steps]
    links, said = _links(pairs), _words(pairs)
    order = component.in_order([pk for pk in members if pk in component.nodes])
    return Told(
        records=[records[pk] for pk in order],
        steps=[
            _step(step, component.nodes, records, links, said, component.same)
            for step in story.steps
        ],
        refused=[_refusal(each, records, members) for each in story.refused],
        bridge=_bridge(story.bridge, records),
        is_whole=len(story.steps) == len(members) - 1,
        model_version=model.version,
    )


def _component(world: World, model: MatchModel) -> cluster_story.Component:
    """What clustering looks at: live records, and what ties those."""
    nodes = world.live_nodes()
    return cluster_story.Component(
        nodes=nodes,
        edges=[edge for edge in world.edges if edge.lo in nodes and edge.hi in nodes],
        same={(lo, hi) for lo, hi in world.same if lo in nodes and hi in nodes},
        different={(lo, hi) for lo, hi in world.different if lo in nodes and hi in nodes},
        model=model,
        held=[each & nodes.keys() for each in world.held.values()],
    )


def _records(ids: Collection[int]) -> dict[int, SourceRecord]:
    rows = SourceRecord.objects.select_related("source", "membership")
    return rows.in_bulk(list(ids))


def _links(pairs: Collection[Pair]) -> dict[Pair, Link]:
    """Stored links of these pairs. One query."""
    rows = Link.objects.filter(
        lo__in={lo for lo, _hi in pairs}, hi__in={hi for _lo, hi in pairs}
    )
    return {(row.lo_id, row.hi_id): row for row in rows}


def _words(pairs: Collection[Pair]) -> dict[Pair, Decision]:
    """What people said of these pairs. One query."""
    ends = {"lo__in": {min(pair) for pair in pairs}, "hi__in": {max(pair) for pair in pairs}}
    rows = Decision.objects.binding().filter(**ends).select_related("decided_by")
    return {(row.lo_id, row.hi_id): row for row in rows}


def _step(
    step: cluster_story.Step,
    nodes: Mapping[int, Node],
    records: Records,
    links: Mapping[Pair, Link],
    said: Mapping[Pair, Decision],
    same: Collection[Pair],
) -> ToldStep:
    pair = (min(step.lo, step.hi), max(step.lo, step.hi))
    link = links.get(pair) if step.weight_bits is not None else None
    return ToldStep(
        sentence=_said(said.get(pair), is_same=pair in same)
        if step.weight_bits is None
        else explain.sentence(nodes[pair[0]].features, nodes[pair[1]].features),
        found=levels_in_words(link.levels, link.bits) if link else "",
        pair=(records[pair[0]], records[pair[1]]),
        left=[records[pk] for pk in step.left],
        right=[records[pk] for pk in step.right],
        weight_bits=step.weight_bits,
        levels=dict(link.levels) if link else {},
        bits=dict(link.bits) if link else {},
    )


def _said(word: Decision | None, *, is_same: bool) -> str:
    if not is_same:
        return _("A steward locked these together as one customer.")
    if word is None:
        return _("A person said that these are one person.")
    told = _("%(who)s said on %(day)s that these are one person.")
    day = date_format(localtime(word.decided_at), "DATE_FORMAT")
    return told % {"who": word.decided_by, "day": day}


def _refusal(refusal: Refusal, records: Records, members: Collection[int]) -> ToldRefusal:
    inside, outside = refusal.lo, refusal.hi
    if inside not in members:
        inside, outside = outside, inside
    return ToldRefusal(
        sentence=explain.refusal(refusal.reason),
        pair=(records[inside], records[outside]),
        other_profile=records[outside].membership.profile_id,
        reason=refusal.reason,
        weight_bits=refusal.weight_bits,
    )


def _bridge(bridge: cluster_story.Bridge | None, records: Records) -> ToldBridge | None:
    if bridge is None:
        return None
    bits = number_format(bridge.weight_bits, 1)
    if len(bridge.without) > 1:
        told = _("Its weakest link weighs %(bits)s bits. Without it there would be %(parts)s.")
        parts = _and([str(len(group)) for group in bridge.without])
        sentence = told % {"bits": bits, "parts": _("groups of %s records") % parts}
    else:
        told = _("Its weakest link weighs %s bits. Without it others would hold it together.")
        sentence = told % bits
    return ToldBridge(
        sentence=sentence,
        pair=(records[bridge.lo], records[bridge.hi]),
        weight_bits=bridge.weight_bits,
        without=[[records[pk] for pk in group] for group in bridge.without],
    )


def _and(words: list[str]) -> str:
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def key_of(record: SourceRecord) -> dict[str, str]:
    """A record as the API names it."""
    return {"source": record.source.slug, "external_id": record.external_id}


def keys_of(records: Iterable[SourceRecord]) -> list[dict[str, str]]:
    return [key_of(record) for record in records]


def as_json(told: Told) -> dict[str, Any]:
    """The story for the API: keys, levels, bits and sentences; no values."""
    return {
        "model_version": told.model_version,
        "is_whole": told.is_whole,
        "records": keys_of(told.records),
        "steps": [
            {
                "by": "decision" if step.weight_bits is None else "link",
                "pair": keys_of(step.pair),
                "joins": [keys_of(step.left), keys_of(step.right)],
                "weight_bits": step.weight_bits,
                "prior_bits": step.prior_bits,
                "levels": step.levels,
                "bits": step.bits,
                "sentence": step.sentence,
            }
            for step in told.steps
        ],
        "refused": [
            {
                "pair": keys_of(each.pair),
                "other_profile": each.other_profile,
                "reason": each.reason,
                "weight_bits": each.weight_bits,
                "sentence": each.sentence,
            }
            for each in told.refused
        ],
        "weakest_bridge": told.bridge
        and {
            "pair": keys_of(told.bridge.pair),
            "weight_bits": told.bridge.weight_bits,
            "without": [keys_of(group) for group in told.bridge.without],
            "sentence": told.bridge.sentence,
        },
    }
