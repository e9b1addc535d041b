"""Masked values: hidden everywhere until asked for with a reason, logged, and masked again."""

import gzip
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from consent.models import AccessEntry
from matching.deciding.preview import fingerprint
from matching.reports.making import report_records
from profiles.corrections import propose_correction, value_hash
from profiles.desk.values import joined_records
from profiles.models import Profile
from tests.profiles.customers import (
    make_customer,
    make_event,
    make_record,
    may_hold,
    value_of,
)
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PHONE = "7700 900909"


@pytest.fixture
def anna() -> Profile:
    shop = make_record(
        "shop",
        given_name="Anna",
        family_name="Kowalska",
        phone=["+447700900909"],
        birth_date="1984-03-02",
    )
    crm = make_record("crm", given_name="Ann", phone=["+447700900111"])
    make_event(shop, "call", text="Ring her on 07700 900 909 about the parcel")
    lost = value_of(crm, "+447700900111", reason="older")
    return make_customer(shop, crm, phone=value_of(shop, "+447700900909", losers=[lost]))


@pytest.fixture
def ana() -> Client:
    return signed_in("ana")


def show(ana: Client, profile: Profile, attribute: str = "phone", **posted: str) -> Any:
    return ana.post(f"/c/{profile.pk}/reveal/{attribute}/", posted, headers=HTMX)


def digits(answer: Any) -> str:
    return "".join(sign for sign in answer.content.decode() if sign.isdigit())


def entries() -> list[tuple[str, list[str], str]]:
    found = AccessEntry.objects.order_by("at", "chain", "seq")
    return [(each.action, each.fields, each.reason) for each in found]


@pytest.mark.parametrize("path", ["", "field/phone/", "timeline/", "reveal/phone/"])
def test_before_it_is_asked_for_a_page_holds_only_its_end(
    ana: Client, anna: Profile, path: str
) -> None:
    answer = ana.get(f"/c/{anna.pk}/{path}")

    assert "•••• 0909" in answer.content.decode()
    assert "7700900" not in digits(answer)
    assert "1984" not in answer.content.decode()


def test_the_reason_is_asked_before_anything_is_shown(ana: Client, anna: Profile) -> None:
    answer = show(ana, anna)

    assert "Why do you need Phone?" in answer.content.decode()
    assert PHONE not in answer.content.decode()
    assert entries() == [("view", [], "")]


@pytest.mark.parametrize("posted", [{"reason": "none"}, {"reason": "other", "words": " "}])
def test_without_a_reason_that_says_something_nothing_is_shown(
    ana: Client, anna: Profile, posted: dict[str, str]
) -> None:
    answer = show(ana, anna, **posted)

    assert answer.status_code == 422
    assert PHONE not in answer.content.decode()
    assert [action for action, _fields, _reason in entries()] == ["view"]


def test_with_a_reason_the_value_is_shown_and_the_log_says_why(
    ana: Client, anna: Profile
) -> None:
    answer = show(ana, anna, reason="other", words="Parcel at the neighbour's")

    assert PHONE in answer.content.decode()
    assert entries() == [("reveal", ["phone"], "Parcel at the neighbour's")]


def test_the_reason_holds_for_the_customer_and_the_session(ana: Client, anna: Profile) -> None:
    other = make_customer(make_record("shop", given_name="Bea", phone=["+447700900222"]))
    show(ana, anna, reason="asks")

    again, elsewhere = show(ana, anna, "birth_date"), show(ana, other)

    assert "2 March 1984" in again.content.decode()
    assert entries()[1] == ("reveal", ["birth_date"], "The customer asks about it")
    assert "Why do you need" in elsewhere.content.decode()
    assert "Why do you need" in show(signed_in("ana"), anna).content.decode()


def test_showing_one_value_shows_no_other(ana: Client, anna: Profile) -> None:
    assert "1984" not in show(ana, anna, reason="asks").content.decode()
    assert "1984" not in ana.get(f"/c/{anna.pk}/").content.decode()


