"""What a customer tells an agent: narrow yeses, wide noes, and the text that was read out."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from consent.models import LedgerEntry, PolicyVersion, Purpose
from consent.permitting.permissions import may_contact
from consent.policies import next_draft, publish, text_hash
from consent.stating.proof import evidence_of
from profiles.models import Profile
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
BODY = "May we send you news by e-mail, text or post?"


def make_text(purpose: str = "marketing", body: str = BODY, **fields: Any) -> PolicyVersion:
    draft = PolicyVersion(purpose_id=purpose, jurisdiction="GB", language="en", body=body)
    for name, value in fields.items():
        setattr(draft, name, value)
    return publish(next_draft(draft), seen=text_hash(body))


@pytest.fixture
def text() -> PolicyVersion:
    return make_text()


@pytest.fixture
def anna() -> Profile:
    """Two joined records, each with an address of its own."""
    return make_customer(
        make_record("shop", given_name="Anna", email=["anna@example.org"]),
        make_record(
            "crm", given_name="Ann", email=["ann@example.net"], phone=["+447700900909"]
        ),
    )


class Form:
    """The form as one browser has it open."""

    def __init__(self, profile: Profile, name: str = "ana", purpose: str = "marketing") -> None:
        self.browser: Client = signed_in(name)
        self.page = reverse("consent:say", args=[profile.pk])
        self.purpose = purpose
        self.shown = self.browser.get(self.page, {"purpose": purpose})
        self.form = self.shown.context["form"]

    def place(self, record: str) -> str:
        """The key of the first contact point of a source's record."""
        found: str = next(
            k for k, p in self.form.places.items() if p.record.source.slug == record
        )
        return found

    def send(self, said: str, channel: str = "email", **sent: Any) -> Any:
        initial = self.form.initial
        facts = {"purpose": self.purpose, "said": said, "channel": channel, "place": ""}
        facts |= {name: initial[name] for name in ("opened", "seen")}
        facts |= {"text": initial.get("text", "")}
        headers = sent.pop("headers", None)
        return self.browser.post(self.page, facts | sent, headers=headers)

    def problems(self, answer: Any) -> str:
        assert answer.status_code == 422
        assert not LedgerEntry.objects.exists()
        return str(answer.context["form"].errors)


def allowed(profile: Profile, channel: str = "email", purpose: str = "marketing") -> bool:
    return may_contact(profile, purpose, channel).allowed


def test_a_yes_goes_to_one_contact_point_of_one_record(
    anna: Profile, text: PolicyVersion
) -> None:
    form = Form(anna)

    answer = form.send("granted", place=form.place("crm"), read_out="on")

    assert answer.status_code == 302
    entry = LedgerEntry.objects.get()
    assert entry.record.source.slug == "crm"
    assert (entry.scope, entry.method, entry.actor) == ("contact_point", "agent", staff("ana"))
    assert entry.policy_version == text
    assert (entry.language, entry.jurisdiction) == ("en", "GB")
    assert entry.contact_point is not None
    assert allowed(anna)
    assert not allowed(anna, "sms")


def test_the_text_that_was_read_out_is_kept_as_evidence(
    anna: Profile, text: PolicyVersion
) -> None:
    form = Form(anna)
    assert BODY in form.shown.content.decode()

    form.send("granted", place=form.place("shop"), read_out="on")

    kept = evidence_of(LedgerEntry.objects.get())
    assert kept is not None
    assert kept.payload["script"]["sha256"] == text.body_sha256
    assert kept.payload["contact_point"] == "anna@example.org"


def test_a_yes_to_the_whole_customer_is_refused(anna: Profile, text: PolicyVersion) -> None:
    form = Form(anna)
    assert "choose which" in form.problems(form.send("granted", read_out="on"))


def test_a_yes_without_reading_out_is_refused(anna: Profile, text: PolicyVersion) -> None:
    form = Form(anna)
    assert "Read the text out" in form.problems(form.send("granted", place=form.place("crm")))


def test_a_yes_without_a_published_text_is_refused_and_a_no_is_not(anna: Profile) -> None:
    form = Form(anna)
    assert "No text about Marketing is published" in form.shown.content.decode()
    answer = form.send("granted", place=form.place("crm"), read_out="on")
    assert "needs a published text" in form.problems(answer)

    assert form.send("refused").status_code == 302


def test_a_yes_to_a_text_that_is_no_longer_in_force_is_refused(
    anna: Profile, text: PolicyVersion
) -> None:
    form = Form(anna)
    make_text(body="Something else entirely")

    answer = form.send("granted", place=form.place("crm"), read_out="on")

    assert "published text" in form.problems(answer)


