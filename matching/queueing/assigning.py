"""Leaving a pair to a certain colleague, who knows the customer or the source."""

from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from c360.live import announce
from c360.models import User
from c360.sql.prepared import ask
from matching.models import ReviewCase
from matching.refusals import AlreadyDecided, DecisionRefused
from matching.review import QUEUE, REVIEW


class Colleague(NamedTuple):
    """Somebody to whom a pair may be assigned."""

    pk: int
    name: str


OTHERS = """
WITH may AS (
    SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
    WHERE t.app_label = %(app)s AND p.codename = %(codename)s
)
SELECT u.id, coalesce(nullif(u.name, ''), u.email) FROM c360_user u
WHERE u.is_active AND u.id <> %(user)s AND (
    u.is_superuser
    OR EXISTS (
        SELECT FROM c360_user_groups m JOIN auth_group_permissions g USING (group_id)
        WHERE m.user_id = u.id AND g.permission_id IN (SELECT id FROM may)
    )
    OR EXISTS (
        SELECT FROM c360_user_user_permissions own
        WHERE own.user_id = u.id AND own.permission_id IN (SELECT id FROM may)
    )
)
ORDER BY u.name, u.email
"""


def colleagues_of(user: User) -> list[Colleague]:
    """Others who may answer pairs and can sign in, by name. One query."""
    app, codename = REVIEW.split(".")
    rows = ask(OTHERS, {"user": user.pk, "app": app, "codename": codename})
    return [Colleague(*row) for row in rows]


def assign(case: ReviewCase, to: int | None, *, by: User) -> User:
    """Leave an open case to a colleague; `by` may keep it no longer. Raises `DecisionRefused`.

    It is asked of that colleague alone for `order.RESERVED`, then of anybody.
    """
    if to not in {each.pk for each in colleagues_of(by)}:
        raise DecisionRefused(_("Choose a colleague who may answer pairs."))
    colleague = User.objects.get(pk=to)
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
