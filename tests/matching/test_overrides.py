"""What stewards chose to be shown, in the history and before joins and splits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from matching.core.model_report import Outcome
from matching.rules.flips import values_that_flip
from matching.telling.history import history_of
from matching.telling.splitting import plan_split
from profiles.models import Profile, SourceRecord
from profiles.survivorship.overrides import take_back
from tests.matching.arrivals import arrive, day, resolve
from tests.matching.pages import text
from tests.profiles.test_overrides import CRM, SHOP, record_of, say
from tests.staff import signed_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_off_afterwards")]
ANNA = {"given_name": "Anna", "family_name": "Kowalska", "email": ["anna@example.org"]}


@pytest.fixture
def customer() -> Profile:
    """Two phones, of which the rules choose the newer one, the shop's."""
    arrive("crm", "1", updated_at=day(1), phone=[CRM], **ANNA)
    arrive("shop", "2", updated_at=day(2), phone=[SHOP], **ANNA)
    resolve()
    return Profile.objects.get(record_count=2)


def test_the_history_tells_who_chose_what_is_shown_and_who_took_it_back(
    customer: Profile,
) -> None:
    made = say(customer, reason="He rang from it.")
    take_back(made, by=staff("kim"))

    told = text(signed_in("sol").get(f"/c/{customer.pk}/history/"))

    assert "Phone: a value chosen to be shown until" in told
    assert "“He rang from it.”" in told
    assert told.index("Phone: the choice was taken back") < told.index("Phone: a value chosen")
    assert [str(each.who) for each in history_of(customer).entries[:2]] == ["Kim", "Sol"]


def test_looking_back_from_between_only_what_was_said_by_then_is_told(
    customer: Profile,
) -> None:
    made = say(customer)
    between = timezone.now()
    take_back(made, by=staff("kim"))

    titles = [each.title for each in history_of(customer, before=between).entries]
    assert ["chosen" in titles[0], any("taken back" in each for each in titles)] == [
        True,
        False,
    ]
    early = history_of(customer, before=made.said_at - timedelta(seconds=1))
    assert not any("chosen" in each.title for each in early.entries)


def test_a_split_foretells_what_each_part_shows_with_what_was_chosen(customer: Profile) -> None:
    arrive("desk", "3", updated_at=day(3), phone=["+442079460003"], **ANNA)
    resolve()
    say(customer)
    out = SourceRecord.objects.get(source__slug="desk")

    parts = {part.profile_id: part for part in plan_split(customer, [out.pk]).parts}

    shown = {value.label: value.after for value in parts[customer.pk].values}
    assert shown["Phone"].endswith("0001")
    (other,) = [part for pk, part in parts.items() if pk != customer.pk]
    assert {value.label: value.after for value in other.values}["Phone"].endswith("0003")


def test_what_was_chosen_of_the_part_that_leaves_leaves_with_it(customer: Profile) -> None:
    say(customer)

    parts = plan_split(customer, [record_of(customer, "crm").pk]).parts

    phones = [{value.label: value.after for value in part.values}["Phone"] for part in parts]
    assert sorted(phone[-4:] for phone in phones) == ["0001", "0002"]


def test_a_version_that_parts_records_flips_no_value_that_was_chosen(customer: Profile) -> None:
    """The CRM's record, which names the customer, shows its own phone then as before."""
    ids = list(SourceRecord.objects.order_by("source__slug").values_list("pk", flat=True))
    together, apart = clusters({0: 0, 1: 0}), clusters({0: 0, 1: 1})
    assert values_that_flip(together, apart, ids)["by_attribute"] == {"phone": 1}

    say(customer)

    assert values_that_flip(together, apart, ids)["by_attribute"] == {}


def clusters(cluster_of: dict[int, int]) -> Outcome:
    nothing = frozenset[tuple[int, int]]()
    return Outcome(nothing, nothing, cluster_of, {}, 0.0, 0.0, 0, {})
