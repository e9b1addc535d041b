"""Leaving a pair to a certain colleague, who knows the customer or the source."""

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.live import announce
from c360.models import User
from matching.models import ReviewCase
from matching.refusals import AlreadyDecided, DecisionRefused
from matching.review import QUEUE, REVIEW


def colleagues_of(user: User) -> QuerySet[User]:
    """Others who may answer pairs and can sign in, by name. One query."""
    app, codename = REVIEW.split(".")
    may = Permission.objects.filter(content_type__app_label=app, codename=codename)
    allowed = Q(groups__permissions__in=may) | Q(user_permissions__in=may)
    others = User.objects.filter(allowed | Q(is_superuser=True), is_active=True)
    return others.exclude(pk=user.pk).distinct().order_by("name", "email")


def assign(case: ReviewCase, to: int | None, *, by: User) -> User:
    """Leave an open case to a colleague; `by` may keep it no longer. Raises `DecisionRefused`.

    It is asked of that colleague alone for `order.RESERVED`, then of anybody.
    """
    colleague = colleagues_of(by).filter(pk=to or 0).first()
    if colleague is None:
        raise DecisionRefused(_("Choose a colleague who may answer pairs."))
    changed = (
        ReviewCase.objects.open()
        .filter(pk=case.pk)
        .update(
            assigned_to=colleague,
            assigned_at=timezone.now(),
            claimed_by=None,
            claimed_until=None,
            snoozed_until=None,
        )
    )
    if not changed:
        raise AlreadyDecided
    announce([QUEUE])
    return colleague
