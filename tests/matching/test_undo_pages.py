"""History tells why records are together; whatever a person did can be taken back."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from matching.deciding.decisions import record_decision, split_records
from matching.models import Decision, ReviewCase
from profiles.models import Membership, Profile
from tests.matching.pages import HTMX, Answer, text
from tests.matching.pairs import ANNA, make_link, make_pair
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


def members(profile: Profile) -> set[int]:
    return set(Membership.objects.filter(profile=profile).values_list("record_id", flat=True))


def say(pair: ReviewCase, verdict: str, name: str = "sol", reason: str = "") -> str:
    outcome = record_decision(
        pair,
        lo=pair.lo_id,
        hi=pair.hi_id,
        verdict=verdict,
        reason=reason,
        decided_by=staff(name),
    )
    return str(outcome.action)


def undo(browser: Client, action: str, back: str = "queue", *, htmx: bool = True) -> Answer:
    headers = HTMX if htmx else None
    return browser.post(f"/review/undo/{action}/", {"back": back}, headers=headers)


def test_undo_takes_the_pair_apart_and_shows_it_again() -> None:
    pair = make_pair()
    action = say(pair, "same")

    answer = undo(signed_in("sol"), action)

    assert answer.status_code == 200
    assert "Undone." in text(answer)
    assert members(pair.lo.birth_profile) == {pair.lo_id}
    assert not Decision.objects.binding().exists()
    again = ReviewCase.objects.open().get(lo=pair.lo_id, hi=pair.hi_id)
    assert f'action="/review/{again.pk}/decide/"' in text(answer)


def test_the_undo_key_takes_back_one_action_after_the_other() -> None:
    first, second = make_pair(weight_bits=6.0), make_pair(weight_bits=5.0)
    make_pair(weight_bits=4.0)
    one, two = say(first, "different"), say(second, "same")
    sol = signed_in("sol")

    assert f"/review/undo/{two}/" in text(sol.get("/review/"))
    answer = undo(sol, two)
    assert f"/review/undo/{one}/" in text(answer)
    assert 'data-key="u"' not in text(undo(sol, one))


def test_the_undo_key_never_takes_back_what_a_colleague_did() -> None:
    say(make_pair(weight_bits=6.0), "different", "kim")
    make_pair(weight_bits=4.0)

    assert 'data-key="u"' not in text(signed_in("sol").get("/review/"))
    assert 'data-key="u"' in text(signed_in("kim").get("/review/"))


def test_an_action_cannot_be_taken_back_twice() -> None:
    action = say(make_pair(), "same")
    sol = signed_in("sol")
    undo(sol, action)

    again = undo(sol, action)

    assert again.status_code == 409
    assert Decision.objects.filter(kind="undo").count() == 1


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
def test_only_stewards_undo(name: str) -> None:
    pair = make_pair()
    action = say(pair, "same")

    assert undo(signed_in(name), action).status_code == 403
    assert members(pair.lo.birth_profile) == {pair.lo_id, pair.hi_id}


def test_an_undone_answer_is_no_longer_counted_as_decided_today() -> None:
    pair = make_pair()
    action = say(pair, "same")
    sol = signed_in("sol")

    assert "<dt>you today</dt><dd>1</dd>" in text(sol.get("/review/"))
    assert "<dt>you today</dt><dd>0</dd>" in text(undo(sol, action))


def test_undo_from_a_history_leads_back_to_it() -> None:
    records = [make_record("shop", **ANNA), make_record("crm", **ANNA)]
    make_link(*records, weight_bits=25.0, joins=True)
    anna = make_customer(*records)
    action = split_records(anna, [records[1].pk], reason="", decided_by=staff("sol")).action
    sol = signed_in("sol")

    answer = undo(sol, str(action), back=anna.pk, htmx=False)

    assert answer["Location"] == f"/c/{anna.pk}/history/"
    assert members(anna) == {record.pk for record in records}
    assert "Undone." in text(sol.get(answer["Location"]))


def test_history_says_who_joined_what_and_offers_to_undo_it() -> None:
    pair = make_pair()
    action = say(pair, "same", reason="same card")

    body = text(signed_in("sol").get(f"/c/{pair.lo.birth_profile.pk}/history/"))

    assert "1 record joined" in body
    assert "Sol ·" in body
    assert "same card" in body
    assert pair.hi.external_id in body
    assert f'action="/review/undo/{action}/"' in body


def test_a_word_that_moved_nothing_is_part_of_the_history_too() -> None:
    pair = make_pair()
    action = say(pair, "different")

    body = text(signed_in("sol").get(f"/c/{pair.hi.birth_profile.pk}/history/"))

    assert "Marked as not the same person" in body
    assert f'action="/review/undo/{action}/"' in body


def test_what_was_undone_stays_in_the_history_without_a_button() -> None:
    pair = make_pair()
    undo(signed_in("sol"), say(pair, "same"))

    body = text(signed_in("sol").get(f"/c/{pair.lo.birth_profile.pk}/history/"))

    assert "1 record joined" in body
    assert "Undone: 1 record went back" in body
    assert "/review/undo/" not in body


def test_privacy_officers_read_the_history_and_agents_do_not() -> None:
    pair = make_pair()
    say(pair, "same")
    place = f"/c/{pair.lo.birth_profile.pk}/history/"

    assert "1 record joined" in text(signed_in("pia").get(place))
    assert "/review/undo/" not in text(signed_in("pia").get(place))
    for name in ("ana", "ada", "otto"):
        assert signed_in(name).get(place).status_code == 403


def test_a_customer_of_one_record_has_no_history_yet() -> None:
    alone = make_customer(make_record("shop", **ANNA))

    assert "Nothing joined or split yet" in text(
        signed_in("sol").get(f"/c/{alone.pk}/history/?before=nonsense")
    )


def test_older_entries_are_a_page_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.telling.history.PAGE", 2)
    pair = make_pair()
    for verdict in ("different", "same", "different"):
        undo(signed_in("sol"), say(ReviewCase.objects.open().get(), verdict))
    sol, place = signed_in("sol"), f"/c/{pair.lo.birth_profile.pk}/history/"
    seen, query = [], ""
    for _ in range(10):
        body = text(sol.get(place + query))
        seen.append(body.count('class="card receipt"'))
        older = body.partition('<p class="older"><a class="btn" href="')[2].partition('"')[0]
        if not older:
            break
        query = older

    assert seen[0] == 2
    assert sum(seen) == 6


def test_the_queries_of_a_history_do_not_grow_with_its_entries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    pair = make_pair()
    sol = signed_in("sol")
    for _ in range(4):
        undo(sol, say(ReviewCase.objects.open().get(), "same"))

    with django_assert_max_num_queries(15):
        sol.get(f"/c/{pair.lo.birth_profile.pk}/history/")
