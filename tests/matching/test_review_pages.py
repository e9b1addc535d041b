"""The review pages: one pair, one answer, the next pair; nobody is told more than they may."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from matching.models import Decision, ReviewCase
from profiles.models import Membership, Profile
from tests.matching.pages import HTMX, Answer, text
from tests.matching.pairs import ANNA, ANNE, make_link, make_pair
from tests.profiles.customers import make_customer, make_object, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
SEEN = re.compile(r'name="seen" value="([^"]+)"')


def seen_in(answer: Answer) -> str:
    found = SEEN.search(answer.content.decode())
    assert found is not None
    return found[1]


def decide(
    browser: Client, pair: ReviewCase, verdict: str, *, htmx: bool = True, **fields: Any
) -> Answer:
    """Look at a pair and answer it, as a browser does."""
    if "seen" not in fields:
        fields["seen"] = seen_in(browser.get(f"/review/{pair.pk}/"))
    data = {"verdict": verdict, **fields}
    headers = HTMX if htmx else None
    return browser.post(f"/review/{pair.pk}/decide/", data, headers=headers)


def same_customer(pair: ReviewCase) -> bool:
    rows = Membership.objects.filter(record__in=(pair.lo_id, pair.hi_id))
    return rows.values("profile").distinct().count() == 1


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
def test_the_queue_is_for_stewards(name: str) -> None:
    pair = make_pair()

    assert signed_in("sol").get("/review/").status_code == 200
    for place in ("/review/", f"/review/{pair.pk}/", "/review/badge/"):
        assert signed_in(name).get(place).status_code == 403
    answer = signed_in(name).post(f"/review/{pair.pk}/decide/", {"verdict": "same"})
    assert answer.status_code == 403
    assert not Decision.objects.exists()


def test_the_queue_shows_the_strongest_pair_with_its_differences_marked() -> None:
    make_pair(make_record("shop", given_name="Zuzanna"), weight_bits=1.0)
    make_pair(weight_bits=5.0)

    body = signed_in("sol").get("/review/").content.decode()

    assert "Ann<mark>a</mark> Kowalska" in body
    assert "Ann<mark>e</mark> Kowalska" in body
    assert "differs: a / e" in body
    assert "Zuzanna" not in body


def test_an_empty_queue_says_so() -> None:
    assert "Nothing to review" in text(signed_in("sol").get("/review/"))


def test_both_sides_say_who_is_joined_there_already() -> None:
    left, other = make_record("shop", **ANNA), make_record("desk", given_name="Annie")
    make_customer(left, other)
    pair = make_pair(left)

    body = text(signed_in("sol").get(f"/review/{pair.pk}/"))

    assert "joined with 1 record" in body
    assert "Annie" in body


def test_before_answering_one_sees_what_same_would_change() -> None:
    left, right = make_record("shop", **ANNA), make_record("crm", **ANNE)
    make_customer(left)
    make_customer(right)
    make_object(right, "10442")
    pair = make_pair(left, right)

    body = text(signed_in("sol").get(f"/review/{pair.pk}/"))

    assert "<strong>2 → 1</strong>" in body
    assert "2 records" in body
    assert "1 order move" in body


def test_overruling_a_guard_is_said_in_words() -> None:
    pair = make_pair(reason="birth_date")

    assert "You override: different birth dates." in text(
        signed_in("sol").get(f"/review/{pair.pk}/")
    )


def test_the_evidence_is_drawn_and_told_as_a_table() -> None:
    pair = make_pair()
    body = signed_in("sol").get(f"/review/{pair.pk}/").content.decode()

    assert "<rect" in body
    assert 'id="evidence-table"' in body
    assert "style=" not in body


def test_same_joins_the_two_and_brings_the_next_pair() -> None:
    pair, following = make_pair(weight_bits=6.0), make_pair(weight_bits=2.0)

    answer = decide(signed_in("sol"), pair, "same")

    assert answer.status_code == 200
    assert same_customer(pair)
    assert f'action="/review/{following.pk}/decide/"' in text(answer)
    assert "Marked as same. Undo: U" in text(answer)
    assert 'id="count"' in text(answer)


def test_not_same_keeps_them_apart_and_is_remembered() -> None:
    pair = make_pair()

    decide(signed_in("sol"), pair, "different", reason="father and son")

    assert not same_customer(pair)
    said = Decision.objects.binding().get()
    assert (said.verdict, said.reason, said.decided_by) == (
        "different",
        "father and son",
        staff("sol"),
    )
    pair.refresh_from_db()
    assert pair.settled_at is not None


def test_later_decides_nothing_and_brings_the_next_pair() -> None:
    pair, following = make_pair(weight_bits=6.0), make_pair(weight_bits=2.0)

    answer = decide(signed_in("sol"), pair, "later")

    assert f'action="/review/{following.pk}/decide/"' in text(answer)
    assert not Decision.objects.exists()
    pair.refresh_from_db()
    assert pair.settled_at is None
    assert pair.snoozed_until is not None


def test_a_pair_sent_twice_is_answered_once() -> None:
    pair, following = make_pair(weight_bits=6.0), make_pair(weight_bits=2.0)
    sol = signed_in("sol")
    decide(sol, pair, "same")

    again = decide(sol, pair, "same", seen="whatever")

    assert again.status_code == 409
    assert "You decided this pair already." in text(again)
    assert f'action="/review/{following.pk}/decide/"' in text(again)
    assert Decision.objects.count() == 1


def test_the_second_of_two_stewards_is_told_who_decided_the_pair() -> None:
    pair, _sols_next, following = (make_pair(weight_bits=bits) for bits in (6.0, 5.0, 2.0))
    decide(signed_in("sol"), pair, "same")

    answer = decide(signed_in("kim"), pair, "different", seen="whatever")

    assert answer.status_code == 409
    assert "Sol decided this pair." in text(answer)
    assert "Here is the next one." in text(answer)
    assert Decision.objects.get().verdict == "same"
    assert f'action="/review/{following.pk}/decide/"' in text(answer)


def test_a_pair_another_steward_holds_is_shown_without_answer_keys() -> None:
    pair = make_pair()
    signed_in("sol").get("/review/")

    body = text(signed_in("kim").get(f"/review/{pair.pk}/"))
    answer = signed_in("kim").post(
        f"/review/{pair.pk}/decide/", {"verdict": "same"}, headers=HTMX
    )

    assert "Sol is looking at this pair." in body
    assert 'data-key="m"' not in body
    assert answer.status_code == 409
    assert not Decision.objects.exists()


def test_an_answer_to_an_outdated_view_is_refused_and_the_pair_shown_again() -> None:
    pair = make_pair()
    sol = signed_in("sol")
    seen = seen_in(sol.get("/review/"))
    newcomer = make_record("desk", **ANNA)
    joined = Membership.objects.get(record=pair.lo)
    Membership.objects.filter(record=newcomer).update(
        profile=joined.profile, component=joined.component
    )

    answer = decide(sol, pair, "same", seen=seen)

    assert answer.status_code == 409
    assert "look again" in text(answer)
    assert f'action="/review/{pair.pk}/decide/"' in text(answer)
    assert not Decision.objects.exists()


def test_a_contradiction_names_the_steps_that_contradict() -> None:
    left, right, third = (make_record(source, **ANNA) for source in ("shop", "crm", "desk"))
    make_customer(left, third)
    make_customer(right)
    Decision.objects.create(
        lo=left, hi=third, verdict="same", kind="decide", decided_by=staff("kim")
    )
    Decision.objects.create(
        lo=right, hi=third, verdict="different", kind="decide", decided_by=staff("kim")
    )
    pair = make_pair(left, right)

    page = signed_in("sol").get(f"/review/{pair.pk}/")
    answer = decide(signed_in("sol"), pair, "same", seen="")

    assert page.status_code == 200
    assert answer.status_code == 409
    assert "said Kim" in text(answer)
    assert not same_customer(pair)

    plain = decide(signed_in("sol"), pair, "same", seen="", htmx=False)

    assert plain.status_code == 409  # a redirect would carry the names past the access log
    assert "said Kim" in text(plain)
    assert "<html" in text(plain)


def test_without_javascript_an_answer_leads_to_the_next_pair_with_a_message() -> None:
    pair = make_pair()
    sol = signed_in("sol")

    answer = decide(sol, pair, "same", htmx=False)

    assert answer.status_code == 302
    assert answer["Location"] == "/review/"
    assert "Marked as same." in text(sol.get("/review/"))


def test_nonsense_is_refused_and_the_pair_stays() -> None:
    pair = make_pair()

    answer = decide(signed_in("sol"), pair, "merge everything")

    assert answer.status_code == 422
    assert f'action="/review/{pair.pk}/decide/"' in text(answer)


def test_a_settled_case_leads_to_the_queue() -> None:
    pair = make_pair()
    decide(signed_in("sol"), pair, "same")

    answer = signed_in("kim").get(f"/review/{pair.pk}/", follow=True)

    assert "Sol decided this pair." in text(answer)


def test_the_badge_counts_questions_and_is_empty_when_there_are_none() -> None:
    assert signed_in("sol").get("/review/badge/").content == b""
    make_pair()
    make_pair()

    assert signed_in("sol").get("/review/badge/").content == b"2"


def test_values_from_sources_cannot_become_markup() -> None:
    hostile = "<script>canary()</script>"
    left = make_record("shop", given_name=hostile, email=[hostile])
    make_customer(left)
    pair = make_pair(left)

    assert "<script>canary" not in signed_in("sol").get(f"/review/{pair.pk}/").content.decode()


def test_the_queries_of_a_case_do_not_grow_with_the_records(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    left = [make_record("shop", **ANNA) for _ in range(8)]
    right = [make_record("crm", **ANNE) for _ in range(8)]
    make_customer(*left)
    make_customer(*right)
    pair = make_pair(left[0], right[0])
    sol = signed_in("sol")
    sol.get("/review/")

    with django_assert_max_num_queries(36):
        sol.get(f"/review/{pair.pk}/")


class TestFragmentsOfTheCustomerPage:
    """What agents may know of doubts: that there are some, never about whom."""

    @pytest.fixture
    def pair(self) -> ReviewCase:
        return make_pair()

    @pytest.fixture
    def anna(self, pair: ReviewCase) -> Profile:
        return pair.lo.birth_profile

    def test_agents_learn_that_a_match_is_under_review_and_nothing_more(
        self, anna: Profile
    ) -> None:
        body = text(signed_in("ana").get(f"/c/{anna.pk}/under-review/"))

        assert "1 possible match is under review." in body
        for value in ("Anne", "exmaple", "/review/", "<a "):
            assert value not in body

    def test_stewards_get_a_link_to_the_question(self, anna: Profile, pair: ReviewCase) -> None:
        body = text(signed_in("sol").get(f"/c/{anna.pk}/under-review/"))

        assert f'href="/review/{pair.pk}/"' in body
        assert "Anne" not in body

    def test_nothing_is_said_when_nothing_is_asked(self, anna: Profile) -> None:
        decide(signed_in("sol"), ReviewCase.objects.get(), "different")

        assert text(signed_in("ana").get(f"/c/{anna.pk}/under-review/")) == ""

    @pytest.mark.parametrize("path", ["under-review", "confidence"])
    def test_who_may_not_open_customers_may_not_read_their_fragments(
        self, anna: Profile, path: str
    ) -> None:
        assert signed_in("ana").get(f"/c/{anna.pk}/{path}/").status_code == 200
        for name in ("otto", "ada"):
            assert signed_in(name).get(f"/c/{anna.pk}/{path}/").status_code == 403

    def test_a_single_record_has_no_confidence_to_speak_of(self, anna: Profile) -> None:
        assert text(signed_in("ana").get(f"/c/{anna.pk}/confidence/")) == ""

    def test_confidence_is_one_word_and_no_number(self, anna: Profile) -> None:
        crm = make_record("crm", **ANNE)
        make_customer(anna.birth_record, crm)
        lo, hi = sorted((anna.birth_record, crm), key=lambda record: record.pk)
        make_link(lo, hi, weight_bits=99.5, joins=True)

        body = text(signed_in("ana").get(f"/c/{anna.pk}/confidence/"))

        assert "Strong" in body
        assert "99" not in body
