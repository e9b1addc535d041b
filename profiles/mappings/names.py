"""Personal names as people write them into one field: title, given, middle, family, suffix."""

import re
from collections.abc import Mapping

# fmt: off
PREFIXES = frozenset(
    (
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lord",
        "lady", "rev", "reverend", "fr", "herr", "frau", "sra", "mme", "mlle", "capt",
        "captain",
    )
)
# fmt: on
SUFFIXES = {
    "jr": "Jr",
    "jnr": "Jr",
    "junior": "Jr",
    "sr": "Sr",
    "snr": "Sr",
    "senior": "Sr",
    "ii": "II",
    "iii": "III",
    "iv": "IV",
    "esq": "Esq",
    "phd": "PhD",
    "md": "MD",
}
# fmt: off
PARTICLES = frozenset(
    (
        "van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la",
        "le", "ter", "ten", "bin", "ibn", "al", "el", "mac", "st", "o",
    )
)
# fmt: on
# Words that are names of real people too: they count as placeholders only when nothing else is
# left beside them ("Test Test", "Guest").
# fmt: off
PLACEHOLDER_NAMES = frozenset(
    (
        "test", "tester", "testing", "customer", "guest", "anonymous", "unknown", "null",
        "none", "na", "demo", "dummy", "user",
    )
)
# fmt: on
_DOTTED = re.compile(r"\.(?=\S)")


def _bare(word: str) -> str:
    return word.strip(".,").casefold()


def split_full_name(value: str) -> dict[str, str]:
    """Split "Dr Anna M Smith Jr", "Smith, Jon" or "R.West" into named parts; `{}` for nothing.

    A single word is taken as the given name: what it is cannot be known.
    """
    front, comma, back = value.partition(",")
    if comma and back.strip() and _bare(back) not in SUFFIXES:
        parts = split_full_name(back)
        family, suffix = strip_suffix(front.strip())
        return _filled(
            {**parts, "family_name": family, "suffix": suffix or parts.get("suffix")}
        )
    words = _DOTTED.sub(". ", value.replace(",", " ")).split()
    prefix: list[str] = []
    while len(words) > 1 and _bare(words[0]) in PREFIXES:
        prefix.append(words.pop(0))
    suffix = None
    if len(words) > 1 and _bare(words[-1]) in SUFFIXES:
        suffix = SUFFIXES[_bare(words.pop())]
    given, middle, family = _three_parts(words)
    return _filled(
        {
            "prefix": " ".join(prefix),
            "given_name": given,
            "middle_name": middle,
            "family_name": family,
            "suffix": suffix,
        }
    )


def _three_parts(words: list[str]) -> tuple[str, str, str]:
    """Given, middle and family name of bare words; particles belong to the family name."""
    words = [word.strip(".") or word for word in words]
    if len(words) < 2:
        return " ".join(words), "", ""
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in PARTICLES:
        start -= 1
    return words[0], " ".join(words[1:start]), " ".join(words[start:])


def strip_suffix(family: str) -> tuple[str, str | None]:
    """Split "Smith Jr" into ("Smith", "Jr"); the suffix is `None` where there is none."""
    words = family.replace(",", " ").split()
    if len(words) > 1 and _bare(words[-1]) in SUFFIXES:
        return " ".join(words[:-1]), SUFFIXES[_bare(words[-1])]
    return family, None


def drop_placeholders(names: dict[str, str]) -> dict[str, str]:
    """Return the parts without "Test Test" or "Guest"; a real part saves its neighbour."""
    spoken = [names.get(part, "") for part in ("given_name", "family_name")]
    words = [word for part in spoken for word in part.casefold().split()]
    if words and all(word.strip(".") in PLACEHOLDER_NAMES for word in words):
        dropped = {"given_name", "middle_name", "family_name"}
        return {part: value for part, value in names.items() if part not in dropped}
    return names


def _filled(parts: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in parts.items() if value}
