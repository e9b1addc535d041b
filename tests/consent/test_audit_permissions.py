"""What an auditor runs on permissions (checks 7 to 20 of the study), on the database.

Checks 7 to 13 are also properties of the pure rule in `test_fold_properties.py`; 15 is in
`test_effect.py`, 16 is measured by `bench/consent.py`.
"""

from collections.abc import Iterable
from datetime import timedelta
from io import StringIO
from random import Random
from uuid import UUID

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from consent.models import EffectivePermission, LedgerEntry, PermissionState, Purpose
from consent.permitting import catching_up, projection
from consent.permitting.drift import drift
from consent.permitting.facts import Reason
from consent.permitting.permissions import Asked, may_contact, may_contact_many
from matching.models import ReviewCase
from profiles.models import Membership, Profile, SourceRecord
from tests.consent.statements import day, say
from tests.consent.town import Town
from tests.profiles.customers import make_customer, make_record

pytestmark = pytest.mark.django_db
Allowed = set[tuple[str, str, UUID]]


def customer(**attributes: object) -> Profile:
    return make_customer(make_record("shop", **{"email": ["anna@example.org"], **attributes}))


def homes_of(records: Iterable[SourceRecord]) -> set[str]:
    return set(
        Membership.objects.filter(record__in=list(records)).values_list("profile_id", flat=True)
    )


def allowed(profile_ids: Iterable[str]) -> Allowed:
    rows = EffectivePermission.objects.filter(profile__in=list(profile_ids), allowed=True)
    return set(rows.values_list("purpose_id", "channel", "contact_point_id"))


def every_answer() -> list[tuple[object, ...]]:
    return sorted(EffectivePermission.objects.values_list(), key=str)


@pytest.fixture(params=range(2))
def town(request: pytest.FixtureRequest) -> Town:
    """A town in which a good deal was said already, and no purpose changed."""
    found = Town(Random(request.param), size=8)
    found.live(30)
    catching_up.catch_up(max_seconds=60)
    return found


def test_check_07_a_join_opens_nothing_that_was_closed_on_both_sides(town: Town) -> None:
    for one in town.records[:4]:
        sides = homes_of([one]), homes_of([town.records[-1]])
        before = allowed(sides[0]) | allowed(sides[1])
        tied = set().union(*(pending(side) for side in sides))

        with transaction.atomic():
            town._regroup(one, town.records[-1])

        # What only waited for the answer of a case between the two may open by it.
        assert allowed(homes_of([one])) <= before | tied


def pending(profile_ids: Iterable[str]) -> Allowed:
    rows = EffectivePermission.objects.filter(
        profile__in=list(profile_ids), reason=Reason.PENDING_MATCH
    )
    return set(rows.values_list("purpose_id", "channel", "contact_point_id"))


def test_check_08_a_doubt_turns_no_into_yes_for_nobody(town: Town) -> None:
    before = allowed(homes_of(town.records))
    lo, hi = sorted(record.pk for record in town.records[:2])
    ReviewCase.objects.get_or_create(
        lo_id=lo, hi_id=hi, settled_at=None, defaults={"reason": "uncertain", "weight_bits": 1}
    )
    town._tell(records={lo, hi})

    assert allowed(homes_of(town.records)) <= before


def test_check_09_joining_and_splitting_restores_every_answer(town: Town) -> None:
    alone = next(r for r in town.records if len(town._joined_with(r)) == 1)
    other = next(r for r in town.records if r != alone)
    before = every_answer()

    with transaction.atomic():
        town._regroup(alone, other)
        town._regroup(alone, alone)

    assert every_answer() == before


def test_check_10_what_is_said_while_joined_stays_with_those_it_was_said_of() -> None:
    mine = make_record("shop", email=["mine@example.org"])
    theirs = make_record("crm", email=["theirs@example.org"])
    say(mine, True, on=1)
    say(theirs, True, on=1)
    both = make_customer(mine, theirs)
    town = Town(Random(1), size=2)
    town._tell(profiles={both.pk, theirs.birth_profile.pk})
    say(theirs, "withdrawn", on=3, scope="snapshot", scope_records=(mine.pk, theirs.pk))
    say(theirs, True, on=4)

    Membership.objects.filter(record=theirs).update(profile=theirs.birth_profile)
    town._tell(profiles={both.pk, theirs.birth_profile.pk})

    assert may_contact(both, "marketing", "email").reason == Reason.WITHDRAWN
    assert may_contact(theirs.birth_profile, "marketing", "email").allowed


def test_check_11_a_further_refusal_opens_nothing_and_repeating_it_changes_nothing(
    town: Town,
) -> None:
    before = allowed(homes_of(town.records))
    record = next(r for r in town.records if r.attributes.get("email"))
    record.refresh_from_db()

    say(record, "withdrawn", on=200)

    after = every_answer()
    assert allowed(homes_of(town.records)) <= before
    with pytest.raises(ValueError, match="not enough values"):
        say(record, "withdrawn", on=200)
    assert every_answer() == after


def test_check_12_every_yes_names_a_word_on_the_same_contact_point(town: Town) -> None:
    found = EffectivePermission.objects.filter(reason=Reason.GRANTED)
    for each in found:
        assert each.entry_id is not None
        entry = LedgerEntry.objects.get(pk=each.entry_id)
        assert entry.contact_point_id == each.contact_point_id
        assert (entry.decision, entry.channel) == ("granted", each.channel)
        assert entry.purpose_id == each.purpose_id
        assert entry.record.membership.profile_id == each.profile_id
        assert entry.record.is_live


