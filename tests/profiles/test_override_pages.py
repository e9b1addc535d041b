"""Choosing what is shown, on pages and by call: a steward does, everybody is told."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consent.models import AccessEntry
from profiles.announcing import signal_of
from profiles.models import Override, Profile, SourceRecord
from profiles.survivorship.overrides import DAY, first_and_last_day
from tests.announced import Published
from tests.matching.pages import HTMX, Answer, text
from tests.profiles.survivors import NEXT_DAY, a_customer, a_record, anna, phone_of
from tests.profiles.test_overrides import CRM, SHOP, make_overdue, say
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
REASON = "He rang from it twice."
SAY, LOOK = {"step": "say"}, {"step": "look"}


def page_of(profile: Profile, attribute: str = "phone") -> str:
    return f"/c/{profile.pk}/choose/{attribute}/"


def form_of(browser: Client, profile: Profile, which: int = 1) -> dict[str, str]:
    """The form as it comes, with one of its values picked: the first is shown already."""
    body = browser.get(page_of(profile)).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body))
    values = re.findall(r'name="value" id="offer-\d+" value="([^"]*)"', body)
    until = re.findall(r'name="until" value="([^"]*)"', body)
    assert until
    return {
        **{name: hidden[name] for name in ("id", "seen")},
        "value": values[which],
        "until": until[0],
        "reason": REASON,
        "step": "say",
    }


def send(
    who: str, profile: Profile, facts: Mapping[str, str] = SAY, *, which: int = 1
) -> Answer:
    browser = signed_in(who)
    return browser.post(page_of(profile), {**form_of(browser, profile, which), **facts})


def popover(who: str, profile: Profile, attribute: str = "phone") -> str:
    return text(signed_in(who).get(f"/c/{profile.pk}/field/{attribute}/"))


def test_sol_sees_what_would_change_before_anything_is_said() -> None:
    customer = anna()

    sent = send("sol", customer, {**LOOK, "reason": "", "until": ""})

    assert sent.status_code == 200
    assert "<del>" in text(sent)
    assert "0002</span>" in text(sent)
    assert "When the choice ends, as things are now:" in text(sent)
    assert (phone_of(customer), Override.objects.exists()) == (SHOP, False)


def test_as_a_fragment_only_what_would_change_comes() -> None:
    customer, sol = anna(), signed_in("sol")
    form = form_of(sol, customer) | {"step": "look"}

    sent = sol.post(page_of(customer), form, headers=HTMX)

    assert sent.content.decode().lstrip().startswith('<div id="foretold"')
    assert "HX-Request" in sent["Vary"]


def test_to_keep_what_is_shown_changes_nothing_now_and_says_so() -> None:
    assert "Nothing changes now" in text(send("sol", anna(), LOOK, which=0))


def test_sol_has_a_value_shown_and_everybody_is_told_why_and_until_when() -> None:
    customer = anna()

    sent = send("sol", customer)

    assert sent["Location"] == f"/c/{customer.pk}/"
    assert phone_of(customer) == CRM
    until = f"{first_and_last_day()[0] + 90 * DAY:%-d %b %Y}"
    for who in ("sol", "ana", "pia"):
        told = popover(who, customer)
        assert "A steward chose this value." in told
        assert f"Chosen by Sol on {timezone.localdate():%-d %b %Y}, until {until}:" in told
        assert f"“{REASON}”" in told
        assert "The rules would go by it; a steward chose another value." in told


def test_sol_takes_it_back() -> None:
    customer = anna()
    made = say(customer)

    sent = signed_in("sol").post(f"/c/{customer.pk}/choices/{made.pk}/take-back/")

    assert sent["Location"] == f"/c/{customer.pk}/"
    assert phone_of(customer) == SHOP
    assert "Chosen by" not in popover("sol", customer)


@pytest.mark.parametrize("who", ["ana", "pia"])
def test_nobody_else_finds_the_control_or_may_use_it(who: str) -> None:
    customer = anna()
    made = say(customer)
    form = form_of(signed_in("sol"), customer)
    browser = signed_in(who)

    told = popover(who, customer)
    answers = [
        browser.get(page_of(customer)),
        browser.post(page_of(customer), form),
        browser.post(f"/c/{customer.pk}/choices/{made.pk}/take-back/"),
    ]

    assert "Choose what is shown" not in told
    assert "Take back" not in told
    assert [each.status_code for each in answers] == [403, 403, 403]
    assert phone_of(customer) == CRM
    for control in ("Choose what is shown", "Take back"):
        assert control in popover("sol", customer)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"reason": " "}, "Say why: the reason is kept with the choice."),
        ({"until": ""}, "Choose a last day from today on, within a year."),
        ({"until": "2020-01-01"}, "Choose a last day from today on, within a year."),
        ({"until": "2099-01-01"}, "Choose a last day from today on, within a year."),
        ({"until": "soon"}, "Write the last day as in 2026-05-31."),
        ({"value": ""}, "Choose the value that is to be shown."),
        ({"value": "x"}, "Choose the value that is to be shown."),
        ({"id": "x"}, "valid UUID"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(
    facts: dict[str, str], words: str
) -> None:
    customer = anna()

    sent = send("sol", customer, facts)

    assert sent.status_code == 422
    assert words in text(sent)
    if "reason" not in facts:
        assert f'value="{REASON}"' in text(sent)
    if "value" not in facts:
        assert " checked" in text(sent)
    assert not Override.objects.exists()


def test_a_customer_changed_meanwhile_is_shown_as_it_is_now_and_can_be_said_again() -> None:
    customer, sol = anna(), signed_in("sol")
    form = form_of(sol, customer)
    say(customer, "shop", SHOP, said_by=staff("kim"))

    sent = sol.post(page_of(customer), form)

    assert sent.status_code == 409
    assert "This value changed while you looked. Nothing was saved." in text(sent)
    assert f'value="{REASON}"' in text(sent)
    assert phone_of(customer) == SHOP
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', sent.content.decode())
    assert sol.post(page_of(customer), form | {"seen": seen}).status_code == 302
    assert phone_of(customer) == CRM


def test_a_record_that_says_something_else_by_now_is_no_choice() -> None:
    customer, sol = anna(), signed_in("sol")
    form = form_of(sol, customer)
    SourceRecord.objects.filter(source__slug="crm").update(attributes={"given_name": "Anna"})

    for step in ("look", "say"):
        sent = sol.post(page_of(customer), form | {"step": step})
        assert sent.status_code == 409
        assert "no longer says that value" in text(sent)
    assert not Override.objects.exists()


@pytest.mark.parametrize("attribute", ["email", "given_name", "nonsense"])
def test_what_no_one_says_or_is_part_of_a_name_is_not_there_to_choose(attribute: str) -> None:
    assert signed_in("sol").get(page_of(anna(), attribute)).status_code == 404


def test_masked_values_stay_masked(settings: Any) -> None:
    settings.C360_MASKED = ["phone"]
    customer = anna()
    say(customer, reason=f"He rang from {CRM}.")

    pages = [
        signed_in("sol").get(page_of(customer)),
        send("sol", customer, LOOK),
        signed_in("ana").get(f"/c/{customer.pk}/field/phone/"),
    ]

    for page in pages:
        assert "0001" in text(page)
        assert CRM[:8] not in text(page)


def test_one_that_is_over_says_that_the_rules_are_about_to_choose() -> None:
    customer = anna()
    make_overdue(say(customer))

    assert "That time is over: the rules choose again in a moment." in popover("ana", customer)


def test_stewards_see_also_what_was_said_and_is_not_shown() -> None:
    customer = anna()
    say(customer, "shop", SHOP, reason="First.")
    say(customer, reason="Second.")

    told = popover("sol", customer)
    assert told.index("“Second.”") < told.index("“First.”")
    assert "Not shown: a later choice goes before it." in told
    assert "First." not in popover("ana", customer)

    shop = SourceRecord.objects.get(source__slug="shop")
    SourceRecord.objects.filter(pk=shop.pk).update(attributes={"given_name": "Anna"})
    assert "Not shown: this record says something else now." in popover("sol", customer)


def test_a_name_tells_who_chose_it() -> None:
    customer = a_customer(
        a_record("crm", given_name="Anna", family_name="West"),
        a_record("shop", NEXT_DAY, given_name="Anna", family_name="Nowak"),
    )
    browser = signed_in("sol")
    body = browser.get(page_of(customer, "full_name")).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body))
    values = re.findall(r'name="value" id="offer-\d+" value="([^"]*)"', body)
    form = {**hidden, "value": values[1], "until": str(first_and_last_day()[1])}

    browser.post(page_of(customer, "full_name"), form | {"reason": REASON, "step": "say"})

    for attribute in ("full_name", "family_name"):
        assert "Chosen by Sol" in popover("ana", customer, attribute)


def test_open_pages_hear_of_it_when_it_begins_and_ends(published: Published) -> None:
    customer = anna()
    signal = signal_of(customer.pk)

    assert signal in published(lambda: send("sol", customer))
    made = Override.objects.get()
    path = f"/c/{customer.pk}/choices/{made.pk}/take-back/"
    assert signal in published(lambda: signed_in("sol").post(path))
    assert signal not in published(lambda: signed_in("sol").get(page_of(customer)))


def test_saying_it_and_taking_it_back_are_in_the_access_log() -> None:
    customer = anna()
    send("sol", customer)
    made = Override.objects.get()
    signed_in("sol").post(f"/c/{customer.pk}/choices/{made.pk}/take-back/")

    rows = AccessEntry.objects.filter(action="change").order_by("seq")
    assert [(each.view, each.profiles, each.fields, each.records) for each in rows] == [
        (f"profiles:{view}", [customer.pk], ["phone"], [made.record_id])
        for view in ("override", "take-back-override")
    ]
