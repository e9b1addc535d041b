"""What a mailbox name tells of its owner: "raymond.ellis71" is a Raymond Ellis.

Used where a record leaves its names half empty: an initial is completed, a missing name is
filled, when the mailbox spells names out and what the record does say fits.
"""

import re

from matching.words import ROLE_MAILBOXES, name_family

_HOUSEHOLD = re.compile(r"the[a-z]{3,}s|[a-z]*famil(y|ies)[a-z]*|[a-z]{3,}home")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_DIGITS = re.compile(r"\d+")
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


def is_name_only(mailbox: str, given: str, family: str) -> bool:
    """True where the mailbox is just the person's name, as namesakes would choose it too."""
    if not family or _DIGITS.search(mailbox):
        return False
    letters = _NOT_LETTERS.sub("", mailbox)
    rest = letters.replace(family, "", 1)
    return rest != letters and (len(rest) <= 1 or rest == given)


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
