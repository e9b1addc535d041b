"""The copy of all that is held about a person: theirs alone, with what colleagues wrote."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from consent.models import AccessEntry
from consent.own_data.left_out import HANDED_OVER, LEFT_OUT, OF_NOBODY
from consent.own_data.telling import section
from profiles.models import CorrectionProposal, Override, Profile, RecordVersion, SourceRecord
from profiles.signals import RecordChange, records_changed
from profiles.survivorship.overrides import take_back
from tests.consent.statements import say as state
from tests.matching.arrivals import arrive, day, depart, resolve
from tests.matching.pages import text
from tests.profiles.customers import make_customer, make_event, make_record, may_hold
from tests.profiles.survivors import anna, bo
from tests.profiles.test_overrides import CRM, join, part, record_of, say
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
APPS = ("c360", "profiles", "matching", "consent")
WHY = "Request 17"


def ask(
    profile: Profile, read_by: str = "file", who: str = "pia", reason: str = WHY, **headers: str
) -> Any:
    body = {"reason": reason, "read_by": read_by}
    return signed_in(who).post(f"/c/{profile.pk}/own-data/", body, headers=headers)


def copy_of(profile: Profile) -> dict[str, Any]:
    answer = ask(profile)
    assert answer.status_code == 200
    return dict(json.loads(answer.content))


def report_of(profile: Profile) -> str:
    answer = ask(profile, "report")
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode().replace("<d", " <d")).split())


def german() -> Client:
    browser = signed_in("pia")
    browser.post("/preferences/", {"language": "de"})
    return browser


def test_a_value_that_a_steward_chose_stands_with_who_when_why_and_on_what_basis() -> None:
    customer = anna()
    may_hold(record_of(customer, "crm").source, "phone")
    made = say(customer)

    (choice,) = copy_of(customer)["choices"]

    assert {key: choice[key] for key in ("attribute", "value", "is_shown", "by", "reason")} == {
        "attribute": "phone",
        "value": CRM,
        "is_shown": True,
        "by": ["Data stewards"],
        "reason": "He rang from it.",
    }
    assert choice["at"][:19] == made.said_at.isoformat()[:19]
    assert choice["until"][:19] == made.until.isoformat()[:19]
    assert [(each["basis"], each["retention_days"]) for each in choice["bases"]] == [
        ("Contract", 365)
    ]


def test_the_report_tells_the_choice_in_words_and_names_no_colleague() -> None:
    customer = anna()
    made = say(customer)
    take_back(made, by=staff("kim"))

    told = report_of(customer)

    assert "Values that stewards chose" in told
    assert "He rang from it." in told
    assert "Taken back" in told
    assert "Data stewards" in told
    assert not any(name in told for name in ("Sol", "Kim"))


@pytest.mark.parametrize("who", ["ana", "sol", "ada", "otto"])
def test_nobody_but_a_privacy_officer_gets_a_copy(who: str) -> None:
    customer = anna()

    for answer in (ask(customer, who=who), signed_in(who).get(f"/c/{customer.pk}/own-data/")):
        assert answer.status_code == 403
        assert CRM not in answer.content.decode()


def test_the_page_says_what_is_left_out_and_why_before_anything_is_handed_over() -> None:
    customer = anna()

    told = text(signed_in("pia").get(f"/c/{customer.pk}/own-data/"))

    assert "Names of colleagues" in told
    assert "They are data of theirs." in told
    assert CRM not in told


def test_without_saying_what_for_nothing_is_handed_over() -> None:
    customer = anna()

    answer = ask(customer, reason=" ")

    assert answer.status_code == 422
    assert CRM not in answer.content.decode()
    assert not AccessEntry.objects.filter(action="export").exists()


def test_a_copy_is_an_export_in_the_access_log_with_what_it_was_for() -> None:
    customer = anna()

    copy_of(customer)

    entry = AccessEntry.objects.get(action="export")
    assert (entry.profiles, entry.reason) == ([customer.pk], WHY)


def test_a_choice_goes_with_its_record_into_the_copy_of_whoever_has_it() -> None:
    customer = anna()
    say(customer, "crm", CRM)
    own = part(customer, "crm") if customer.birth_record.source.slug != "crm" else customer
    other = part(customer, "shop") if own == customer else customer

    assert [len(copy_of(each)["choices"]) for each in (own, other)] == [1, 0]
    assert "He rang from it." not in ask(other).content.decode()

    join(own, other)
    assert len(copy_of(own)["choices"]) == 1


def test_nothing_of_somebody_else_is_in_a_copy() -> None:
    customer, other = anna(), bo()
    say(customer)
    make_event(record_of(customer, "crm"), "call", text="Where is my parcel?")

    handed = ask(other).content.decode()

    assert "+442079460003" in handed
    assert not any(each in handed for each in (CRM, "Anna", "rang from it", "parcel"))


def test_a_choice_is_gone_from_the_copy_with_the_record_its_source_deletes() -> None:
    known = {"given_name": "Anna", "family_name": "Kowalska", "email": ["anna@example.org"]}
    arrive("crm", "1", updated_at=day(1), phone=[CRM], **known)
    arrive("shop", "2", updated_at=day(2), phone=["+442079460002"], **known)
    resolve()
    say(Profile.objects.get(record_count=2))

    depart("crm", "1", updated_at=day(3))
    resolve()

    handed = ask(Profile.objects.get(record_count=1)).content.decode()
    assert "+442079460002" in handed
    assert not any(each in handed for each in (CRM, "He rang from it."))


def test_an_erased_record_takes_what_was_chosen_and_proposed_with_it() -> None:
    customer = anna()
    say(customer)
    erased = record_of(customer, "crm")
    CorrectionProposal.objects.create(
        record=erased, attribute="phone", why="never", said_by="staff", proposed_by=staff("ana")
    )

    SourceRecord.objects.filter(pk=erased.pk).update(erased_at=timezone.now(), attributes={})
    erased.refresh_from_db()
    records_changed.send(sender=None, changes=[RecordChange(erased, {}, ())])

    assert (Override.objects.count(), CorrectionProposal.objects.count()) == (0, 0)
    assert "He rang from it." not in ask(customer).content.decode()


def test_a_choice_whose_value_is_said_no_more_is_told_from_what_was_said_before() -> None:
    customer = anna()
    record = record_of(customer, "crm")
    RecordVersion.objects.create(
        record=record, content_hash="x", payload={}, attributes=record.attributes,
        received_at=record.received_at,
    )  # fmt: skip
    say(customer)
    SourceRecord.objects.filter(pk=record.pk).update(attributes={"given_name": "Anna"})

    assert copy_of(customer)["choices"][0]["value"] == CRM

    RecordVersion.objects.all().delete()
    assert copy_of(customer)["choices"][0]["value"] is None


def test_statements_and_who_looked_are_told_by_role() -> None:
    customer = make_customer(make_record("shop", given_name="Anna", email=["anna@example.org"]))
    state(customer.birth_record, True)
    signed_in("ana").get(f"/c/{customer.pk}/")

    told = copy_of(customer)

    assert [each["decision"] for each in told["statements"]] == ["granted"]
    seen = told["readers"][0]
    assert (seen["by"], seen["page"]) == (["Service agents"], "profiles:customer")
    assert "Customer page" in report_of(customer)


def test_an_officer_who_reads_german_gets_a_german_report_and_the_same_codes() -> None:
    customer = anna()
    say(customer)
    browser = german()
    body = {"reason": WHY, "read_by": "report"}

    told = text(browser.post(f"/c/{customer.pk}/own-data/", body))

    assert "Datenpflege gewählt" in told
    assert "Data stewards" not in told
    file = browser.post(f"/c/{customer.pk}/own-data/", {**body, "read_by": "file"})
    assert json.loads(file.content)["choices"][0]["by"] == ["Data stewards"]


def test_every_table_is_handed_over_left_out_with_a_reason_or_about_nobody() -> None:
    places = [HANDED_OVER, OF_NOBODY, *(each.tables for each in LEFT_OUT)]
    known = [name for place in places for name in place]
    stored = {
        model._meta.label for app in APPS for model in apps.get_app_config(app).get_models()
    }

    assert set(known) == stored
    assert len(known) == len(set(known))


def test_the_report_says_what_a_record_holds_in_the_words_of_the_customer_page() -> None:
    home = {"line1": "2 Mill Lane", "city": "Leeds", "postal_code": "LS1 4AB"}
    customer = make_customer(
        make_record(
            birth_date="1984-03-02",
            phone=["+447700900111"],
            address=home,
            identifiers={"loyalty_card": ["77"]},
            verified=["phone"],
        )
    )

    told = report_of(customer)

    for words in ("Born 2 March 1984", "+44 7700 900111", "Loyalty card 77", "Verified Phone"):
        assert words in told
    assert "2 Mill LaneLeedsLS1 4AB" in told  # in lines of its own
    assert "postal_code" not in told


def test_the_report_says_amounts_as_people_write_them_and_the_file_exactly() -> None:
    customer = make_customer(make_record())
    make_event(customer.birth_record, "order", amount_minor=8400, currency="GBP")

    assert "£84.00" in report_of(customer)
    assert copy_of(customer)["events"][0]["amount_minor"] == 8400


def test_the_report_tells_whatever_an_event_says_under_names_of_its_source() -> None:
    customer = make_customer(make_record())
    said = {
        "verified": True,
        "birth_date": "2024-02-31",
        "address": {"street": "Mill Lane 2"},
        "items": [{"sku": "A-17", "gift": False}],
    }
    make_event(customer.birth_record, "order", currency="GBP", properties=said)

    told = report_of(customer)

    for words in ("verified yes", "birth_date 2024-02-31", "Mill Lane 2", "A-17", "GBP"):
        assert words in told


def test_columns_of_one_name_keep_what_is_said_in_both() -> None:
    told = section("", [{"basis": "Contract", "bases": ["Consent"]}])

    assert [line.text for line in told.rows[0]] == ["Contract", "Consent"]


def test_an_address_with_parts_nobody_knows_is_told_whole() -> None:
    home = {"line1": "2 Mill Lane", "floor": "third"}
    told = section("", [{"attributes": {"address": home, "verified": "email"}}])

    (line,) = told.rows[0]
    assert [fact.text for fact in line.facts] == ["2 Mill Lane", "third", "email"]
