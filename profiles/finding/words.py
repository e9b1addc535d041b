"""How words that were typed meet the names and the town of a customer. Pure: no database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from nicknames import NickNamer
from rapidfuzz.distance import OSA

from profiles.mappings.normalise import fold

MAX_NICKNAMES = 8
NEARLY_SAME = 0.6  # of 1; two slips in five letters
PARTS = str.maketrans("-.'", "   ")


class Way(StrEnum):
    """How a word meets one of the customer's, nearest first."""

    NAME = "name"
    BEGINNING = "beginning"
    TOWN = "town"
    SHORT_NAME = "short name"
    SPELLING = "spelling"
    SOUND = "sound"


WORTH = {Way.NAME: 1.0, Way.BEGINNING: 0.9, Way.TOWN: 0.95, Way.SHORT_NAME: 0.86}
SPELLING_WORTH, SOUND_WORTH = 0.9, 0.62
UNSAID = 0.01  # for each name of the customer that was not typed, at most five times


@dataclass(frozen=True)
class Met:
    """All words of a question met by one customer; `score` is the mean worth of a word."""

    score: float
    ways: tuple[Way, ...]


@lru_cache(maxsize=1)
def _namer() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=4096)
def other_forms(word: str) -> tuple[str, ...]:
    """Short and long forms of a given name, e.g. `liz` to `elizabeth`; at most eight."""
    long_forms = sorted(_namer().canonicals_of(word))
    forms = dict.fromkeys([*long_forms, *sorted(_namer().nicknames_of(word))])
    plain = [form for form in forms if len(form) > 2 and form.isalpha() and form != word]
    return tuple(plain[:MAX_NICKNAMES])


def words_in(text: str) -> frozenset[str]:
    """The words of a name or a town, whole, in their parts and without apostrophes."""
    folded = fold(text)
    return frozenset(
        f"{folded} {folded.translate(PARTS)} {folded.replace(chr(39), '')}".split()
    )


def meet(
    typed: Sequence[str],
    names: str,
    town: str,
    sounds: Collection[str],
    codes: Mapping[str, Sequence[str]],
) -> Met | None:
    """How all words meet a customer, or `None` where one does not, or none is a name.

    `sounds` are the codes of the customer's names, `codes` those of each word typed.
    """
    known, places = words_in(names), words_in(town)
    ways, score = [], 0.0
    for word in typed:
        way, worth = _meet_one(
            word, known, places, bool(set(codes.get(word, ())) & set(sounds))
        )
        if way is None:
            return None
        ways.append(way)
        score += worth
    if all(way is Way.TOWN for way in ways):
        return None
    unsaid = max(len(names.split()) - len(typed), 0)
    return Met(score / len(typed) - UNSAID * min(unsaid, 5), tuple(ways))


def _meet_one(
    word: str, names: Collection[str], places: Collection[str], sounds_alike: bool
) -> tuple[Way | None, float]:
    if word in names:
        return Way.NAME, WORTH[Way.NAME]
    if word in places:
        return Way.TOWN, WORTH[Way.TOWN]
    if any(name.startswith(word) for name in names):
        return Way.BEGINNING, WORTH[Way.BEGINNING]
    if not set(other_forms(word)).isdisjoint(names):
        return Way.SHORT_NAME, WORTH[Way.SHORT_NAME]
    if any(place.startswith(word) for place in places):
        return Way.TOWN, WORTH[Way.BEGINNING]
    near = max((likeness(word, name) for name in names), default=0.0)
    if near >= NEARLY_SAME and len(word) > 2:
        bonus = 0.05 if sounds_alike else 0.0
        return Way.SPELLING, SPELLING_WORTH * near + bonus
    if sounds_alike:
        return Way.SOUND, SOUND_WORTH * (0.5 + near / 2)
    place = max((likeness(word, each) for each in places), default=0.0)
    if place >= 0.75:
        return Way.TOWN, SPELLING_WORTH * place
    return None, 0.0


def likeness(word: str, name: str) -> float:
    """From 0 to 1: letters in place, two that changed places counting as one slip.

    A word still being typed is compared with as much of the name too.
    """
    whole: float = OSA.normalized_similarity(word, name)
    if len(name) <= len(word) + 1:
        return whole
    return max(whole, 0.95 * OSA.normalized_similarity(word, name[: len(word)]))
