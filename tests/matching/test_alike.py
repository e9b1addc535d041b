"""Pairs that are alike in everything: shown together, answered once, taken back at once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from consent.models import LedgerEntry
from matching import review
from matching.alike.finding import MOST, alike_to
from matching.deciding.holds import lock_customer
from matching.models import Decision, Link, Reading, ReviewCase
from matching.second_person.proposals import propose
from profiles.models import Membership, SourceRecord
from tests.consent.statements import say
from tests.matching.pages import Answer, text
from tests.matching.pairs import make_pair
from tests.matching.test_review_pages import same_customer
from tests.profiles.customers import make_customer, make_object, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
LEVELS = {"name": "exact", "email": "close", "address": "missing"}
SEEN = re.compile(r'name="(seen-\d+)" value="([^"]+)"')


def make_alike(
    name: str,
    sources: tuple[str, str] = ("shop", "crm"),
    levels: object = LEVELS,
    **fields: str,
) -> ReviewCase:
    """A pair whose evidence is that of every other one."""
    left, right = (make_record(source, given_name=name, **fields) for source in sources)
    make_customer(left)
    make_customer(right)
    case = make_pair(left, right)
    Link.objects.filter(lo=case.lo, hi=case.hi).update(levels=levels)
    return case


@pytest.fixture
def cases() -> list[ReviewCase]:
    return [make_alike(name) for name in ("Anna", "Berta", "Clara")]


@pytest.fixture
def sol() -> Client:
    return signed_in("sol")


def found(case: ReviewCase) -> list[int]:
    return [each.case.pk for each in alike_to(case, staff("sol"))]


def place_of(case: ReviewCase) -> str:
    return f"/review/alike/{case.pk}/"


def send(browser: Client, case: ReviewCase, *ticked: ReviewCase, **fields: str) -> Answer:
    """Tick pairs on the page and press a button."""
    seen = dict(SEEN.findall(browser.get(place_of(case)).content.decode()))
    data = {"verdict": "same", **seen, **fields, "cases": [each.pk for each in ticked]}
    return browser.post(place_of(case), data)


def customers_now() -> dict[int, tuple[str, int]]:
    rows = Membership.objects.values_list("record_id", "profile_id", "component")
    return {record: (profile, component) for record, profile, component in rows}


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
def test_only_stewards_see_and_answer_them(name: str, cases: list[ReviewCase]) -> None:
    browser, place = signed_in(name), place_of(cases[0])

    said = {"verdict": "same", "step": "confirm", "cases": [each.pk for each in cases]}
    assert browser.get(place).status_code == 403
    assert browser.get(f"{place}offer/").status_code == 403
    assert browser.post(place, said).status_code == 403
    assert not Decision.objects.exists()


def test_a_pair_leads_to_those_like_it(sol: Client, cases: list[ReviewCase]) -> None:
    place = place_of(cases[0])

    assert f'hx-get="{place}offer/"' in text(sol.get(f"/review/{cases[0].pk}/"))
    assert "2 further pairs are alike in everything." in text(sol.get(f"{place}offer/"))


def test_a_pair_that_stands_alone_offers_nothing(sol: Client) -> None:
    lonely = make_alike("Anna")

    assert "alike" not in text(sol.get(f"{place_of(lonely)}offer/"))
    assert sol.get(place_of(lonely))["Location"] == f"/review/{lonely.pk}/"


def test_all_of_them_are_shown_side_by_side(sol: Client, cases: list[ReviewCase]) -> None:
    body = text(sol.get(place_of(cases[0])))

    assert "3 pairs, alike in everything" in body
    assert body.count('name="cases"') == body.count("checked>") == 3
    for name in ("Anna", "Berta", "Clara"):
        assert name in body


def test_at_most_fifty_are_answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST == 50
    monkeypatch.setattr("matching.alike.finding.MOST", 2)
    cases = [make_alike(name) for name in ("Anna", "Berta", "Clara")]

    assert len(found(cases[0])) == 2


def _other_levels() -> ReviewCase:
    return make_alike("Dora", levels={**LEVELS, "email": "exact"})


def _other_sources() -> ReviewCase:
    return make_alike("Dora", ("shop", "desk"))


def _other_reason() -> ReviewCase:
    case = make_alike("Dora")
    ReviewCase.objects.filter(pk=case.pk).update(reason="household")
    return case


def _drawn_by_lot() -> ReviewCase:
    case = make_alike("Dora")
    ReviewCase.objects.filter(pk=case.pk).update(reason="audit")
    return case


def _put_off() -> ReviewCase:
    case = make_alike("Dora")
    review.put_off(case)
    return case


def _in_other_hands() -> ReviewCase:
    case = make_alike("Dora")
    review.claim(case, staff("kim"))
    return case


def _assigned_to_a_colleague() -> ReviewCase:
    case = make_alike("Dora")
    facts = {"assigned_to": staff("kim"), "assigned_at": timezone.now()}
    ReviewCase.objects.filter(pk=case.pk).update(**facts)
    return case


def _proposed() -> ReviewCase:
    case = make_alike("Dora")
    propose(case, verdict="unsure", proposed_by=staff("kim"))
    return case


def _with_a_complaint() -> ReviewCase:
    case = make_alike("Dora")
    ReviewCase.objects.filter(pk=case.pk).update(has_complaint=True)
    return case


def _of_somebody_young() -> ReviewCase:
    born = timezone.localdate() - timedelta(days=3000)
    return make_alike("Dora", birth_date=born.isoformat())


def _tied_to_a_third() -> ReviewCase:
    case = make_alike("Dora")
    make_pair(case.lo, weight_bits=1.0)
    return case


def _told_apart_before() -> ReviewCase:
    case = make_alike("Dora")
    facts = {"kind": "decide", "decided_by": staff("kim"), "superseded_at": None}
    Decision.objects.create(lo=case.lo, hi=case.hi, verdict="none", **facts)
    return case


def _locked() -> ReviewCase:
    case = make_alike("Dora")
    lock_customer(case.lo.birth_profile, reason="checked", decided_by=staff("kim"))
    return case


def _with_other_consent() -> ReviewCase:
    shop = make_record("shop", given_name="Dora", email=["dora@example.org"])
    crm = make_record("crm", given_name="Dora", email=["d.ora@example.net"])
    for record in (shop, crm):
        make_customer(record)
    say(shop, True, on=1)
    case = make_pair(shop, crm)
    Link.objects.filter(lo=case.lo, hi=case.hi).update(levels=LEVELS)
    assert LedgerEntry.objects.exists()
    return case


@pytest.mark.parametrize(
    "make",
    [
        _other_levels,
        _other_sources,
        _other_reason,
        _drawn_by_lot,
        _put_off,
        _in_other_hands,
        _assigned_to_a_colleague,
        _proposed,
        _with_a_complaint,
        _of_somebody_young,
        _tied_to_a_third,
        _told_apart_before,
        _locked,
        _with_other_consent,
    ],
)
def test_what_must_be_looked_at_alone_is_not_among_them(
    make: Callable[[], ReviewCase], cases: list[ReviewCase]
) -> None:
    alone = make()

    assert sorted(found(cases[0])) == sorted(each.pk for each in cases)
    assert found(alone) == []


def test_without_evidence_nothing_is_proven() -> None:
    one, other = (make_alike(name, levels={}) for name in ("Anna", "Berta"))

    assert found(one) == found(other) == []


def test_one_confirmation_names_what_changes(sol: Client, cases: list[ReviewCase]) -> None:
    make_object(cases[0].hi, "10442")

    body = text(send(sol, cases[0], *cases))

    assert "3 pairs: the same person each?" in body
    assert "<strong>6 → 3</strong> customers" in body
    assert "1 order move" in body
    assert "Mark 3 pairs as same" in body
    assert not Decision.objects.exists()


def test_one_answer_joins_all_and_one_undo_restores_all(
    sol: Client, cases: list[ReviewCase]
) -> None:
    before = customers_now()

    answer = send(sol, cases[0], *cases, step="confirm")

    assert answer["Location"] == "/review/"
    assert all(same_customer(each) for each in cases)
    (action,) = set(Decision.objects.values_list("action", flat=True))
    page = text(sol.get("/review/"))
    assert "3 pairs marked as same." in page
    assert f'action="/review/undo/{action}/"' in page

    sol.post(f"/review/undo/{action}/", {"back": "queue"})

    assert customers_now() == before
    assert ReviewCase.objects.open().count() == 3


def test_not_same_of_all_is_one_action_too(sol: Client, cases: list[ReviewCase]) -> None:
    send(sol, cases[0], *cases, verdict="different", step="confirm")

    said = Decision.objects.binding()
    assert {row.verdict for row in said} == {"different"}
    assert said.count() == 3
    assert said.values("action").distinct().count() == 1
    assert not ReviewCase.objects.open().exists()


def test_what_is_not_ticked_stays_in_the_queue(sol: Client, cases: list[ReviewCase]) -> None:
    send(sol, cases[0], cases[0], cases[2], step="confirm")

    assert list(ReviewCase.objects.open()) == [cases[1]]
    assert not same_customer(cases[1])


def test_what_changed_meanwhile_is_left_and_named(sol: Client, cases: list[ReviewCase]) -> None:
    seen = dict(SEEN.findall(sol.get(place_of(cases[0])).content.decode()))
    SourceRecord.objects.filter(pk=cases[1].lo_id).update(version=2)
    review.claim(cases[2], staff("kim"))
    data = {"verdict": "same", "step": "confirm", **seen, "cases": [each.pk for each in cases]}

    body = text(sol.post(place_of(cases[0]), data))

    assert "1 pair marked as same." in body
    assert "2 pairs were left as they are" in body
    assert "Berta" in body
    assert "changed while you looked" in body
    assert "Kim is looking at this pair." in body
    assert [same_customer(each) for each in cases] == [True, False, False]


def test_an_answer_sent_twice_is_given_once(sol: Client, cases: list[ReviewCase]) -> None:
    seen = dict(SEEN.findall(sol.get(place_of(cases[0])).content.decode()))
    data = {"verdict": "same", "step": "confirm", **seen, "cases": [each.pk for each in cases]}
    sol.post(place_of(cases[0]), data)

    body = text(sol.post(place_of(cases[0]), data))

    assert "0 pairs marked as same." in body
    assert Decision.objects.count() == 3


def test_nothing_ticked_is_asked_again(sol: Client, cases: list[ReviewCase]) -> None:
    answer = send(sol, cases[0])

    assert answer.status_code == 422
    assert "Tick the pairs to answer." in text(answer)


def test_one_of_them_at_most_is_read_again(
    sol: Client, cases: list[ReviewCase], settings: Settings
) -> None:
    settings.C360_DOUBLE_READS = 1.0

    send(sol, cases[0], *cases, step="confirm")

    assert Reading.objects.count() == 1


def test_the_queries_do_not_grow_with_the_pairs(sol: Client, cases: list[ReviewCase]) -> None:
    sol.get(place_of(cases[0]))
    with CaptureQueriesContext(connection) as few:
        sol.get(place_of(cases[0]))
    for name in ("Dora", "Emma", "Fanny", "Greta"):
        make_alike(name)

    with CaptureQueriesContext(connection) as many:
        body = text(sol.get(place_of(cases[0])))

    assert "7 pairs" in body
    assert len(many) == len(few)
