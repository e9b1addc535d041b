"""Notices brought in line with the reasons that hold, and what stewards say of them."""

from django.db import transaction
from django.db.models import Case, QuerySet, When
from django.utils import timezone

from c360.models import User
from matching.models import Notice
from matching.notices.finding import reasons

SEEN, DONE, AGAIN = "seen", "done", "again"


@transaction.atomic
def bring_up_to_date() -> None:
    """Notice what is new, clear what no longer holds, and renew figures. A dozen queries."""
    now = timezone.now()
    held = {(row.kind, row.subject): row for row in Notice.objects.filter(cleared_at=None)}
    found = {(str(each.kind), each.subject): each for each in reasons()}
    gone = [row.pk for key, row in held.items() if key not in found]
    Notice.objects.filter(pk__in=gone).update(cleared_at=now)
    changed = [held[key] for key in held.keys() & found.keys()]
    for row in changed:
        row.detail = found[row.kind, row.subject].detail
    Notice.objects.bulk_update(changed, ["detail"])
    Notice.objects.bulk_create(
        Notice(kind=kind, subject=subject, detail=each.detail, since=each.since or now)
        for (kind, subject), each in found.items()
        if (kind, subject) not in held
    )


def open_notices() -> QuerySet[Notice]:
    """What holds now, longest first, figures last as they are many; what is done included."""
    known = Notice.objects.filter(cleared_at=None).select_related("seen_by", "done_by")
    is_figure = Case(When(kind=Notice.Kind.LIMIT, then=1), default=0)
    return known.order_by(is_figure, "since", "pk")


def waiting() -> int:
    """How many nobody is done with. One query."""
    return Notice.objects.filter(cleared_at=None, done_at=None).count()


def say(notice: Notice, step: str, *, by: User) -> None:
    """Note who has seen a notice or is done with it; `again` takes both back."""
    now = timezone.now()
    if step == SEEN:
        Notice.objects.filter(pk=notice.pk, seen_at=None).update(seen_by=by, seen_at=now)
    elif step == DONE:
        Notice.objects.filter(pk=notice.pk, done_at=None).update(done_by=by, done_at=now)
    else:
        Notice.objects.filter(pk=notice.pk).update(
            seen_by=None, seen_at=None, done_by=None, done_at=None
        )
