"""What is new about a customer since a page was drawn: said in words, shown on demand.

A page carries a mark for each kind of news; when a signal comes it asks what changed since.
Marks are numbers or digests, so that an address may hold them. Apps register kinds of news of
their own as they register panels; `profiles` brings events and values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.models import Event, Profile


@dataclass(frozen=True)
class Kind:
    """One kind of news. `mark` is another text when there is some, in a constant number of
    queries; `say` is given the profile, the mark of the page and the mark of now.
    """

    mark: Callable[[Profile], str]
    say: Callable[[Profile, str, str], str]


_registered: dict[str, Kind] = {}


def register_news(
    name: str, mark: Callable[[Profile], str], say: Callable[[Profile, str, str], str]
) -> None:
    """Let pages of customers tell of one more kind of news; what `say` returns is escaped."""
    _registered[name] = Kind(mark, say)


def marks(profile: Profile) -> dict[str, str]:
    """What a page drawn now has seen, by kind."""
    return {name: kind.mark(profile) for name, kind in _registered.items()}


def news(profile: Profile, seen: Mapping[str, str]) -> list[str]:
    """What has changed since, a sentence for each kind; nothing of kinds that were not seen."""
    now = marks(profile)
    return [
        kind.say(profile, seen[name], now[name])
        for name, kind in _registered.items()
        if name in seen and seen[name] != now[name]
    ]


def _events(profile: Profile) -> str:
    return str(Event.objects.filter(record__membership__profile=profile).count())


def _say_events(profile: Profile, then: str, now: str) -> str:
    more = int(now) - int(then) if then.isdecimal() else 0
    if more <= 0:
        return _("Other items in the timeline")
    return ngettext("%(n)s new item", "%(n)s new items", more) % {"n": more}


def _values(profile: Profile) -> str:
    return f"{profile.updated_at.timestamp():.6f}" if profile.updated_at else ""


def _say_values(profile: Profile, then: str, now: str) -> str:
    return _("Details changed")


register_news("events", _events, _say_events)
register_news("values", _values, _say_values)
