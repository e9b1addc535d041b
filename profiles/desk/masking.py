"""Which values of customers are shown only on demand, and what stands in their place.

`settings.C360_MASKED` is the one table of it: patterns of attributes, the last that fits
decides, and `!` before a pattern says that what fits it is shown. Names are never masked, since
no page could be told from another. Where callers are verified, their address and e-mail are
masked as well, for they are asked for both.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache

from django.conf import settings

DOTS = "••••"
NAMES = frozenset({"full_name", "given_name", "middle_name", "family_name"})
FACTS_OF_CALLERS = frozenset({"address", "email"})  # asked for, so not to be read off
CONTACT_POINTS = frozenset({"email", "phone"})
SHORTEST_PHONE = 8  # signs; of what is shorter the last four would say too much
SHORTEST_NUMBER = 6


def is_sensitive(attribute: str) -> bool:
    """Whether values of an attribute, named as in a mapping, stay masked until asked for."""
    if settings.C360_VERIFY_CALLERS and attribute in FACTS_OF_CALLERS:
        return True
    return attribute not in NAMES and _fits(attribute, tuple(settings.C360_MASKED))


@cache
def _fits(attribute: str, patterns: Sequence[str]) -> bool:
    found = [each for each in patterns if fnmatchcase(attribute, each.removeprefix("!"))]
    return bool(found) and not found[-1].startswith("!")


def masked(attribute: str, text: str) -> str:
    """What people tell a value by, with most of it left out: `•••• 0909`, `a•••@ex…`, `••••`.

    Of numbers the last four or two signs are left, of everything else that is not a contact
    point nothing. Masks whatever it is given: ask `is_sensitive` first.
    """
    if attribute == "email":
        return _email(text)
    if attribute == "phone":
        return _ending(text, 4, SHORTEST_PHONE)
    if attribute.startswith("identifiers."):
        return _ending(text, 2, SHORTEST_NUMBER)
    return DOTS


def hint(attribute: str, text: str) -> str:
    """A value for lists, where nothing is shown on demand: masked if it is sensitive.

    Contact points always are: of a list nobody needs them whole.
    """
    is_masked = attribute in CONTACT_POINTS or is_sensitive(attribute)
    return masked(attribute, text) if is_masked else text


def _email(address: str) -> str:
    """`anna@example.com` as `a•••@ex…`; anything without an @ becomes dots."""
    mailbox, at, domain = address.partition("@")
    return f"{mailbox[:1]}•••@{domain[:2]}…" if at else DOTS


def _ending(text: str, signs: int, shortest: int) -> str:
    bare = re.sub(r"[\W_]+", "", text)
    return f"{DOTS} {bare[-signs:]}" if len(bare) >= shortest else DOTS