def test_the_reasons_show_the_values_that_lost_only_on_demand(
    ana: Client, anna: Profile
) -> None:
    before = ana.get(f"/c/{anna.pk}/field/phone/", headers=HTMX)
    after = show(ana, anna, reason="asks", place="field")

    assert "•••• 0111" in before.content.decode()
    assert "7700900" not in digits(before)
    assert {"7700 900909", "7700 900111"} <= set(_phones(after))


def _phones(answer: Any) -> list[str]:
    return [part[1:12] for part in answer.content.decode().split("+44")[1:]]


def test_the_server_decides_when_a_value_is_masked_again(ana: Client, anna: Profile) -> None:
    until = int(time.time()) + 60
    path = f"/c/{anna.pk}/reveal/phone/?until={until}"

    assert ana.get(path, headers=HTMX).status_code == 204
    with time_machine.travel(until + 1):
        late = ana.get(path, headers=HTMX)

    assert "•••• 0909" in late.content.decode()
    assert "hx-trigger" not in late.content.decode()


@pytest.mark.parametrize("until", ["", "soon", "-1", "9" * 400, "²"])
def test_a_get_shows_nothing_whatever_it_says(ana: Client, anna: Profile, until: str) -> None:
    answer = ana.get(f"/c/{anna.pk}/reveal/phone/?until={until}&reason=asks", headers=HTMX)

    assert "7700900" not in digits(answer)


def test_a_page_opened_again_is_masked_again(ana: Client, anna: Profile) -> None:
    show(ana, anna, reason="asks")

    assert "7700900" not in digits(ana.get(f"/c/{anna.pk}/"))


def test_without_javascript_a_page_shows_it_once_and_leaves(ana: Client, anna: Profile) -> None:
    path = f"/c/{anna.pk}/reveal/phone/"

    asked = ana.post(path)
    answer = ana.post(path, {"reason": "contact"})

    assert "<html" in asked.content.decode()
    assert "Refresh" not in asked
    assert PHONE in answer.content.decode()
    assert answer["Refresh"] == f"60; url=/c/{anna.pk}/"


def test_what_the_customer_lacks_cannot_be_shown(ana: Client, anna: Profile) -> None:
    assert show(ana, anna, "identifiers.passport", reason="asks").status_code == 404


def test_whoever_may_not_see_customers_is_refused(anna: Profile) -> None:
    answer = show(signed_in("otto"), anna, reason="asks")

    assert answer.status_code == 403
    assert entries() == []


def test_a_text_shows_what_surrounds_a_masked_value(ana: Client, anna: Profile) -> None:
    body = ana.get(f"/c/{anna.pk}/").content.decode()

    assert "Ring her on •••• 0909 about the parcel" in body


@pytest.mark.parametrize(
    "guess", ["07700 900 909", "07700 9", "7700", "900 90", "her on 0", "9 about", "2/3/84"]
)
def test_a_find_in_the_timeline_confirms_no_guess_of_a_masked_value(
    ana: Client, anna: Profile, guess: str
) -> None:
    make_event(anna.birth_record, "note", text="Born 2/3/84, says her mother")
    found = ana.post(f"/c/{anna.pk}/timeline/", {"find": guess}, headers=HTMX)

    body = found.content.decode()
    assert "Nothing fits these filters" in body
    assert 'aria-current="true"' not in body or "Calls" not in body


@pytest.mark.parametrize("words", ["ring HER on", "about the parcel"])
def test_a_find_still_meets_what_surrounds_a_masked_value(
    ana: Client, anna: Profile, words: str
) -> None:
    found = ana.post(f"/c/{anna.pk}/timeline/", {"find": words}, headers=HTMX)

    body = found.content.decode()
    assert "Nothing fits these filters" not in body
    assert "•••• 0909" in body


