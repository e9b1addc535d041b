"""How alike two records are, one attribute at a time: each comparison names a level.

A comparison takes two `Features` and returns the level reached, or `None` where either side is
blank: a missing value is no evidence. All are symmetric. What a level is worth is the model's
business (`matching.core.model`).
"""

from collections.abc import Callable
from functools import lru_cache

from rapidfuzz.distance import OSA, DamerauLevenshtein, JaroWinkler, Levenshtein

from matching.core.features import Address, Email, Features, Phone

Comparison = Callable[[Features, Features], str | None]

FUZZY, SIMILAR = 0.90, 0.80  # Jaro-Winkler: a slip of the pen; the same sound or root


@lru_cache(maxsize=262_144)
def _ordered_likeness(left: str, right: str) -> float:
    return JaroWinkler.similarity(left, right)


def likeness(left: str, right: str) -> float:
    """Jaro-Winkler similarity, 0 to 1; the same whichever side comes first."""
    return _ordered_likeness(left, right) if left <= right else _ordered_likeness(right, left)


def is_one_slip(left: str, right: str) -> bool:
    """Whether two texts are one typing slip apart, in less time than counting their slips."""
    return OSA.distance(left, right, score_cutoff=1) == 1


def slips(left: str, right: str) -> int:
    """Typing slips between two texts (insert, delete, change or swap one); 3 is far apart."""
    if Levenshtein.distance(left, right, score_cutoff=4) > 4:  # it counts a swap as two
        return 3
    return DamerauLevenshtein.distance(left, right, score_cutoff=2)


def given_name(left: Features, right: Features) -> str | None:
    """exact, nickname, fuzzy, initial, elsewhere, similar, swapped or different."""
    ours, theirs = left.given, right.given
    if not ours or not theirs:
        return None
    if ours == theirs:
        return "exact" if len(ours) > 1 else "initial"
    if are_swapped(left, right):
        return "swapped"
    if len(ours) == 1 or len(theirs) == 1:
        return "initial" if ours[0] == theirs[0] else _elsewhere(left, right)
    if not left.name_family.isdisjoint(right.name_family):
        return "nickname"
    return alike_level(ours, theirs) or _elsewhere(left, right)


def alike_level(ours: str, theirs: str) -> str | None:
    """Of two different names: fuzzy, similar or nothing, whichever comes first."""
    return _ordered_level(ours, theirs) if ours <= theirs else _ordered_level(theirs, ours)


@lru_cache(maxsize=262_144)
def _ordered_level(ours: str, theirs: str) -> str | None:
    """Of two names in their order. The same names meet again and again."""
    # by a cut-off, what is as alike as that can be lost to rounding
    score = JaroWinkler.similarity(ours, theirs, score_cutoff=SIMILAR - 0.01)
    if score >= FUZZY or _is_slip(ours, theirs, score):
        return "fuzzy"
    return "similar" if score >= SIMILAR or _is_within(ours, theirs) else None


def _is_slip(ours: str, theirs: str, score: float) -> bool:
    """One slip of the pen, two in a long name, or the same letters in another order."""
    shorter = min(len(ours), len(theirs))
    if shorter < 4:
        return score >= SIMILAR and is_one_slip(ours, theirs)
    if is_one_slip(ours, theirs) if shorter < 7 else slips(ours, theirs) <= 2:
        return True
    return len(ours) == len(theirs) and sorted(ours) == sorted(theirs)


def _is_within(ours: str, theirs: str) -> bool:
    """A short form that is the start or the end of the whole: fred and alfred."""
    short, whole = (ours, theirs) if len(ours) < len(theirs) else (theirs, ours)
    return len(short) >= 3 and (whole.startswith(short) or whole.endswith(short))


def _elsewhere(left: Features, right: Features) -> str:
    """People go by a second name; a lone name may be the family name, or "jsmith"."""
    if left.family and right.family and not (left.middle or right.middle):
        return "different"
    for one, other in ((left, right), (right, left)):
        name = one.given
        if len(name) > 1 and (name in other.middle or _is_lone_name_of(one, other)):
            return "elsewhere"
    return "different"


