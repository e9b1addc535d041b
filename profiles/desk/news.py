"""What is new about a customer since a page was drawn: said in words, shown on demand.

A page carries a mark for each kind of news; when a signal comes it asks what changed since.
Marks are numbers or digests, so that an address may hold them. Apps register kinds of news of
their own as they register panels; `profiles` brings events, values and corrections. A note or
a correction of the reader's own is no news to the reader.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from c360.models import User
from profiles.desk.notes import note_events_of
from profiles.desk.proposed import standing_on
from profiles.desk.timeline.counting import all_cells
from profiles.desk.values import joined_records
from profiles.models import Profile

Mark = Callable[[Profile, User], str]
Say = Callable[[Profile, str, str], str]


@dataclass(frozen=True)
class Kind:
    """One kind of news. `mark` is another text when there is some for a reader, in a constant
    number of queries; `say` is given the profile, the mark of the page and the mark of now.
    Those without `permission` are not told; it is empty for all who may open the customer.
    """

    mark: Mark
    say: Say
    permission: str = ""


_registered: dict[str, Kind] = {}


def register_news(name: str, mark: Mark, say: Say, permission: str = "") -> None:
    """Let pages of customers tell of one more kind of news; what `say` returns is escaped."""
    _registered[name] = Kind(mark, say, permission)


def marks(profile: Profile, reader: User) -> dict[str, str]:
    """What a page drawn now for somebody has seen, by kind."""
    return {
        name: kind.mark(profile, reader)
        for name, kind in _registered.items()
        if not kind.permission or reader.has_perm(kind.permission)
    }


def news(profile: Profile, reader: User, seen: Mapping[str, str]) -> list[str]:
    """What has changed since, a sentence for each kind; nothing of kinds that were not seen."""
    now = marks(profile, reader)
    return [
        _registered[name].say(profile, seen[name], mark)
        for name, mark in now.items()
        if name in seen and seen[name] != mark
    ]


def _events(profile: Profile, reader: User) -> str:
    """How many items others brought; of very many notes, one's own older ones count, too.

    Three queries, each from an index.
    """
    records = tuple(record.pk for record in joined_records(profile))
    by = (each.properties.get("by") for each in note_events_of(records))
    own = sum(author == str(reader.pk) for author in by)
    return str(sum(cell.count for cell in all_cells(records)) - own)


def _say_events(profile: Profile, then: str, now: str) -> str:
    more = int(now) - int(then) if then.isdecimal() else 0
    if more <= 0:
        return _("Other items in the timeline")
    return ngettext("%(n)s new item", "%(n)s new items", more) % {"n": more}


def _values(profile: Profile, reader: User) -> str:
    return f"{profile.updated_at.timestamp():.6f}" if profile.updated_at else ""


def _say_values(profile: Profile, then: str, now: str) -> str:
    return _("Details changed")


def _corrections(profile: Profile, reader: User) -> str:
    found = standing_on(profile)
    return str(sum(each.proposed_by_id != reader.pk for each in found))


def _say_corrections(profile: Profile, then: str, now: str) -> str:
    if int(now) > (int(then) if then.isdecimal() else 0):
        return _("Somebody says that a value is wrong")
    return _("A correction was taken back")


register_news("events", _events, _say_events)
register_news("values", _values, _say_values)
register_news("corrections", _corrections, _say_corrections)
