"""What a version tells of how it came about; kept with it for ever."""

from typing import Any

from matching.training.tables import Learnt
from matching.training.task import Material, Settings


def provenance(
    material: Material, settings: Settings, looked_at: int, learnt: Learnt
) -> dict[str, Any]:
    """Return how much was learnt from, as plain JSON values.

    A decided pair counts as one pair of which the truth is known: more would let the pairs that
    are asked, which are the hard ones, distort the shares of the levels.
    """
    said = list(material.decisions.values())
    return {
        "records": len(material.records),
        "candidate_pairs": len(material.pairs),
        "pairs_used": looked_at,
        "random_pairs": min(material.all_pairs, settings.sample),
        "seed": settings.seed,
        "labels": {
            "same": said.count("same"),
            "different": said.count("different"),
            "weight": 1,
        },
        "expected_pairs": {
            "one_person": round(learnt.persons, 1),
            "one_household": round(learnt.households, 1),
            "all": learnt.all_pairs,
        },
    }