def test_what_needs_attention_quotes_no_masked_value(ana: Client, anna: Profile) -> None:
    until = (timezone.now() + timedelta(days=9)).date().isoformat()
    records = joined_records(anna)
    for record, code in zip(records, ("A10", "B20"), strict=True):
        filler = "x" * 82  # a text is cut within the number
        make_event(
            record, "message", occurred_at=timezone.now() - timedelta(days=1),
            text=f"{filler} 07700 900 909 or 07700 900 111",
            properties={"offer_code": code, "valid_until": until},
        )  # fmt: skip

    page, part = ana.get(f"/c/{anna.pk}/"), ana.get(f"/c/{anna.pk}/attention/", headers=HTMX)

    for answer in (page, part):
        assert "offers" in answer.content.decode()
        assert "07700" not in answer.content.decode()


def test_what_the_customer_told_us_and_notes_quote_no_masked_value(
    ana: Client, anna: Profile
) -> None:
    told = {"occurred_at": timezone.now() - timedelta(days=1)}
    make_event(anna.birth_record, "chat", text=f"{'y' * 268} 07700 900 909 is mine", **told)
    ana.post(f"/c/{anna.pk}/notes/", {"text": "On 07700-900909 after six", "key": str(uuid4())})

    for path in ("", "notes/"):
        body = ana.get(f"/c/{anna.pk}/{path}")
        assert "•••• 0909 after six" in body.content.decode()
        assert "07700" not in body.content.decode()


@pytest.mark.parametrize(
    ("facts", "is_limited"),
    [
        ({"basis": "legal_obligation"}, True),
        ({"basis": "consent", "special_condition": "9(2)(a)"}, True),
        ({"basis": "contract"}, False),
        ({}, False),
    ],
)
def test_use_is_said_to_be_limited_by_law_only_where_it_is(
    ana: Client, anna: Profile, facts: dict[str, str], is_limited: bool
) -> None:
    if facts:
        may_hold(anna.birth_record.source, "phone", **facts)

    body = ana.get(f"/c/{anna.pk}/field/phone/", headers=HTMX).content.decode()

    assert ("Use limited by law" in body) == is_limited
    assert ("None declared" in body) == (not facts)


def test_a_value_held_for_a_free_purpose_too_is_not_limited(ana: Client, anna: Profile) -> None:
    source = anna.birth_record.source
    may_hold(source, "phone", basis="legal_obligation")
    may_hold(source, "phone", basis="consent", purpose_id="marketing")

    body = ana.get(f"/c/{anna.pk}/field/phone/", headers=HTMX).content.decode()

    assert "Use limited by law" not in body


def test_a_popover_with_many_losers_stays_small(ana: Client, anna: Profile) -> None:
    record = anna.birth_record
    losers = [value_of(record, f"+4477009001{n:02}", reason="older") for n in range(12)]
    anna.golden["phone"]["losers"] = losers
    anna.save()
    may_hold(record.source, "phone", reference="x" * 80)

    answer = ana.get(f"/c/{anna.pk}/field/phone/", headers=HTMX)

    assert answer.content.count(b"<li>") >= 12
    assert len(gzip.compress(answer.content)) <= 3 * 1024


def test_the_session_keeps_no_value_and_few_customers(ana: Client) -> None:
    customers = [
        make_customer(make_record("shop", given_name="Bea", phone=["+447700900909"]))
        for _ in range(22)
    ]
    for each in customers:
        show(ana, each, reason="asks")

    kept = ana.session["reasons"]
    assert list(kept) == [each.pk for each in customers[2:]]
    assert "900909" not in str(dict(ana.session.items()))


def test_a_shown_value_keeps_what_is_said_against_it(ana: Client, anna: Profile) -> None:
    record = anna.birth_record
    propose_correction(
        anna,
        "phone",
        form=uuid4(),
        seen=value_hash("phone", anna.golden["phone"]),
        proposed_by=staff("sol"),
        value={},
        why="misspelt",
        said_by="customer",
        words="",
    )
    members = [each.pk for each in joined_records(anna)]
    report_records(
        anna,
        {record.pk: []},
        form=uuid4(),
        why="person",
        words="",
        reported_by=staff("sol"),
        seen=fingerprint(members),
    )

    shown = show(ana, anna, reason="asks").content.decode()

    assert "7700 900909" in shown
    assert 'class="detail suspect"' in shown
    assert "Reported wrong" in shown