def _is_lone_name_of(one: Features, other: Features) -> bool:
    if one.family or not other.family:
        return False
    return one.given in (other.family, other.given[:1] + other.family)


def are_swapped(left: Features, right: Features) -> bool:
    """True where given and family name changed places on one side."""
    if left.given == right.given or left.family == right.family:
        return False
    if not (left.given and left.family and right.given and right.family):
        return False
    one, other = (left.given, right.family), (left.family, right.given)
    return are_close(*one) and are_close(*other)


def are_close(ours: str, theirs: str) -> bool:
    """Two names that may be one: the same, an initial of the other, or mistyped."""
    if ours[0] == theirs[0] and (len(ours) == 1 or len(theirs) == 1):
        return True
    return ours == theirs or alike_level(ours, theirs) is not None


def family_name(left: Features, right: Features) -> str | None:
    """exact, part, fuzzy, initial, similar, swapped or different."""
    ours, theirs = left.family, right.family
    if not ours or not theirs:
        return None
    if ours == theirs:
        return "exact" if len(ours) > 1 else "initial"
    if are_swapped(left, right):
        return "swapped"
    if len(ours) == 1 or len(theirs) == 1:
        return "initial" if ours[0] == theirs[0] else "different"
    if _share_a_part(left, right):
        return "part"
    return alike_level(ours, theirs) or _alone_in_place(left, right)


def _alone_in_place(left: Features, right: Features) -> str:
    """A lone family name that is the other's given name: the names were swapped."""
    for one, other in ((left, right), (right, left)):
        if not one.given and other.given and are_close(one.family, other.given):
            return "swapped"
    return "different"


def _share_a_part(left: Features, right: Features) -> bool:
    """Smith-Jones meets Smith, and Jones; also with the other part as a middle name."""
    ours = left.family_parts or (left.family,)
    theirs = right.family_parts or (right.family,)
    if left.family_parts or right.family_parts:
        return any(part in theirs for part in ours)
    return left.family in right.middle or right.family in left.middle


def middle_name(left: Features, right: Features) -> str | None:
    """exact, initial or different."""
    if not left.middle or not right.middle:
        return None
    ours, theirs = left.middle[0], right.middle[0]
    if ours == theirs:
        return "exact" if len(ours) > 1 else "initial"
    if len(ours) == 1 or len(theirs) == 1:
        return "initial" if ours[0] == theirs[0] else "different"
    return "exact" if likeness(ours, theirs) >= FUZZY else "different"


def generation(left: Features, right: Features) -> str | None:
    """Junior and senior: same, one_side (only one says so) or different."""
    if not left.generation and not right.generation:
        return None
    if not left.generation or not right.generation:
        return "one_side" if left.given == right.given else None
    return "same" if left.generation == right.generation else "different"


def gender(left: Features, right: Features) -> str | None:
    """Same or different; only stated genders speak, not guessed ones."""
    if not left.gender or not right.gender:
        return None
    return "same" if left.gender == right.gender else "different"


def birth_date(left: Features, right: Features) -> str | None:
    """exact, swapped, slip, close, near or different; month, year, near_year or other_year
    where a side knows only part of the date."""
    ours, theirs = left.birth, right.birth
    if not ours[0] or not theirs[0]:
        return None
    if not (ours[2] and theirs[2]):
        return _partial_birth(ours, theirs)
    if ours == theirs:
        return "exact"
    if ours[0] == theirs[0] and ours[1] == theirs[2] and ours[2] == theirs[1]:
        return "swapped"
    alike = (ours[0] == theirs[0]) + (ours[1] == theirs[1]) + (ours[2] == theirs[2])
    if alike and is_one_slip(_digits(ours), _digits(theirs)):  # one slip spares a part
        return "slip"
    if alike == 2:
        return "close"
    return "near" if _is_near(ours, theirs) else "different"


