"""Before records leave, move or are sorted anew: what each customer would then allow."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.utils import timezone

from consent import foretelling
from consent.models import EffectivePermission
from consent.permitting.drift import drift
from consent.permitting.effect import permissions_after, worlds_of
from consent.permitting.evidence import rules_now
from consent.permitting.fold import permissions
from consent.permitting.rows import stored
from matching.deciding.decisions import record_words
from matching.deciding.holds import preview_unlock
from matching.deciding.preview import Preview, preview_split
from matching.groups.deciding import plan_groups
from matching.studio.moving import move_records, plan_move
from matching.telling.splitting import plan_split
from profiles.models import Profile, SourceRecord
from tests.consent.statements import say
from tests.matching.arrivals import arrive, lock, profile_of, resolve, split, unlock
from tests.matching.arrivals import say as decide
from tests.matching.pages import HTMX, text
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Kowalska"}
Records = tuple[SourceRecord, SourceRecord, SourceRecord]


@pytest.fixture
def records() -> Records:
    """The shop's took its yes back, the desk's said yes later; both are one customer. The
    till's is somebody else, who said yes."""
    shop = arrive("shop", "S-1", email=["anna@example.org"], **ANNA)
    desk = arrive("crm", "C-1", email=["a.kowalska@example.net"], **ANNA)
    till = arrive("till", "T-1", email=["boris@example.com"], given_name="Boris")
    resolve()
    say(shop, "withdrawn", on=1)
    say(desk, True, on=2)
    say(till, True, on=2)
    decide("same", shop, desk)
    return shop, desk, till


def answers(found: Mapping[Any, Any]) -> dict[Any, Any]:
    return {
        key: (each.allowed, each.reason, each.record, each.entry) for key, each in found.items()
    }


def check(planned: Preview, act: Callable[[], object]) -> None:
    """What is foretold of a plan is what is stored once it is carried out."""
    now, rules = timezone.now(), rules_now()
    _before, after = worlds_of(planned)
    foretold = {
        (profile, *key): answer
        for profile, customer in after.items()
        for *key, answer in permissions(customer, at=now, rules=rules)
    }
    act()
    assert foretold
    assert answers(stored(list(after))) == answers(foretold)
    assert list(drift()) == []


def test_what_is_foretold_of_a_split_is_what_it_does(records: Records) -> None:
    shop, desk, _till = records
    profile = profile_of(shop)
    check(preview_split(profile, [desk.pk]), lambda: split(profile, desk))


def test_what_is_foretold_of_a_move_is_what_it_does(records: Records) -> None:
    shop, desk, till = records
    profile, target = profile_of(shop), profile_of(till)
    planned = plan_move(profile, [desk.pk], target).preview

    def move() -> None:
        move_records(
            profile,
            [desk.pk],
            target,
            reason="his",
            decided_by=staff("sol"),
            seen=planned.fingerprint,
        )

    check(planned, move)
    assert profile_of(desk) == profile_of(till)


def test_what_is_foretold_of_groups_is_what_they_do(records: Records) -> None:
    shop, desk, till = records
    plan = plan_groups([[shop.pk], [desk.pk, till.pk]])
    ids = [record.pk for record in records]
    check(
        plan.preview,
        lambda: record_words(ids, lambda world: plan.words, decided_by=staff("sol")),
    )


def test_what_is_foretold_of_a_lock_that_comes_off_is_what_it_does() -> None:
    shop = arrive("shop", "S-1", email=["anna.kowalska@example.org"], **ANNA)
    resolve()
    lock(profile_of(shop))
    new = arrive("crm", "C-1", email=["anna.kowalska@example.org"], **ANNA)
    resolve()
    say(new, True, on=2)
    profile = profile_of(shop)

    check(preview_unlock(profile), lambda: unlock(profile))

    assert profile_of(new) == profile_of(shop)


def test_each_side_of_a_split_names_what_changes_and_what_does_not(records: Records) -> None:
    shop, desk, _till = records
    split(profile_of(shop), desk)
    decide("same", shop, desk)  # the later yes lifts the no again
    planned = preview_split(profile_of(shop), [desk.pk])
    before = list(EffectivePermission.objects.order_by("pk").values())

    told = permissions_after(planned)

    marketing = {
        profile: [each for each in found if each.purpose.key == "marketing"]
        for profile, found in told.items()
    }
    (leaves,) = marketing[desk.birth_profile.pk]
    (stays,) = marketing[shop.birth_profile.pk]
    assert (leaves.after.allowed, leaves.changes) == (True, False)
    assert (stays.after.allowed, stays.changes, stays.was_allowed) == (False, True, True)
    assert list(EffectivePermission.objects.order_by("pk").values()) == before


def preview(name: str, profile: Profile, record: SourceRecord) -> str:
    data = {"step": "preview", "records": [record.pk]}
    return text(signed_in(name).post(f"/clusters/{profile.pk}/", data, headers=HTMX))


def test_stewards_see_it_beside_each_customer_of_the_preview(records: Records) -> None:
    shop, desk, till = records
    sol = signed_in("sol")
    link = f"/clusters/{profile_of(shop).pk}/"

    split_page = preview("sol", profile_of(shop), desk)
    data = {"step": "move", "records": [desk.pk], "target": profile_of(till).pk}
    move_page = text(sol.post(link, data, headers=HTMX))

    assert split_page.count("Contact then") == 2
    assert re.search(r"Marketing, E-mail: Allowed → <strong>Not allowed</strong>", split_page)
    assert move_page.count("Contact then") == 2


def test_a_plan_knows_the_preview_it_was_made_from(records: Records) -> None:
    shop, desk, _till = records

    plan = plan_split(profile_of(shop), [desk.pk])

    assert plan.seen == plan.preview.fingerprint
    assert not any(part.foretold for part in plan.parts)  # by the page, for its reader


def test_who_may_not_know_about_contact_is_told_nothing(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foretelling, "SEE_ANSWER", "consent.something_nobody_may")

    assert "Contact then" not in preview("sol", profile_of(records[0]), records[1])
