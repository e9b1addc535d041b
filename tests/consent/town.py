"""A small town in the database in which anything may happen, in any order, to anybody.

What happens is done as the product does it: the same rows under the same kinds of locks, and
the same signals and calls afterwards.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent import contact_points
from consent.models import LedgerEntry, PolicyVersion, Purpose
from consent.permitting import projection
from consent.stating import ledger
from matching.models import Decision, ReviewCase
from matching.signals import clusters_settled
from profiles.mappings.normalise import search_identifiers
from profiles.models import Identifier, Membership, Profile, SourceRecord
from tests.consent.statements import point_of
from tests.profiles.customers import make_record
from tests.staff import staff

EMAILS = [f"mail{number}@example.org" for number in range(5)]
PHONES = ["+447700900001", "+447700900002"]
HOUSES = [{"line1": f"{number} High Street", "postal_code": "AB1 2CD"} for number in (1, 2)]
DECISIONS = [*["granted"] * 5, "refused", "withdrawn", "objected", "requested"]


class Town:
    """Twelve records or so, and everything that may happen to them."""

    def __init__(self, random: Random, size: int = 12) -> None:
        self.random = random
        self.records = [
            make_record(random.choice(["shop", "crm", "app"]), **self._contents())
            for _ in range(size)
        ]
        for record in self.records:
            Profile.objects.filter(birth_record=record).update(record_count=1)
        self.steward = staff("sol")

    def _contents(self) -> dict[str, Any]:
        found: dict[str, Any] = {"email": self.random.sample(EMAILS, self.random.randint(0, 2))}
        if self.random.random() < 0.5:
            found["phone"] = [self.random.choice(PHONES)]
        if self.random.random() < 0.5:
            found["address"] = self.random.choice(HOUSES)
        return found

    def live(self, times: int, *, rare: bool = False) -> None:
        """Let so many things happen, and a change of the rules at the end."""
        often: list[Callable[[], None]] = [
            self.speak, self.speak, self.speak, self.move, self.move, self.correct,
            self.confirm, self.doubt, self.change, self.change, self.depart,
        ]  # fmt: skip
        for _ in range(times):
            self.random.choice(often)()
        if rare:
            self.rule()

    @transaction.atomic
    def speak(self) -> None:
        record = SourceRecord.objects.get(pk=self._anybody().pk)
        decision = self.random.choice(DECISIONS)
        channel = self.random.choice(LedgerEntry.Channel.values)
        scope, others = LedgerEntry.Scope.RECORD, tuple[int, ...]()
        if decision in ("refused", "withdrawn", "objected"):
            scope = self.random.choice(list(LedgerEntry.Scope))
        if scope == LedgerEntry.Scope.SNAPSHOT:
            others = tuple(self._joined_with(record))
        at = timezone.now() - timedelta(days=self.random.randint(0, 90))
        ends = self.random.choice(
            [None, None, at + timedelta(days=self.random.randint(1, 200))]
        )
        is_no = decision != "granted"
        ledger.append(
            [
                ledger.NewEntry(
                    record_id=record.pk,
                    purpose="" if is_no and self.random.random() < 0.1 else self._purpose(),
                    channel="" if is_no and self.random.random() < 0.1 else channel,
                    decision=decision,
                    stated_at=at,
                    precision=self.random.choice(list(LedgerEntry.Precision)),
                    contact_point=self.random.choice([None, *[point_of(record, channel)] * 5]),
                    scope=scope,
                    scope_records=others,
                    valid_until=ends,
                    policy_version=self.random.choice([None, *PolicyVersion.objects.all()]),
                )
            ]
        )

    @transaction.atomic
    def correct(self) -> None:
        entries = list(LedgerEntry.objects.exclude(decision__in=["corrected", "invalidated"]))
        if not entries:
            return
        entry = self.random.choice(entries)
        is_yes = entry.decision == "granted"
        about = self.random.choice([entry.record_id, *entry.scope_records])
        ledger.append(
            [
                ledger.NewEntry(
                    record_id=about,
                    purpose=entry.purpose_id or "",
                    channel=entry.channel,
                    decision="invalidated" if is_yes else "corrected",
                    stated_at=timezone.now(),
                    corrects=entry,
                )
            ]
        )

    @transaction.atomic
    def move(self) -> None:
        """Join somebody with another's records, or take them out to be alone."""
        somebody, other = self._anybody(), self._anybody()
        self._regroup(somebody, other if self.random.random() < 0.6 else somebody)

    def _regroup(self, somebody: SourceRecord, other: SourceRecord) -> None:
        asked = {somebody.pk, other.pk}
        homes = Membership.objects.filter(record__in=asked).values("profile")
        locked = dict(
            Membership.objects.filter(profile__in=homes)
            .order_by("record_id")
            .select_for_update(no_key=True)
            .values_list("record_id", "profile_id")
        )
        if not asked <= locked.keys():
            return  # somebody else moved them meanwhile
        left = {pk for pk, at in locked.items() if at == locked[somebody.pk]} - {somebody.pk}
        joined = {pk for pk, at in locked.items() if at == locked[other.pk]} | {somebody.pk}
        if somebody == other:
            joined = {somebody.pk}
        for group in (left - joined, joined):
            self._settle(group)
        after = Membership.objects.filter(record__in=locked).values_list(
            "profile_id", flat=True
        )
        self._tell(profiles={*locked.values(), *after})

    def _settle(self, group: set[int]) -> None:
        if group:
            home = Profile.objects.get(birth_record=min(group))
            Membership.objects.filter(record__in=group).update(profile=home)

    @transaction.atomic
    def confirm(self) -> None:
        """Say that two are one person, or take that back."""
        lo, hi = self._two()
        for pk in (lo, hi):
            SourceRecord.objects.select_for_update(no_key=True).get(pk=pk)
        said = Decision.objects.filter(lo=lo, hi=hi, superseded_at=None)
        if not said.update(superseded_at=timezone.now()):
            Decision.objects.create(lo_id=lo, hi_id=hi, verdict="same", decided_by=self.steward)
        self._tell(records={lo, hi})

    @transaction.atomic
    def doubt(self) -> None:
        """Ask whether two are one person, or close the question."""
        lo, hi = self._two()
        for pk in (lo, hi):
            SourceRecord.objects.select_for_update(no_key=True).get(pk=pk)
        asked = ReviewCase.objects.filter(lo=lo, hi=hi, settled_at=None)
        if not asked.update(settled_at=timezone.now()):
            ReviewCase.objects.create(lo_id=lo, hi_id=hi, reason="uncertain", weight_bits=2.0)
        self._tell(records={lo, hi})

    @transaction.atomic
    def change(self) -> None:
        """A row comes with other contact details."""
        record = SourceRecord.objects.select_for_update(no_key=True).get(pk=self._anybody().pk)
        record.attributes, record.deleted_at = self._contents(), None
        self._store(record)

    @transaction.atomic
    def depart(self) -> None:
        """Its source deletes a record, which then stands alone."""
        record = SourceRecord.objects.select_for_update(no_key=True).get(pk=self._anybody().pk)
        record.attributes, record.deleted_at = {}, timezone.now()
        self._store(record)

    def _store(self, record: SourceRecord) -> None:
        record.save()
        record.identifiers.all().delete()
        Identifier.objects.bulk_create(
            Identifier(record=record, namespace=name, value_norm=value)
            for name, value in search_identifiers(record.attributes)
        )
        projection.take_note({record.pk: contact_points.values_of(record.attributes)})

    def rule(self) -> None:
        """An officer changes a purpose, or publishes a text that changes things."""
        if self.random.random() < 0.5:
            purpose = Purpose.objects.get(pk=self._purpose())
            purpose.mode = self.random.choice(Purpose.Mode.values)
            purpose.validity_months = self.random.choice([None, 1, 2])
            purpose.is_retired = self.random.random() < 0.1
            purpose.save()
            return
        number = PolicyVersion.objects.count() + 1
        text = PolicyVersion(purpose_id="marketing", jurisdiction="GB", language="en", body="?")
        text.version, text.material_change = number, self.random.random() < 0.5
        text.body_sha256 = "8a8de823d5ed3e12746a62ef169bcf372be0ca44f0a1236abc35df05d96928e1"
        text.published_at = timezone.now()
        text.save()

    def _tell(self, profiles: Iterable[str] = (), records: Iterable[int] = ()) -> None:
        clusters_settled.send(sender=None, profile_ids=set(profiles), record_ids=set(records))

    def _anybody(self) -> SourceRecord:
        return self.random.choice(self.records)

    def _two(self) -> tuple[int, int]:
        lo, hi = sorted(record.pk for record in self.random.sample(self.records, 2))
        return lo, hi

    def _joined_with(self, record: SourceRecord) -> list[int]:
        home = Membership.objects.filter(record=record).values("profile")
        return list(
            Membership.objects.filter(profile__in=home).values_list("record_id", flat=True)
        )

    def _purpose(self) -> str:
        return self.random.choice(["marketing", "service"])