def _is_near(ours: tuple[int, int, int], theirs: tuple[int, int, int]) -> bool:
    """Every part a little off: a year or ten, a month, a few days."""
    return (
        abs(ours[0] - theirs[0]) in (0, 1, 10)
        and abs(ours[1] - theirs[1]) in (0, 1, 11)
        and abs(ours[2] - theirs[2]) <= 4
    )


def _digits(birth: tuple[int, int, int]) -> str:
    return f"{birth[0]:04}{birth[1]:02}{birth[2]:02}"


def _partial_birth(ours: tuple[int, int, int], theirs: tuple[int, int, int]) -> str:
    """Compare what both know; a bare year is often a guess, so a neighbour is not far off."""
    if ours[0] == theirs[0]:
        if ours[1] and theirs[1]:
            return "month" if ours[1] == theirs[1] else "other_year"
        return "year"
    return "near_year" if abs(ours[0] - theirs[0]) <= 2 else "other_year"


def email(left: Features, right: Features) -> str | None:
    """exact, household, role, mailbox, slip, namesake or different; the best pair counts."""
    if not left.emails or not right.emails:
        return None
    if len(left.emails) == 1 == len(right.emails):
        return _email_level(left.emails[0], right.emails[0])
    met = {_email_level(ours, theirs) for ours in left.emails for theirs in right.emails}
    return next(level for level in EMAIL_LEVELS if level in met)


EMAIL_LEVELS = ("exact", "household", "role", "mailbox", "slip", "namesake", "different")


def _email_level(ours: Email, theirs: Email) -> str:
    if ours.full == theirs.full:
        kinds = {ours.kind, theirs.kind}
        return "role" if "role" in kinds else "household" if "household" in kinds else "exact"
    if ours.kind != "personal" or theirs.kind != "personal":
        return "different"
    if ours.mailbox == theirs.mailbox:
        return _at_other_domain(ours, theirs)
    if not _is_mailbox_slip(ours, theirs):
        return "different"
    return "namesake" if ours.is_name_only and theirs.is_name_only else "slip"


def _at_other_domain(ours: Email, theirs: Email) -> str:
    """The same mailbox name elsewhere: a mistyped domain, the same person, or a namesake."""
    is_name_only = ours.is_name_only or theirs.is_name_only
    if slips(ours.domain, theirs.domain) <= (1 if is_name_only else 2):
        return "slip"
    if is_name_only:
        return "namesake"
    return "mailbox" if len(ours.mailbox) >= 4 else "different"


def _is_mailbox_slip(ours: Email, theirs: Email) -> bool:
    """One slip of the pen that leaves the digits alone: anna84 and anna85 are two people."""
    if ours.domain != theirs.domain and not is_one_slip(ours.domain, theirs.domain):
        return False
    mine, yours = ours.mailbox.replace(".", ""), theirs.mailbox.replace(".", "")
    if mine == yours:
        return True
    if min(len(mine), len(yours)) < 6:
        return False
    if not is_one_slip(mine, yours):
        return False
    digits = [[char for char in name if char.isdigit()] for name in (mine, yours)]
    return digits[0] == digits[1]


PHONE_LEVELS = ("exact", "landline", "slip", "different")


def phone(left: Features, right: Features) -> str | None:
    """exact, landline, slip or different; the best pair of numbers counts."""
    if not left.phones or not right.phones:
        return None
    if len(left.phones) == 1 == len(right.phones):
        return _phone_level(left.phones[0], right.phones[0])
    met = {_phone_level(ours, theirs) for ours in left.phones for theirs in right.phones}
    return next(level for level in PHONE_LEVELS if level in met)


def _phone_level(ours: Phone, theirs: Phone) -> str:
    if ours.tail == theirs.tail:
        return "landline" if ours.is_landline or theirs.is_landline else "exact"
    if len(ours.tail) == len(theirs.tail) and is_one_slip(ours.tail, theirs.tail):
        return "slip"
    return "different"


