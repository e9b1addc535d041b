"""Whether the caller is known to be the customer, and who may see masked values until then.

Only where `C360_VERIFY_CALLERS` is on. The session keeps ids and times, never what was said.
"""

import time
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings

from c360.http import StaffRequest
from c360.models import User
from profiles.models import Profile

SECONDS = 15 * 60
KEPT = 20  # customers a session remembers
OVERRIDING = ("matching.review_matches", "consent.view_accessentry")  # stewards and officers


class Caller(NamedTuple):
    """`is_asked` where callers are verified; `until` when this one counts as verified."""

    is_asked: bool
    until: datetime | None
    may_show: bool  # masked values, at all


def caller_of(request: StaffRequest, profile: Profile) -> Caller:
    """How it stands between this session and this customer."""
    if not settings.C360_VERIFY_CALLERS:
        return Caller(False, None, True)
    until = request.session.get("callers", {}).get(profile.pk, 0)
    if until > time.time():
        return Caller(True, datetime.fromtimestamp(until, UTC), True)
    return Caller(True, None, may_override(request.user))


def may_override(user: User) -> bool:
    """Whether somebody may see masked values with a reason and without a verified caller."""
    return not settings.C360_VERIFY_CALLERS or any(map(user.has_perm, OVERRIDING))


def remember_verified(request: StaffRequest, profile: Profile) -> None:
    """From now on for fifteen minutes, in this session, for this customer alone."""
    known = request.session.get("callers", {})
    others = [(pk, until) for pk, until in known.items() if pk != profile.pk]
    mine = (profile.pk, int(time.time()) + SECONDS)
    request.session["callers"] = dict([*others, mine][-KEPT:])