def test_messages_of_a_channel_go_to_points_of_its_kind(
    anna: Profile, text: PolicyVersion
) -> None:
    form = Form(anna)
    answer = form.send("granted", "sms", place=form.place("shop"), read_out="on")
    assert "messages of this channel" in form.problems(answer)


def test_a_no_to_everything_is_kept_for_all_records_joined_at_that_moment(
    anna: Profile,
) -> None:
    form = Form(anna)

    form.send("refused")

    entry = LedgerEntry.objects.get()
    assert entry.scope == "snapshot"
    assert len(entry.scope_records) == 2
    assert entry.channel == "email"


def test_a_no_of_a_customer_with_one_record_is_about_that_record() -> None:
    only = make_customer(make_record("shop", given_name="Bea", email=["bea@example.org"]))

    Form(only).send("refused")

    entry = LedgerEntry.objects.get()
    assert (entry.scope, entry.scope_records) == ("record", [])


def test_an_objection_is_to_every_channel(anna: Profile, text: PolicyVersion) -> None:
    form = Form(anna)
    form.send("granted", place=form.place("crm"), read_out="on")
    assert allowed(anna)

    Form(anna).send("objected")

    assert LedgerEntry.objects.get(decision="objected").channel == ""
    assert not any(allowed(anna, channel) for channel in ("email", "sms", "phone", "post"))


def test_what_was_allowed_is_taken_back(anna: Profile, text: PolicyVersion) -> None:
    with time_machine.travel("2026-11-01T10:00:00Z"):
        form = Form(anna)
        form.send("granted", place=form.place("crm"), read_out="on")
    with time_machine.travel("2026-11-02T10:00:00Z"):
        later = Form(anna)
        later.send("withdrawn", place=later.place("crm"))
        assert not allowed(anna)


def test_pressing_twice_says_it_once(anna: Profile, text: PolicyVersion) -> None:
    form = Form(anna)

    for _ in range(2):
        assert form.send("refused").status_code == 302

    assert LedgerEntry.objects.count() == 1


def test_a_form_left_open_too_long_or_forged_is_refused(anna: Profile) -> None:
    with time_machine.travel("2026-11-01T10:00:00Z"):
        form = Form(anna)
    with time_machine.travel("2026-11-01T11:01:00Z"):
        form.browser = signed_in("ana")  # her session ended too
        assert "too old" in form.problems(form.send("refused"))
        forged = "2026-11-01T11:00:00Z"
        assert "too old" in form.problems(form.send("refused", opened=forged))


def test_records_joined_meanwhile_stop_the_recording(anna: Profile) -> None:
    form = Form(anna)
    shop, crm = (p.record for p in list(form.form.places.values())[:2])
    make_customer(shop, crm, make_record("app", given_name="Anna"))

    answer = form.send("refused")

    assert answer.status_code == 409
    assert "Nothing was recorded" in answer.content.decode()
    assert not LedgerEntry.objects.exists()


def test_purposes_nobody_has_a_say_in_are_not_offered(anna: Profile) -> None:
    Purpose.objects.create(key="accounts", name="Bookkeeping", mode="necessary")
    Purpose.objects.filter(pk="service").update(is_retired=True)

    offered = Form(anna).shown.context["purposes"]

    assert [purpose.key for purpose in offered] == ["marketing"]


def test_a_fragment_comes_back_as_the_panel_and_a_page_as_the_customer(
    anna: Profile, text: PolicyVersion
) -> None:
    form = Form(anna)
    fragment = form.send("refused", headers={"HX-Request": "true"})
    assert 'id="contact-title"' in fragment.content.decode()
    assert "Recorded what the customer said" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()


@pytest.mark.parametrize("name", ["sol", "ada", "otto"])
def test_who_may_not_record_statements_is_refused(name: str, anna: Profile) -> None:
    browser = signed_in(name)
    page = reverse("consent:say", args=[anna.pk])

    assert browser.get(page).status_code == 403
    assert browser.post(page, {"said": "refused"}).status_code == 403
    assert not LedgerEntry.objects.exists()


def test_without_a_token_of_the_page_nothing_is_recorded(anna: Profile) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff("ana"))

    answer = strict.post(reverse("consent:say", args=[anna.pk]), {"said": "refused"})

    assert answer.status_code == 403
    assert not LedgerEntry.objects.exists()