def address(left: Features, right: Features) -> str | None:
    """house, street, postcode, near, area, city or different."""
    ours, theirs = left.address, right.address
    if ours is None or theirs is None:
        return None
    if ours.postcode and ours.postcode == theirs.postcode:
        return _in_one_postcode(ours, theirs)
    same_city, is_near = _same_city(ours, theirs), _near_postcode(ours, theirs)
    same_number = ours.number != "" and ours.number == theirs.number
    if (same_city or is_near or same_number) and _same_street(ours, theirs):
        return "house" if same_number and (same_city or is_near) else "street"
    if ours.postcode and theirs.postcode:
        if is_near:
            return "near"
        if ours.area == theirs.area:
            return "area"
    if same_city:
        return "city"
    return "different" if _comparable(ours, theirs) else None


def _in_one_postcode(ours: Address, theirs: Address) -> str:
    """A postcode is a few doors to a whole town; number and street tell which."""
    if ours.number and theirs.number:
        if ours.number == theirs.number:
            return "house"
        return "street" if _same_street(ours, theirs) else "neighbour"
    return "street" if _same_street(ours, theirs) else "postcode"


def _same_street(ours: Address, theirs: Address) -> bool:
    if not ours.street or not theirs.street:
        return False
    return ours.street == theirs.street or likeness(ours.street, theirs.street) >= FUZZY


def _same_city(ours: Address, theirs: Address) -> bool:
    if not ours.city or not theirs.city:
        return False
    return ours.city == theirs.city or likeness(ours.city, theirs.city) >= FUZZY


def _near_postcode(ours: Address, theirs: Address) -> bool:
    if not ours.postcode or not theirs.postcode:
        return False
    return is_one_slip(ours.postcode, theirs.postcode)


def _comparable(ours: Address, theirs: Address) -> bool:
    return bool(
        (ours.postcode and theirs.postcode)
        or (ours.city and theirs.city)
        or (ours.street and theirs.street)
    )


def organisation(left: Features, right: Features) -> str | None:
    """exact, fuzzy or different."""
    if not left.organisation or not right.organisation:
        return None
    if left.organisation == right.organisation:
        return "exact"
    return "fuzzy" if likeness(left.organisation, right.organisation) >= FUZZY else "different"


def identifier(ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    """exact, slip or different, of the values two records have in one namespace."""
    if ours == theirs or not set(ours).isdisjoint(theirs):
        return "exact"
    is_slip = any(is_one_slip(mine, yours) for mine in ours for yours in theirs)
    return "slip" if is_slip else "different"


def custom(ours: str, theirs: str) -> str:
    """exact, fuzzy or different, of one declared custom attribute."""
    if ours == theirs:
        return "exact"
    return "fuzzy" if likeness(ours, theirs) >= FUZZY else "different"


_NAME_LEVELS = ("exact", "fuzzy", "initial", "similar", "swapped", "different")
# Every level a comparison can name; a model must hold odds for exactly these.
LEVELS: dict[str, tuple[str, ...]] = {
    "given_name": (*_NAME_LEVELS, "nickname", "elsewhere"),
    "family_name": (*_NAME_LEVELS, "part"),
    "middle_name": ("exact", "initial", "different"),
    "generation": ("same", "one_side", "different"),
    "gender": ("same", "different"),
    "birth_date": (
        *("exact", "swapped", "slip", "close", "near", "different"),
        *("month", "year", "near_year", "other_year"),
    ),
    "email": EMAIL_LEVELS,
    "phone": PHONE_LEVELS,
    "address": (
        *("house", "street", "neighbour", "postcode"),
        *("near", "area", "city", "different"),
    ),
    "organisation": ("exact", "fuzzy", "different"),
    "identifier": ("exact", "slip", "different"),
    "custom": ("exact", "fuzzy", "different"),
}
COMPARISONS: dict[str, Comparison] = {
    "given_name": given_name,
    "family_name": family_name,
    "middle_name": middle_name,
    "generation": generation,
    "gender": gender,
    "birth_date": birth_date,
    "email": email,
    "phone": phone,
    "address": address,
    "organisation": organisation,
}
