"""Overrides of stewards as stored: said, kept through joins and splits, ended, taken back."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from profiles import tasks
from profiles.models import Membership, Override, Profile, SourceRecord
from profiles.projection import refresh
from profiles.survivorship import ending, spreading
from profiles.survivorship.offering import foretell, offers
from profiles.survivorship.overrides import (
    DAY,
    OverrideRefused,
    Preferred,
    end_of,
    fingerprint,
    first_and_last_day,
    last_day,
    say_override,
    show_anew,
    take_back,
    value_hash,
)
from tests.matching.arrivals import arrive, day, depart, resolve
from tests.profiles.survivors import anna, nothing_is_off, phone_of, published, simulated
from tests.staff import staff

pytestmark = pytest.mark.django_db
CRM, SHOP = "+442079460001", "+442079460002"


def record_of(profile: Profile, source: str) -> SourceRecord:
    return SourceRecord.objects.get(membership__profile=profile, source__slug=source)


def say(profile: Profile, source: str = "crm", phone: str = CRM, **facts: Any) -> Override:
    """Sol has the phone of a source shown for ninety days."""
    profile.refresh_from_db()
    known = {
        "form": uuid4(),
        "seen": fingerprint(profile.golden["phone"]),
        "reason": "He rang from it.",
        "day": first_and_last_day()[0] + 90 * DAY,
        "said_by": staff("sol"),
    }
    preferred = Preferred(record_of(profile, source).pk, value_hash("phone", phone))
    return say_override(profile, "phone", preferred, **{**known, **facts})


def make_overdue(override: Override) -> None:
    """As if it had been said long ago."""
    Override.objects.filter(pk=override.pk).delete()
    override.said_at = timezone.now() - 9 * DAY
    override.until = timezone.now() - timedelta(hours=1)
    override.save(force_insert=True)
    refresh([Membership.objects.get(record=override.record_id).profile_id])


def part(profile: Profile, source: str) -> Profile:
    """Take the record of a source out of a customer; returns its own."""
    record = record_of(profile, source)
    other: Profile = record.birth_profile
    Membership.objects.filter(record=record).update(profile=other, component=record.pk)
    refresh([profile.pk, other.pk])
    return other


def join(one: Profile, other: Profile) -> None:
    rows = Membership.objects.filter(profile=other)
    rows.update(profile=one, component=one.birth_record_id)
    refresh([one.pk, other.pk])


def test_the_value_is_shown_at_once_and_no_record_is_changed() -> None:
    customer = anna()
    before = list(SourceRecord.objects.order_by("pk").values())
    assert phone_of(customer) == SHOP

    made = say(customer)

    assert phone_of(customer) == CRM
    assert list(SourceRecord.objects.order_by("pk").values()) == before
    assert (last_day(made), CRM in made.value_hash) == (
        first_and_last_day()[0] + 90 * DAY,
        False,
    )
    assert nothing_is_off()


def test_taken_back_the_rules_choose_again_and_what_was_said_stays_on_record() -> None:
    customer = anna()
    before = Profile.objects.get(pk=customer.pk).golden
    made = say(customer)

    take_back(made, by=staff("kim"))
    take_back(made, by=staff("sol"))

    assert Profile.objects.get(pk=customer.pk).golden == before
    made.refresh_from_db()
    assert (made.end, made.ended_by) == ("taken_back", staff("kim"))
    assert nothing_is_off()


@pytest.mark.parametrize("who", ["ana", "pia"])
def test_nobody_but_a_steward_may(who: str) -> None:
    customer = anna()
    made = say(customer)

    with pytest.raises(PermissionDenied):
        say(customer, "shop", SHOP, said_by=staff(who))
    with pytest.raises(PermissionDenied):
        take_back(made, by=staff(who))

    assert phone_of(customer) == CRM


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"reason": "  "}, "Say why"),
        ({"day": first_and_last_day()[0] - DAY}, "within a year"),
        ({"day": first_and_last_day()[1] + DAY}, "within a year"),
        ({"seen": "another"}, "changed while you looked"),
        ({"phone": SHOP}, "no longer says that value"),
    ],
)
def test_what_is_not_sound_is_refused_and_changes_nothing(
    facts: dict[str, Any], words: str
) -> None:
    customer = anna()

    with pytest.raises(OverrideRefused, match=words):
        say(customer, **facts)

    assert (phone_of(customer), Override.objects.exists()) == (SHOP, False)


@pytest.mark.parametrize("day", first_and_last_day())
def test_it_may_end_today_or_in_a_year(day: Any) -> None:
    assert last_day(say(anna(), day=day)) == day


def test_a_record_of_another_customer_cannot_be_preferred() -> None:
    customer, other = anna(), anna()
    with pytest.raises(OverrideRefused, match="no longer says"):
        say_override(
            customer,
            "phone",
            Preferred(record_of(other, "crm").pk, value_hash("phone", CRM)),
            form=uuid4(),
            seen=fingerprint(customer.golden["phone"]),
            reason="Mixed up.",
            day=first_and_last_day()[1],
            said_by=staff("sol"),
        )


def test_a_form_sent_twice_says_it_once() -> None:
    customer, form = anna(), UUID(int=7)

    first, second = say(customer, form=form), say(customer, form=form)

    assert first == second
    assert Override.objects.count() == 1


def test_the_second_of_two_stewards_is_told() -> None:
    customer = anna()
    seen = fingerprint(customer.golden["phone"])
    say(customer, seen=seen)

    with pytest.raises(OverrideRefused, match="changed while you looked"):
        say(customer, "shop", SHOP, seen=seen, said_by=staff("kim"))


def test_said_again_of_the_same_record_it_replaces_what_was_said_before() -> None:
    customer = anna()
    first, second = say(customer), say(customer, reason="Still his.")

    first.refresh_from_db()
    assert (first.end, first.ended_by) == ("replaced", staff("sol"))
    assert Profile.objects.get(pk=customer.pk).golden["phone"]["override"]["id"] == str(
        second.pk
    )


def test_it_follows_its_record_through_split_and_join() -> None:
    customer = anna()
    say(customer)
    kept = Profile.objects.get(pk=customer.pk).golden

    own = part(customer, "shop")
    shown = Profile.objects.get(pk=own.pk).golden["phone"]
    assert (shown["value"], shown["rule"]) == (SHOP, "only")
    assert Profile.objects.get(pk=customer.pk).golden["phone"]["rule"] == "override"

    join(customer, own)
    assert Profile.objects.get(pk=customer.pk).golden == kept
    assert nothing_is_off()


def test_joined_customers_show_what_was_said_last_and_parted_each_its_own_again() -> None:
    customer = anna()
    other = part(customer, "shop")
    say(customer)
    say(other, "shop", SHOP)
    each = [Profile.objects.get(pk=pk).golden for pk in (customer.pk, other.pk)]

    join(customer, other)
    assert phone_of(customer) == SHOP
    part(customer, "shop")

    assert [Profile.objects.get(pk=pk).golden for pk in (customer.pk, other.pk)] == each
    assert [golden["phone"]["rule"] for golden in each] == ["override", "override"]


def test_it_lapses_while_its_record_says_something_else() -> None:
    customer = anna()
    say(customer)
    rows = SourceRecord.objects.filter(pk=record_of(customer, "crm").pk)

    rows.update(attributes={"given_name": "Anna", "phone": ["+442079460009"]})
    refresh([customer.pk])
    assert phone_of(customer) == SHOP

    rows.update(attributes={"given_name": "Anna", "phone": [CRM]})
    refresh([customer.pk])
    assert phone_of(customer) == CRM


def test_it_goes_with_its_record_when_the_source_deletes_it() -> None:
    known = {"given_name": "Anna", "family_name": "Kowalska", "email": ["anna@example.org"]}
    arrive("crm", "1", updated_at=day(1), phone=[CRM], **known)
    arrive("shop", "2", updated_at=day(2), phone=[SHOP], **known)
    resolve()
    customer = Profile.objects.get(record_count=2)
    say(customer)

    depart("crm", "1", updated_at=day(3))
    resolve()
    assert not Override.objects.exists()
    assert [Profile.objects.get(record_count=1).golden["phone"]["rule"]] == ["only"]

    arrive("crm", "1", updated_at=day(4), phone=[CRM], **known)
    resolve()
    back = Profile.objects.get(record_count=2)
    assert back.golden["phone"]["rule"] == "newest"
    assert nothing_is_off()


def test_the_clock_ends_what_is_over_and_no_more() -> None:
    over, lasting = anna(), anna()
    make_overdue(say(over))
    say(lasting)
    assert (phone_of(over), ending.late()) == (CRM, 1)
    assert nothing_is_off()

    assert (tasks.end_overrides(), tasks.end_overrides()) == (1, 0)

    assert (phone_of(over), phone_of(lasting), ending.late()) == (SHOP, CRM, 0)
    ended = Override.objects.exclude(ended_at=None).get()
    assert (ended.end, ended.ended_by) == ("over", None)
    assert nothing_is_off()


def test_one_that_cannot_be_ended_does_not_keep_the_clock_from_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad, good = anna(), anna()
    make_overdue(say(bad))
    make_overdue(say(good))
    broken = record_of(bad, "crm").pk

    def fail_for_one(record_ids: Any) -> None:
        if broken in record_ids:
            raise RuntimeError
        show_anew(record_ids)

    monkeypatch.setattr(ending, "show_anew", fail_for_one)
    monkeypatch.setattr(ending, "AT_ONCE", 1)

    assert ending.end_overdue() == 1
    assert (phone_of(bad), phone_of(good)) == (CRM, SHOP)
    assert nothing_is_off()


def test_a_simulation_leaves_what_stewards_chose() -> None:
    customer = anna()
    plain = simulated("crm-first").report
    say(customer, "shop", SHOP)

    assert (plain or {})["flips"] == {"phone": 1}
    assert (simulated("crm-again").report or {})["flips"] == {}


def test_other_rules_leave_it_too() -> None:
    customer = anna()
    say(customer, "shop", SHOP)

    published()
    spreading.spread()

    shown = Profile.objects.get(pk=customer.pk)
    assert (shown.golden["phone"]["value"], shown.rules_version) == (SHOP, "crm-first")
    assert nothing_is_off()


def test_what_would_change_is_told_before_and_is_what_then_happens() -> None:
    customer = anna()
    shown, other = offers(customer, "phone")
    assert (shown.is_shown, other.is_shown) == (True, False)

    told = foretell(customer, "phone", other.preferred)
    pinned = foretell(customer, "phone", shown.preferred)
    gone = foretell(customer, "phone", Preferred(other.preferred.record, "gone"))

    assert told is not None
    assert [(flip.attribute, flip.then["value"]) for flip in told.flips] == [("phone", CRM)]
    assert told.afterwards["value"] == SHOP
    assert pinned is not None
    assert (pinned.flips, gone) == ([], None)
    assert phone_of(customer) == SHOP
    say(customer)
    assert phone_of(customer) == CRM


@pytest.mark.parametrize("column", ["value_hash", "reason", "until", "attribute"])
def test_the_database_keeps_what_was_said(column: str) -> None:
    rows = Override.objects.filter(pk=say(anna()).pk)
    other = timezone.now() + DAY if column == "until" else "another"

    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        rows.update(**{column: other})


def test_the_database_lets_it_end_once() -> None:
    made = say(anna())
    take_back(made, by=staff("sol"))

    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        Override.objects.filter(pk=made.pk).update(end="", ended_by=None, ended_at=None)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"until": end_of(first_and_last_day()[1] + 2 * DAY)}, "within_a_year"),
        ({"until": timezone.now() - DAY}, "within_a_year"),
        ({"reason": ""}, "has_its_reason"),
        ({"end": "taken_back", "ended_at": timezone.now()}, "is_known"),
    ],
)
def test_the_database_refuses_what_has_no_end_reason_or_author(
    facts: dict[str, Any], name: str
) -> None:
    made = say(anna())
    known = {"reason": "x", "said_by": staff("sol"), "until": made.until, "attribute": "email"}

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Override.objects.create(record_id=made.record_id, value_hash="x", **{**known, **facts})
    with pytest.raises(IntegrityError, match="one_standing"), transaction.atomic():
        Override.objects.create(
            record_id=made.record_id, value_hash="x", **{**known, "attribute": "phone"}
        )
