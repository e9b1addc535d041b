"""A customer in six lines of plain text, to be handed to a colleague.

How sure the joining is and whether we may contact, other apps register when they start;
`profiles` imports none of them. Everything passes the guard: what is masked on the page is
masked here.
"""

from collections.abc import Callable, Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from c360.models import User
from c360.once import reading_once
from profiles.desk.attention.banner import attention
from profiles.desk.attention.items import Item
from profiles.desk.guard import Guard, guard_of
from profiles.desk.states import words as state_words
from profiles.desk.timeline.kinds import kind_label
from profiles.desk.told import Told, told_lately
from profiles.models import CustomerObject, Profile, SourceRecord
from profiles.models.event import EventKind
from profiles.money import format_minor

ORDERS = 3
LONGEST = 160  # signs of what somebody said
Word = Callable[[User, Profile], str]
_registered: dict[str, Word] = {}


def register_word(name: str, word: Word) -> None:
    """Let `word` say `confidence` or `contact` in a few words; "" for what nobody may know."""
    _registered[name] = word


@reading_once()
def brief(user: User, profile: Profile, records: Sequence[SourceRecord]) -> str:
    """The six lines, for a profile that `profile_for` has opened for the user.

    `records` are the joined records, with their sources loaded.
    """
    guard = guard_of(records)
    lines = [
        _who(profile, guard),
        _how_sure(user, profile, records),
        _("Open: %s") % _open(attention(user, profile, records)),
        _("Last orders: %s") % (_orders(records) or _("none")),
        _("Said last: %s") % _said(told_lately(records), guard),
        _("May we contact: %s") % (_word("contact", user, profile) or _("not known")),
    ]
    return "\n".join(guard.told(_in_one_line(line)) for line in lines)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _word(name: str, user: User, profile: Profile) -> str:
    return _registered[name](user, profile) if name in _registered else ""


def _who(profile: Profile, guard: Guard) -> str:
    return f"{guard.value('full_name', profile.display_name) or '?'}, {profile.pk}"


def _how_sure(user: User, profile: Profile, records: Sequence[SourceRecord]) -> str:
    number = len(records)
    sources = ", ".join(dict.fromkeys(record.source.name for record in records))
    text = ngettext("%(n)d record from %(sources)s", "%(n)d records from %(sources)s", number)
    known = text % {"n": number, "sources": sources}
    sure = _word("confidence", user, profile)
    return f"{sure}, {known}" if sure else known


def _open(items: Sequence[Item]) -> str:
    return "; ".join(item.title for item in items) or _("nothing needs attention now")


def _orders(records: Sequence[SourceRecord]) -> str:
    rows = CustomerObject.objects.filter(
        record_id__in=[record.pk for record in records], kind=EventKind.ORDER
    ).order_by("-opened_at", "pk")
    return "; ".join(_order(row) for row in rows[:ORDERS])


def _order(row: CustomerObject) -> str:
    money = "" if row.amount_minor is None else format_minor(row.amount_minor, row.currency)
    day = date_format(timezone.localdate(row.opened_at), "SHORT_DATE_FORMAT")
    words = (row.object_id, money, state_words(row.state), day)
    return " ".join(word for word in words if word)


def _said(told: Sequence[Told], guard: Guard) -> str:
    """What was said last; masked before it is cut, so that no half of a value is left."""
    if not told:
        return _("nothing in the last 30 days")
    last = told[0]
    day = date_format(timezone.localdate(last.at), "SHORT_DATE_FORMAT")
    about = ", ".join(word for word in (kind_label(last.kind), day, last.ticket) if word)
    return f"“{Truncator(guard.told(last.said)).chars(LONGEST)}” ({about})"
