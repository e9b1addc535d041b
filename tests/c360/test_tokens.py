"""Personal tokens: who makes and revokes them, and what a token opens."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from c360.attempts import WRONG_TOKENS_PER_ADDRESS
from c360.models import PersonalToken
from c360.scopes import Scope
from c360.tokens import calls
from c360.tokens.making import MOST_VALID, PREFIX, digest_of, make_token, newest, revoke
from consent.models import AccessEntry
from profiles.models import SourceToken
from tests.profiles.customers import make_customer, make_record, make_source
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
FORM = {"name": "Our desk", "scopes": ["customers:read"], "days": "30"}


@pytest.fixture
def anna() -> str:
    record = make_record("shop", given_name="Anna", family_name="Kowalska")
    return make_customer(record).pk


def token_of(name: str, *scopes: str) -> str:
    """The secret of a new token of one of the cast."""
    owner = staff(name)
    wanted = scopes or tuple(Scope)
    _token, secret = make_token(
        owner, name="Desk", scopes=wanted, days=30, newest_seen=newest(owner)
    )
    return secret


def ask(secret: str, path: str = "/api/schema/", address: str = "127.0.0.1") -> Any:
    return Client(REMOTE_ADDR=address).get(path, headers={"Authorization": f"Bearer {secret}"})


def may_contact(profile_id: str) -> str:
    return f"/api/v1/profiles/{profile_id}/may-contact/?purpose=marketing&channel=email"


# Making and revoking


def test_the_secret_is_shown_once_and_only_its_hash_is_kept() -> None:
    ana = signed_in("ana")

    made = ana.post("/tokens/", FORM)

    secret = re.search(rf"{PREFIX}[\w-]{{43}}", made.content.decode())
    assert secret
    token = PersonalToken.objects.get()
    assert token.digest == digest_of(secret[0])
    assert (token.owner, token.scopes) == (staff("ana"), ["customers:read"])
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    assert secret[0] not in ana.get("/tokens/").content.decode()


def test_a_form_sent_twice_makes_one_token() -> None:
    ana = signed_in("ana")
    ana.post("/tokens/", FORM)

    assert ana.post("/tokens/", FORM).status_code == 409
    assert PersonalToken.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"scopes": []}, {"scopes": ["everything"]}, {"days": "9999"}, {"name": ""}]
)
def test_a_token_needs_a_name_known_scopes_and_an_end(change: dict[str, Any]) -> None:
    answer = signed_in("ana").post("/tokens/", {**FORM, **change})

    assert answer.status_code == 422
    assert not PersonalToken.objects.exists()


def test_nobody_has_more_than_ten_that_open_something() -> None:
    for _number in range(MOST_VALID):
        token_of("ana")

    form = {**FORM, "newest": newest(staff("ana"))}
    assert signed_in("ana").post("/tokens/", form).status_code == 409
    revoke(PersonalToken.objects.latest("pk"))
    assert signed_in("ana").post("/tokens/", form).status_code == 200


def test_owners_revoke_their_own_and_nobody_elses() -> None:
    secret = token_of("ana")
    place = f"/tokens/{PersonalToken.objects.get().pk}/revoke/"

    assert signed_in("sol").post(place).status_code == 404
    assert ask(secret).status_code == 200
    assert signed_in("ana").post(place).status_code == 302
    assert ask(secret).status_code == 401


def test_people_see_their_own_tokens_only() -> None:
    token_of("ana")
    PersonalToken.objects.update(name="Ana’s desk")

    assert "Ana’s desk" in signed_in("ana").get("/tokens/").content.decode()
    assert "Ana’s desk" not in signed_in("sol").get("/tokens/").content.decode()


def test_a_token_makes_no_tokens() -> None:
    headers = {"Authorization": f"Bearer {token_of('ana')}"}

    answer = Client().post("/tokens/", FORM, headers=headers)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_admins_see_all_tokens_and_withdraw_them() -> None:
    secret = token_of("ana")
    token = PersonalToken.objects.get()
    ada = signed_in("ada")
    listed = "/admin/c360/personaltoken/"

    assert token.hint in ada.get(listed).content.decode()
    ada.post(listed, {"action": "withdraw", "_selected_action": token.pk})

    assert ask(secret).status_code == 401
    assert ada.get(f"{listed}add/").status_code == 403


# What a token opens


def test_a_token_opens_what_its_owner_may_see(anna: str) -> None:
    answer = ask(token_of("ana", "consent:read"), may_contact(anna))

    assert answer.status_code == 200
    assert answer.json()["allowed"] is False


def test_the_log_names_owner_and_token(anna: str) -> None:
    secret = token_of("ana", "consent:read")

    ask(secret, may_contact(anna))

    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.action, entry.profiles) == (staff("ana"), "api", [anna])
    assert entry.reason == f"token {PersonalToken.objects.get().pk} …{secret[-4:]}"


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope != Scope.CONSENT])
def test_a_token_without_the_scope_is_refused_whoever_owns_it(scope: str, anna: str) -> None:
    answer = ask(token_of("ana", scope), may_contact(anna))

    assert answer.status_code == 403
    assert "“consent:read”" in answer.json()["detail"]
    assert not AccessEntry.objects.exists()


@pytest.mark.parametrize("name", ["otto", "ada"])
def test_a_token_does_no_more_than_its_owner_may(name: str, anna: str) -> None:
    known = ask(token_of(name), may_contact(anna))
    unknown = ask(token_of(name), may_contact("P-000000000000"))

    assert known.status_code == unknown.status_code == 403
    assert known.json() == unknown.json()


def test_a_token_follows_its_owner_out_of_a_role(anna: str) -> None:
    secret = token_of("ana")
    assert ask(secret, may_contact(anna)).status_code == 200

    staff("ana").groups.remove(Group.objects.get(name="Service agents"))

    assert ask(secret, may_contact(anna)).status_code == 403


def test_evidence_needs_both_the_scope_and_the_right_to_review(anna: str) -> None:
    path = f"/api/v1/profiles/{anna}/explain/"

    assert ask(token_of("ana", "evidence:read"), path).status_code == 403
    assert ask(token_of("sol", "customers:read"), path).status_code == 403
    assert ask(token_of("sol", "evidence:read"), path).status_code == 200


def test_a_deactivated_person_has_no_tokens() -> None:
    secret = token_of("ana")
    staff("ana").__class__.objects.filter(email="ana@example.org").update(is_active=False)

    assert ask(secret).status_code == 401


def test_an_expired_token_opens_nothing() -> None:
    secret = token_of("ana")

    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        answer = ask(secret)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_token_of_a_source_reads_nothing_and_one_of_a_person_sends_nothing(anna: str) -> None:
    of_source = SourceToken.rotate(make_source("shop"))
    of_person = token_of("ana")

    assert ask(of_source, may_contact(anna)).status_code == 401
    sent = Client().post(
        "/api/v1/records/",
        "{}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {of_person}"},
    )
    assert sent.status_code == 401


def test_a_browser_signed_in_as_somebody_else_does_not_help_a_wrong_token(anna: str) -> None:
    answer = signed_in("ana").get(may_contact(anna), headers={"Authorization": "Bearer x"})

    assert answer.status_code == 401


# How fast


def test_too_many_calls_wait_and_are_told_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls.CallThrottle, "limit", 3)
    secret, other = token_of("ana"), token_of("ana")

    with time_machine.travel("2026-03-01T10:00:20Z", tick=False):
        PersonalToken.objects.update(expires_at="2027-01-01T00:00:00Z")
        answers = [ask(secret) for _call in range(4)]
        assert ask(other).status_code == 200

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1]["Retry-After"] == "40"


def test_wrong_tokens_are_slowed_down_and_right_ones_are_not() -> None:
    secret = token_of("ana")
    with time_machine.travel(timezone.now().replace(second=5), tick=False):
        answers = [ask("c360_pat_guess") for _try in range(WRONG_TOKENS_PER_ADDRESS + 1)]

        assert {answer.status_code for answer in answers[:-1]} == {401}
        assert answers[-1].status_code == 429
        assert ask("c360_pat_guess", address="10.0.0.9").status_code == 401
        assert ask(secret).status_code == 200


def test_use_is_remembered_once_a_minute() -> None:
    secret = token_of("ana")
    ask(secret)
    first = PersonalToken.objects.get().last_used_at
    assert first is not None

    ask(secret)
    assert PersonalToken.objects.get().last_used_at == first
    with time_machine.travel(first + timedelta(minutes=2)):
        ask(secret)
    assert PersonalToken.objects.get().last_used_at != first
