"""The one door to a customer: asks for the permission, then looks, and notes who was opened."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from c360.http import Gone, Moved
from c360.models import User
from c360.showing import note_access
from profiles.models import Membership, Profile

SEARCH = "profiles.search_customers"
STEWARD = "matching.review_matches"  # named as text, for `matching` is above us


def profile_for(user: User, profile_id: str) -> Profile:
    """Return the profile that answers to `profile_id`, for a user who may see customers.

    Raises `PermissionDenied` before anything is looked up, `Http404` for an id that was never
    issued, `Moved` where the id's birth record is joined into another profile now, and `Gone`
    where no live record is left. One query, two for ids that moved.
    """
    if not user.has_perm(SEARCH):
        raise PermissionDenied
    found = Profile.objects.filter(pk=profile_id).first()
    if found is None:
        raise Http404
    if found.record_count:
        note_access(profiles=[found.pk])
        return found
    now = (
        Membership.objects.filter(record=found.birth_record_id)
        .select_related("profile")
        .first()
    )
    if now is None or not now.profile.record_count:
        raise Gone
    raise Moved(profile_id, now.profile_id)
