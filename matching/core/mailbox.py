"""What a mailbox name tells of its owner: "raymond.ellis71" is a Raymond Ellis.

Used where a record leaves its names half empty: an initial is completed, a missing name is
filled, when the mailbox spells names out and what the record does say fits.
"""

import re

from rapidfuzz.distance import DamerauLevenshtein

from matching.core.words import ROLE_MAILBOXES, name_family

_HOUSEHOLD = re.compile(r"the[a-z]{3,}s|[a-z]*famil(y|ies)[a-z]*|[a-z]{3,}home")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_DIGITS = re.compile(r"\d+")
_NOT_DIGITS = re.compile(r"\D+")
_PARTS = re.compile(r"[._-]+")
_YEAR = re.compile(r"(?<!\d)(19[2-9]\d|20[01]\d)(?!\d)")


def kind_of(mailbox: str, family: str) -> str:
    """Return personal, household (thesmiths) or role (info)."""
    letters = _NOT_LETTERS.sub("", mailbox)
    if letters in ROLE_MAILBOXES:
        return "role"
    if _HOUSEHOLD.fullmatch(letters) or (family and letters == family):
        return "household"
    return "personal"


def is_name_only(mailbox: str, given: str, family: str, birth_year: int = 0) -> bool:
    """True where the mailbox is just the person's name, as namesakes would choose it too.

    The name may be short or long for what the record says, or one slip off, and the year of
    birth may follow it: all that is known, and weighed, without the mailbox. A year that only
    the mailbox tells is taken for that of birth (`year_in`).
    """
    digits = _NOT_DIGITS.sub("", mailbox)
    year = birth_year or year_in(mailbox)
    if digits and (not year or digits not in (str(year), str(year)[2:])):
        return False
    letters = _NOT_LETTERS.sub("", mailbox)
    return (
        _is_name(letters, given)
        or any(_is_name(rest, given, or_initial=True) for rest in _without(letters, family))
        or any(_is_slip_of(rest, family) for rest in _without(letters, given))
    )


def _without(letters: str, name: str) -> set[str]:
    """What is left where a name stands at the start or the end; nothing where it does not."""
    if len(name) < 2:
        return set()
    return {letters.removeprefix(name), letters.removesuffix(name)} - {letters}


def _is_name(word: str, given: str, *, or_initial: bool = False) -> bool:
    """Whether a word is the given name, short or long for it, or one slip off."""
    if len(word) < 2:
        return or_initial
    if len(given) < 2:
        return bool(given) and or_initial and word.startswith(given)
    return bool(name_family(word) & name_family(given)) or _is_slip_of(word, given)


def _is_slip_of(word: str, name: str) -> bool:
    if min(len(word), len(name)) < 4:
        return bool(word) and word == name
    return DamerauLevenshtein.distance(word, name, score_cutoff=1) <= 1


def year_in(mailbox: str) -> int:
    """Return a birth year written in a mailbox, or 0."""
    found = _YEAR.search(mailbox)
    return int(found[1]) if found else 0


def names_in(mailbox: str, given: str, family: str) -> tuple[str, str]:
    """Complete (given, family) from a personal mailbox; what is known in full stays."""
    if len(given) > 1 and family:
        return given, family
    words = [word for word in _PARTS.split(_DIGITS.sub("", mailbox)) if word]
    if len(words) == 2 and min(map(len, words)) > 2:
        return _spelt_out(words[0], words[1], given, family)
    if family and len(words) == 1:
        return _rest_as_given(words[0], given, family), family
    return given, family


def _spelt_out(first: str, last: str, given: str, family: str) -> tuple[str, str]:
    """Names from "first.last", if they fit what the record says, "FLast" in one word too."""
    if not given and not family:
        return first, last
    if family:
        fits = family == last and (not given or given == first[0])
        return (first, family) if fits else (given, family)
    if given in (first[0] + last, first + last):
        return first, last
    alike = given in (first, first[0]) or bool(name_family(given) & name_family(first))
    return (given if len(given) > 1 else first, last) if alike else (given, family)


def _rest_as_given(word: str, given: str, family: str) -> str:
    """The given name in "raymondellis" or "ellisraymond", if it fits the initial."""
    if word.endswith(family):
        rest = word[: -len(family)]
    elif word.startswith(family):
        rest = word[len(family) :]
    else:
        return given
    return rest if len(rest) > 2 and rest.startswith(given) else given
