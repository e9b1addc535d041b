"""All records, candidate pairs and decisions at once, to learn from or to compare versions on.

Everything goes by place in the order of the keys (source slug, external id), never by the ids
of rows, so that what is computed does not depend on the order of arrival.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from uuid import UUID

import numpy as np

from matching.bulk import reading
from matching.core.clustering import Key
from matching.core.features import Features
from matching.fitting.meetings import meetings
from matching.live import generic_values, read
from matching.models import Decision, Hold
from matching.resolving.links import JOINING_STAGES
from matching.world import Pair
from profiles.models import SourceRecord

CHUNK = 5000


@dataclass(frozen=True)
class AllRecords:
    """The live records that take part in matching, in the order of their keys.

    `total` counts those stored, of which `keys` may be a sample. `joining` holds the places of
    records whose source may join by itself; `decisions` maps (lo, hi) to "same" or "different";
    `held` are the places of records locked together.
    """

    keys: list[Key]
    features: list[Features]
    joining: frozenset[int]
    decisions: dict[Pair, str]
    place_of: dict[int, int]
    total: int
    held: list[frozenset[int]] = field(default_factory=list)

    @property
    def ids(self) -> list[int]:
        """The id of the record at each place."""
        return list(self.place_of)

    def candidate_pairs(self, limits: Mapping[str, int]) -> list[Pair]:
        """Every pair of places that shares a block key below its limit, ascending."""
        lo, hi = meetings(self.ids, limits)
        return list(zip(lo.tolist(), hi.tolist(), strict=True))


def read_all(*, most: int | None = None, together: bool = False) -> AllRecords:
    """Read all records, or `most` of them chosen by a hash of their keys. Four queries.

    `together`: what hangs together by links and decisions is chosen or left as a whole.

    Memory grows with the records, about 2 KB each.
    """
    rows = SourceRecord.objects.live().exclude(source__stage="observe")
    named = sorted(
        ((slug, external), pk, stage, component)
        for pk, slug, external, stage, component in rows.values_list(
            "pk", "source__slug", "external_id", "source__stage", "membership__component"
        )
    )
    chosen = named
    if most is not None and len(named) > most:
        chosen = _sampled(named, most, _first_keys(named) if together else {})
    place_of = {row[1]: place for place, row in enumerate(chosen)}
    return AllRecords(
        keys=[row[0] for row in chosen],
        features=_features(place_of),
        joining=frozenset(
            place for place, row in enumerate(chosen) if row[2] in JOINING_STAGES
        ),
        decisions=_decisions(place_of),
        place_of=place_of,
        total=len(named),
        held=_held(place_of),
    )


Named = tuple[Key, int, str, int]


def _first_keys(named: list[Named]) -> dict[int, Key]:
    """The smallest key of each component: the same whatever the order of arrival."""
    found: dict[int, Key] = {}
    for key, _, _, component in named:
        found.setdefault(component, key)
    return found


def _sampled(named: list[Named], most: int, first_of: Mapping[int, Key]) -> list[Named]:
    """The `most` records whose draw comes first; a component has the draw of its first key.

    They stay in the order of their keys, which also decides between equal draws.
    """
    keys = ("\x1f".join(first_of.get(row[3], row[0])) for row in named)
    draws = b"".join([blake2b(key.encode(), digest_size=8).digest() for key in keys])
    chosen = np.argsort(np.frombuffer(draws, ">u8"), kind="stable")[:most]
    return [named[place] for place in np.sort(chosen).tolist()]


def _features(place_of: Mapping[int, int]) -> list[Features]:
    found, generic = [Features()] * len(place_of), generic_values()
    for rows in reading.what_all_say(CHUNK):
        for pk, said in rows:
            if pk in place_of:
                found[place_of[pk]] = read(json.loads(said)).telling(generic)
    return found


def _decisions(place_of: Mapping[int, int]) -> dict[Pair, str]:
    rows = Decision.objects.binding().values_list("lo_id", "hi_id", "verdict")
    return {
        ordered(place_of[lo], place_of[hi]): verdict
        for lo, hi, verdict in rows
        if lo in place_of and hi in place_of
    }


def _held(place_of: Mapping[int, int]) -> list[frozenset[int]]:
    """The places of the records of each lock, those that were not chosen left out."""
    found: dict[UUID | None, set[int]] = defaultdict(set)
    for record, lock in Hold.objects.binding().values_list("record_id", "lock"):
        if record in place_of:
            found[lock].add(place_of[record])
    return [frozenset(places) for places in found.values()]


def ordered(lo: int, hi: int) -> Pair:
    return (lo, hi) if lo < hi else (hi, lo)
