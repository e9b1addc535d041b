"""What matching tells pages of a customer that are open: joins, splits, locks, questions."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from c360.models import User
from matching.confidence import open_questions
from matching.models import Hold, MergeEvent
from profiles.models import Profile


def joins_mark(profile: Profile, reader: User) -> str:
    """The newest receipt that names the profile. One query, by the index of either end."""
    ends = ({"to_profile": profile}, {"from_profile": profile})
    newest = [
        MergeEvent.objects.filter(**end).order_by("-id").values_list("id", flat=True)[:1]
        for end in ends
    ]
    return str(max(newest[0].union(newest[1]), default=0))


def say_joins(profile: Profile, then: str, now: str) -> str:
    """Who changed what belongs here, since the receipt `then`. One query."""
    since = int(then) if then.isdecimal() else 0
    found = list(_receipts(profile).filter(id__gt=since).order_by("id"))
    joined = sum(len(each.records) for each in found if each.to_profile_id == profile.pk)
    left = [each for each in found if each.from_profile_id == profile.pk]
    parts = []
    if joined:
        words = ngettext("%(n)s record joined", "%(n)s records joined", joined)
        parts.append(words % {"n": joined})
    if left:
        others = ", ".join(dict.fromkeys(each.to_profile_id for each in left))
        parts.append(_("records split off into %(others)s") % {"others": others})
    if any(each.actor_id for each in found):
        parts.append(_("by a steward"))
    return ", ".join(parts) or _("Other records are joined here")


def _receipts(profile: Profile) -> QuerySet[MergeEvent]:
    return MergeEvent.objects.filter(Q(to_profile=profile) | Q(from_profile=profile))


def locks_mark(profile: Profile, reader: User) -> str:
    """The newest lock that holds records of the profile; 0 is none. One query."""
    newest = _holds(profile).exclude(lock=None).values_list("lock", flat=True).last()
    return str(newest or 0)


def say_locks(profile: Profile, then: str, now: str) -> str:
    """Who locked the customer, or took its lock off; not why. One query."""
    holds = _holds(profile).select_related("decided_by")
    word = holds.last() if now == "0" else holds.exclude(lock=None).last()
    if word is None:
        return _("Not locked any more")
    if word.lock is None:
        words = _("%(who)s took the lock off")
    elif word.kind == Hold.Kind.UNDO:
        words = _("%(who)s put the lock on again")
    else:
        words = _("Locked by %(who)s")
    return words % {"who": word.decided_by}


def _holds(profile: Profile) -> QuerySet[Hold]:
    """What was last said of locks on its records, oldest first."""
    return Hold.objects.current().filter(record__membership__profile=profile).order_by("pk")


def questions_mark(profile: Profile, reader: User) -> str:
    """How many possible matches wait for an answer. One query."""
    return str(open_questions(profile))


def say_questions(profile: Profile, then: str, now: str) -> str:
    """That a question came or went, not about whom."""
    if now == "0":
        return _("No possible match is under review any more")
    words = ngettext(
        "%(n)s possible match is under review",
        "%(n)s possible matches are under review",
        int(now),
    )
    return words % {"n": now}