def test_check_16_a_look_up_is_one_query_alone_or_among_many(
    town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    homes = sorted(homes_of(town.records))
    with django_assert_num_queries(1):
        may_contact(homes[0], "marketing", "email")
    with django_assert_num_queries(1):
        may_contact_many([Asked(home, "marketing", "email") for home in homes])


def test_check_17_a_yes_that_runs_out_is_a_no_with_no_job_running() -> None:
    profile = customer()
    end = timezone.now() + timedelta(days=1)
    say(profile.birth_record, True, on=1, valid_until=end)

    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert may_contact(profile, "marketing", "email").allowed
    with time_machine.travel(end, tick=False):
        answer = may_contact(profile, "marketing", "email")
    assert (answer.allowed, answer.reason, answer.since) == (False, Reason.EXPIRED, end)


def test_check_17_the_clock_then_writes_down_what_changed() -> None:
    profile = customer()
    end = timezone.now() + timedelta(days=1)
    say(profile.birth_record, True, on=1, valid_until=end)

    with time_machine.travel(end, tick=False):
        assert catching_up.catch_up(max_seconds=5) == 1
        assert catching_up.catch_up(max_seconds=5) == 0
        row = EffectivePermission.objects.get()
    assert (row.allowed, row.reason, row.changes_at) == (False, "expired", None)


class Died(Exception):
    pass


@pytest.mark.parametrize("place", ["permissions_locked", "permissions_written"])
def test_check_18_a_worker_that_dies_leaves_a_no_and_never_an_old_yes(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = customer()
    say(profile.birth_record, True, on=1)
    Purpose.objects.get(key="marketing").save()  # whatever follows from it is stale
    assert may_contact(profile, "marketing", "email").reason == Reason.STALE_PROJECTION

    def die(name: str) -> None:
        if name == place:
            raise Died

    with monkeypatch.context() as dying:
        dying.setattr(catching_up, "failpoint", die)
        with pytest.raises(Died):
            catching_up.catch_up(max_seconds=5)

    assert may_contact(profile, "marketing", "email").reason == Reason.STALE_PROJECTION
    catching_up.catch_up(max_seconds=5)
    assert may_contact(profile, "marketing", "email").allowed


def test_check_18_a_customer_of_very_many_records_is_left_to_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(projection, "LARGE", 2)
    records = [make_record("shop", email=[f"a{n}@example.org"]) for n in range(3)]
    profile = make_customer(*records)

    say(records[0], True, on=1)

    assert may_contact(profile, "marketing", "email").reason == Reason.STALE_PROJECTION
    catching_up.catch_up(max_seconds=5)
    assert may_contact(profile, "marketing", "email").allowed


def test_check_18_an_address_refused_by_one_of_very_many_is_left_to_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records = [make_record("shop", email=["all@example.org"]) for _ in range(4)]
    for record in records:
        make_customer(record)
    say(records[1], True, on=1)
    monkeypatch.setattr(projection, "LARGE", 2)

    say(records[0], False, on=2)

    other = records[1].birth_profile
    assert may_contact(other, "marketing", "email").reason == Reason.STALE_PROJECTION
    catching_up.catch_up(max_seconds=5)
    assert may_contact(other, "marketing", "email").reason == Reason.REFUSED
    assert list(drift()) == []


@pytest.mark.parametrize("seed", range(2))
def test_check_19_after_anything_may_have_happened_nothing_has_drifted(seed: int) -> None:
    town = Town(Random(100 + seed))
    for number in range(20):
        town.live(2, rare=number % 10 == 9)
        assert [str(each) for each in drift()] == []
        catching_up.catch_up(max_seconds=60)
    assert [str(each) for each in drift()] == []
    assert not PermissionState.objects.filter(is_stale=True).exists()


def test_check_19_what_somebody_changed_by_hand_is_named_and_mended() -> None:
    profile = customer()
    say(profile.birth_record, False, on=1)
    assert list(drift()) == []

    EffectivePermission.objects.update(allowed=True, reason="granted")

    assert [str(each) for each in drift()] == [f"{profile.pk} marketing email"]
    call_command("permissions_rebuild", stdout=StringIO())
    assert list(drift()) == []
    assert may_contact(profile, "marketing", "email").reason == Reason.REFUSED


def test_check_19_rows_that_are_missing_are_named_and_mended() -> None:
    profile = customer()
    say(profile.birth_record, False, on=1)

    PermissionState.objects.all().delete()
    EffectivePermission.objects.all().delete()

    assert [each.purpose for each in drift()] == ["marketing"]
    call_command("permissions_rebuild", stdout=StringIO())
    assert may_contact(profile, "marketing", "email").reason == Reason.REFUSED


def test_check_20_refusing_all_advertising_leaves_what_the_service_needs() -> None:
    Purpose.objects.create(key="orders", name="Orders", mode="necessary")
    profile = customer()
    say(profile.birth_record, True, on=1)

    say(profile.birth_record, "objected", on=2, purpose="", channel="")

    assert may_contact(profile, "marketing", "email").reason == Reason.OBJECTED
    assert may_contact(profile, "orders", "email").reason == Reason.NECESSARY


def test_an_erased_customer_leaves_no_permission() -> None:
    profile = customer()
    record = profile.birth_record
    say(record, True, on=1)

    record.attributes, record.erased_at = {}, timezone.now()
    record.save()
    projection.take_note({record.pk: []})

    assert not EffectivePermission.objects.exists()
    assert may_contact(profile, "marketing", "email").reason == Reason.ERASED
    assert may_contact(profile, "marketing", "email", at=day(5)).reason == Reason.ERASED
