"""The past of a customer from its receipts: exactly what was, recomputed and compared."""

from datetime import timedelta

import pytest

from matching.deciding.decisions import undo
from matching.models import MergeEvent
from matching.receipts import Groups, Move
from matching.studio.moments import members_at, moment_of, moments_of, receipts_of
from profiles.models import Profile
from tests.matching.anna import three_of_anna
from tests.matching.arrivals import day, depart, profile_of, resolve, say, split
from tests.matching.pages import text
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Profile:
    """Joined, split, said to be one, taken back, and one record gone from its source."""
    crm, shop, app = three_of_anna()
    action = split(profile_of(crm), app).action
    undo(action, decided_by=staff("kim"))
    say("different", crm, shop)
    depart("app", "X-1", updated_at=day(9))
    resolve()
    return crm.birth_profile


def test_every_receipt_recomputes_to_the_hash_it_recorded(anna: Profile) -> None:
    receipts = list(MergeEvent.objects.order_by("id"))
    assert len(receipts) > 4
    profiles = Profile.objects.select_related("birth_record").in_bulk()
    told = {pk: receipts_of(profile) for pk, profile in profiles.items()}

    for row in receipts:
        for at, recorded in (
            (row.happened_at, row.hash_after),
            (row.happened_at - timedelta(microseconds=1), row.hash_before),
        ):
            profile_of = {
                record: pk
                for pk in (row.from_profile_id, row.to_profile_id)
                for record in members_at(profiles[pk], told[pk], at)
            }
            move = Move(row.from_profile_id, row.to_profile_id, tuple(row.records))
            assert Groups(profile_of).hash(move) == recorded


def test_moments_say_who_and_how_many(anna: Profile) -> None:
    birth, *changes = moments_of(anna, receipts_of(anna))

    assert (birth.at, birth.came, birth.went) == (anna.birth_record.born_at, 0, 0)
    by_people = [(str(each.who), each.came, each.went) for each in changes if each.who]
    assert by_people[:2] == [("Sol", 0, 1), ("Kim", 1, 0)]


def test_the_page_shows_a_past_moment_to_read_with_ways_before_and_after(
    anna: Profile,
) -> None:
    sol = signed_in("sol")
    moments = moments_of(anna, receipts_of(anna))
    before_the_split = next(n for n, each in enumerate(moments) if each.who) - 1

    body = text(sol.get(f"/clusters/{anna.pk}/?{moments[before_the_split].query}"))

    assert "As it was on" in body
    assert all(key in body for key in ("A-1", "S-1", "X-1"))
    assert "no longer at its source" in body
    assert "checkbox" not in body
    assert moments[before_the_split + 1].query in body
    assert moments[before_the_split - 1].query in body


def test_before_its_first_record_nothing_was_there(anna: Profile) -> None:
    body = text(signed_in("sol").get(f"/clusters/{anna.pk}/?at=2001-01-01"))

    assert "Nothing was joined here then" in body
    assert "A-1" not in body


@pytest.mark.parametrize("nonsense", ["", "soon", "2026-99-99", "2026-13-01T00:00:00Z"])
def test_nonsense_in_the_address_is_no_moment(nonsense: str) -> None:
    assert moment_of(nonsense) is None


@pytest.mark.parametrize("name", ["ana", "pia"])
def test_only_stewards_see_the_past(name: str, anna: Profile) -> None:
    assert signed_in(name).get(f"/clusters/{anna.pk}/?at=2026-01-01").status_code == 403
