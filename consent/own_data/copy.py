"""The whole copy: as a file for machines, and as a report for people."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.own_data import done, held, said
from consent.own_data.left_out import LEFT_OUT
from consent.own_data.person import Person, Row, person_of
from consent.own_data.telling import Section, section
from profiles.models import Profile

FORMAT = "customer-360-own-data/1"


class Kind(NamedTuple):
    """A section: its name in files, its title, and what finds its rows."""

    key: str
    title: str | Promise
    find: Callable[[Person], list[Row]]


KINDS = (
    Kind("shown", _("Values that are shown"), held.shown),
    Kind("records", _("Records"), held.records),
    Kind("payloads", _("Records as they came"), held.payloads),
    Kind("reasons", _("Why data is held"), held.reasons),
    Kind("events", _("What happened"), held.events),
    Kind("objects", _("Orders, tickets and the like"), held.objects),
    Kind("statements", _("Statements of consent"), done.statements),
    Kind("choices", _("Values that stewards chose"), said.choices),
    Kind("corrections", _("Proposed corrections"), said.corrections),
    Kind("reports", _("Reports of wrong records"), said.reports),
    Kind("decisions", _("Decisions on records"), said.decisions),
    Kind("proposals", _("Answers proposed to a second person"), said.proposals),
    Kind("locks", _("Locks"), said.locks),
    Kind("joins", _("Joins and splits"), done.joins),
    Kind("readers", _("Who looked"), done.readers),
)


class Copy(NamedTuple):
    """What is held about a person at one moment, by section."""

    profile: Profile
    made_at: datetime
    sections: Mapping[str, list[Row]]


def copy_of(profile: Profile) -> Copy:
    """Gather everything about the records that are joined now, and of no others."""
    person = person_of(profile)
    return Copy(profile, timezone.now(), {each.key: each.find(person) for each in KINDS})


def as_file(copy: Copy) -> dict[str, Any]:
    """The copy as JSON: codes and exact times, in English whoever reads it."""
    return {
        "format": FORMAT,
        "customer": copy.profile.pk,
        "made_at": copy.made_at,
        **copy.sections,
        "left_out": [
            {"code": each.code, "what": str(each.what), "why": str(each.why)}
            for each in LEFT_OUT
        ],
    }


def as_report(copy: Copy) -> Iterator[Section]:
    """Every section, line by line, as people read them."""
    for each in KINDS:
        yield section(str(each.title), copy.sections[each.key])
