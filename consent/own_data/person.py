"""Whose data it is, and the parts of which every row is made."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from c360.models import User
from c360.roles import role_words, roles_of
from profiles.bases import bases_of
from profiles.desk.values import joined_records
from profiles.models import Profile, SourceRecord

Row = dict[str, Any]


class Coded(str):
    """A code, as files have it, which knows the words that people read."""

    __slots__ = ("words",)
    words: str

    def __new__(cls, code: str, words: object) -> "Coded":
        made = super().__new__(cls, code)
        made.words = str(words)
        return made


@dataclass(frozen=True, slots=True)
class Person:
    """A customer and the live records that are joined at this moment, by id."""

    profile: Profile
    records: Mapping[int, SourceRecord]

    def is_alone_in(self, record_ids: Iterable[int]) -> bool:
        """Whether all of these records are this person's."""
        return set(record_ids) <= self.records.keys()

    def named(self, record_ids: Iterable[int]) -> list[str]:
        """This person's records among these, by source and key; those of others not at all."""
        mine = sorted(set(record_ids) & self.records.keys())
        return [record_name(self.records[pk]) for pk in mine]

    def record_of(self, record_id: int | None) -> Row:
        """The record that a row lies on, as its field; nothing where it lies on none."""
        found = self.records.get(record_id) if record_id is not None else None
        return {"record": record_name(found)} if found else {}


def person_of(profile: Profile) -> Person:
    """The person a profile stands for. One query."""
    return Person(profile, {record.pk: record for record in joined_records(profile)})


def record_name(record: SourceRecord) -> str:
    """A record as its source and its key name it."""
    return f"{record.source.name} {record.external_id}"


def by(user: User | None) -> list[Coded]:
    """Who did something: by role, for names of staff are data of theirs."""
    return [Coded(name, role_words(name)) for name in roles_of(user)] if user else []


def words_about(person: Person, record_ids: Collection[int], text: str) -> Row:
    """What somebody wrote of these records; left out where some are somebody else's."""
    if person.is_alone_in(record_ids):
        return {"words": text}
    why = _("It speaks of somebody else as well.")
    return {"words": "", "left_out": Coded("about_others", why)}


def bases(record: SourceRecord, attribute: str) -> list[Row]:
    """Why an attribute of a record may be held, for what, and how long. One query."""
    return [
        {
            "purpose": held.purpose,
            "basis": held.basis,
            "retention_days": held.retention_days,
        }
        for held in bases_of(record.source, attribute)
    ]
