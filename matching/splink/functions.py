"""The functions of SQL that conditions may use, as DuckDB computes them.

What DuckDB compares byte by byte is compared here character by character. The texts are plain
letters on both sides (`matching.core.features.plain`), for which the two are the same.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, Jaro, JaroWinkler, Levenshtein

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = 131_072  # results kept, so that a value met often is compared once
TEXT, NUMBER, TIME = "text", "number", "time"


@dataclass(frozen=True, slots=True)
class Function:
    """What it takes and gives: texts, numbers or times. Without NULLs; those give NULL.

    The last `optional` arguments may be left out.
    """

    run: Callable[..., Any]
    takes: tuple[str, ...]
    gives: str
    optional: int = 0


def _distance(run: Callable[[str, str], float]) -> Function:
    """The same whichever text comes first; each pair of texts is compared once."""
    kept = lru_cache(maxsize=KEPT)(run)
    return Function(
        lambda one, other: kept(one, other) if one <= other else kept(other, one),
        (TEXT, TEXT),
        NUMBER,
    )


def _jaccard(one: str, other: str) -> float:
    ours, theirs = set(one), set(other)
    return len(ours & theirs) / len(ours | theirs)


@lru_cache(maxsize=KEPT)
def _time(text: str, form: str) -> float | None:
    """Seconds since 1970, `None` for a text of another form."""
    try:
        found = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
    return (found - EPOCH).total_seconds()


def _extract(text: str, pattern: str, group: float = 0) -> str:
    found = re.search(pattern, text)
    return (found[int(group)] or "") if found else ""


def _part(text: str, start: float, length: float) -> str:
    first = int(start) - 1
    return text[first : first + int(length)]


DISTANCES = {
    "jaro_winkler_similarity": _distance(JaroWinkler.similarity),
    "jaro_similarity": _distance(Jaro.similarity),
    "levenshtein": _distance(Levenshtein.distance),
    "damerau_levenshtein": _distance(DamerauLevenshtein.distance),
    "jaccard": _distance(_jaccard),
}
FUNCTIONS = {
    **DISTANCES,
    # the names Splink's Spark backend writes
    "jaro_winkler": DISTANCES["jaro_winkler_similarity"],
    "jaro_sim": DISTANCES["jaro_similarity"],
    "-": Function(lambda one, other: one - other, (NUMBER, NUMBER), NUMBER),
    "abs": Function(abs, (NUMBER,), NUMBER),
    "epoch": Function(float, (TIME,), NUMBER),
    "try_strptime": Function(_time, (TEXT, TEXT), TIME),
    "regexp_extract": Function(_extract, (TEXT, TEXT, NUMBER), TEXT, optional=1),
    "nullif": Function(lambda one, other: None if one == other else one, (TEXT, TEXT), TEXT),
    "lower": Function(str.lower, (TEXT,), TEXT),
    "upper": Function(str.upper, (TEXT,), TEXT),
    "trim": Function(str.strip, (TEXT,), TEXT),
    "length": Function(len, (TEXT,), NUMBER),
    "substring": Function(_part, (TEXT, NUMBER, NUMBER), TEXT),
    "substr": Function(_part, (TEXT, NUMBER, NUMBER), TEXT),
}
EXCHANGEABLE = frozenset({*DISTANCES, "jaro_winkler", "jaro_sim"})
