"""The brief: six lines of plain text, masked as the page is."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from profiles.models import Profile
from tests.consent.statements import say
from tests.matching.pairs import make_pair
from tests.profiles.customers import make_customer, make_event, make_object, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
PLAIN = {"Accept": "text/plain"}


@pytest.fixture
def anna() -> Profile:
    shop = make_record(
        "shop", given_name="Anna", family_name="Kowalska", phone=["+447700900909"],
        email=["anna.kowalska@example.com"], birth_date="1984-03-02",
    )  # fmt: skip
    return make_customer(shop, make_record("crm", given_name="Ann"))


def brief(profile: Profile, by: str = "ana") -> list[str]:
    with time_machine.travel(NOW, tick=False):
        answer = signed_in(by).get(f"/c/{profile.pk}/brief/", headers=PLAIN)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    return str(answer.content.decode()).split("\n")


def test_six_lines_say_who_what_is_open_and_whether_we_may_contact(anna: Profile) -> None:
    record, ticket = anna.birth_record, {"object_namespace": "shop:ticket", "object_id": "T-1"}
    make_event(
        record, "ticket", occurred_at=NOW - timedelta(days=4), object_state="open",
        text="Where is my lamp?", properties={"priority": "complaint"}, **ticket,
    )  # fmt: skip
    at = NOW - timedelta(days=4)
    make_object(record, "T-1", "ticket", state="open", state_at=at, opened_at=at)
    make_object(record, "HP-7", amount_minor=8400, currency="GBP", state="in_transit")
    say(record, True, 1, "email")

    who, sure, is_open, orders, said, contact = brief(anna)

    assert who == f"Anna Kowalska, {anna.pk}"
    assert sure == "Under review, 2 records from Shop, Crm"
    assert is_open == "Open: Open complaint T-1"
    assert orders.startswith("Last orders: HP-7 £84.00 in transit ")
    assert said.startswith("Said last: “Where is my lamp?” (Ticket, ")
    assert "Marketing: e-mail" in contact


def test_a_brief_of_somebody_without_a_story_has_its_six_lines(anna: Profile) -> None:
    lines = brief(anna)

    assert len(lines) == 6
    assert lines[2] == "Open: nothing needs attention now"
    assert lines[3] == "Last orders: none"
    assert "Marketing: no" in lines[5]


def test_masked_values_are_not_in_it_even_where_somebody_wrote_them_down(anna: Profile) -> None:
    said = "Ring me on 07700 900909,\nborn 1984-03-02"
    make_event(anna.birth_record, "call", occurred_at=NOW - timedelta(days=1), text=said)

    text = "\n".join(brief(anna))

    for secret in ("900909", "1984-03-02"):
        assert secret not in text
    assert len(text.split("\n")) == 6


def test_nothing_of_a_possible_match_is_in_it(anna: Profile) -> None:
    other = make_record("desk", given_name="Anne")
    make_customer(other)
    make_pair(anna.birth_record, other)
    make_event(other, "call", occurred_at=NOW - timedelta(days=1), text="Secret of Anne")
    make_object(other, "HP-99")

    text = "\n".join(brief(anna))

    assert "Secret" not in text
    assert "HP-99" not in text


def test_without_javascript_it_is_a_page_with_a_text_to_select(anna: Profile) -> None:
    answer = signed_in("ana").get(f"/c/{anna.pk}/brief/", headers={"Accept": "text/html,*/*"})

    assert answer["Content-Type"].startswith("text/html")
    assert answer["Vary"].count("Accept") >= 1
    assert f"Anna Kowalska, {anna.pk}" in answer.content.decode()
    assert "<textarea" in answer.content.decode()


def test_who_may_not_see_customers_gets_no_brief(anna: Profile) -> None:
    for name in ("otto", "ada"):
        answer = signed_in(name).get(f"/c/{anna.pk}/brief/", headers=PLAIN)

        assert answer.status_code == 403
        assert "Kowalska" not in answer.content.decode()


def test_the_page_of_a_customer_offers_it(anna: Profile) -> None:
    body = signed_in("ana").get(f"/c/{anna.pk}/").content.decode()

    assert f'data-copy="/c/{anna.pk}/brief/"' in body
    assert 'data-key="b"' in body
