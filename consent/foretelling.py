"""Beside each customer a steward's plan would leave: what it would allow then."""

from collections.abc import Mapping

from django.template.loader import render_to_string

from c360.models import User
from consent.attention import SEE_ANSWER
from consent.permitting.effect import permissions_after
from matching.deciding.preview import Preview
from matching.models import ReviewCase


def permissions_told(
    reader: User, planned: Preview, case: ReviewCase | None
) -> Mapping[str, str]:
    """What each customer would allow and what of it changes; nothing to who may not know."""
    if not reader.has_perm(SEE_ANSWER):
        return {}
    return {
        profile: render_to_string("consent/_foretold.html", {"permissions": found})
        for profile, found in permissions_after(planned, case=case).items()
    }
