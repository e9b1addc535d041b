"""Group cases: several customers, a letter for each record, one answer, one undo."""

import re
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from matching.deciding.decisions import undo
from matching.models import Decision, Proposal, ReviewCase
from profiles.models import Membership, SourceRecord
from tests.matching.arrivals import open_cases, snapshot_hash
from tests.matching.pages import HTMX, Answer, text
from tests.matching.pairs import ANNA, ANNE, make_pair
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def four() -> list[SourceRecord]:
    """Four customers in a row: each may be the next; of the first two one says who it is."""
    records = [make_record("shop", **ANNA), make_record("crm", **ANNE)]
    records += [make_record("desk", **ANNA), make_record("app", **ANNE)]
    for record in records:
        make_customer(record)
    for left, right in pairwise(records):
        make_pair(left, right)
    return records


@pytest.fixture
def case(four: list[SourceRecord]) -> ReviewCase:
    return ReviewCase.objects.get(lo=four[0])


def letters(records: list[SourceRecord], said: str) -> dict[str, str]:
    return {f"group-{record.pk}": letter for record, letter in zip(records, said, strict=True)}


def post(
    browser: Client, case: ReviewCase, step: str, said: dict[str, str], **fields: Any
) -> Answer:
    headers = HTMX if step == "preview" else None
    data = {"step": step, **said, **fields}
    return browser.post(f"/review/group/{case.pk}/", data, headers=headers)


def answer(browser: Client, case: ReviewCase, said: dict[str, str], **fields: Any) -> Answer:
    """Preview and confirm, as a browser does."""
    preview = post(browser, case, "preview", said)
    found = re.search(r'name="seen" value="([^"]+)"', preview.content.decode())
    assert found is not None
    return post(browser, case, "confirm", said, **{"seen": found[1], **fields})


def together(records: list[SourceRecord]) -> set[frozenset[int]]:
    found: dict[str, set[int]] = {}
    for row in Membership.objects.filter(record__in=records):
        found.setdefault(row.profile_id, set()).add(row.record_id)
    return {frozenset(members) for members in found.values()}


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
def test_only_stewards_decide_groups(
    name: str, case: ReviewCase, four: list[SourceRecord]
) -> None:
    assert signed_in("sol").get(f"/review/group/{case.pk}/").status_code == 200
    assert signed_in(name).get(f"/review/group/{case.pk}/").status_code == 403
    assert post(signed_in(name), case, "confirm", letters(four, "AABB")).status_code == 403
    assert not Decision.objects.exists()


def test_all_customers_tied_by_open_questions_are_shown_each_with_its_letter(
    case: ReviewCase, four: list[SourceRecord]
) -> None:
    body = text(signed_in("sol").get(f"/review/group/{case.pk}/"))

    assert "4 customers hang together" in body
    chosen = [
        re.findall(r'value="(.)" selected', body.partition(f'id="group-{record.pk}"')[2])[0]
        for record in four
    ]
    assert chosen[:2] == ["A", "B"]  # the pair of the case
    assert sorted(chosen) == ["A", "B", "C", "D"]


def test_the_pair_leads_to_the_group_where_more_than_two_customers_are_concerned(
    case: ReviewCase,
) -> None:
    lonely = make_pair()

    assert f"/review/group/{case.pk}/" in text(signed_in("sol").get(f"/review/{case.pk}/"))
    assert "/review/group/" not in text(signed_in("sol").get(f"/review/{lonely.pk}/"))


def test_a_pair_that_is_asked_blind_shows_no_group(case: ReviewCase) -> None:
    ReviewCase.objects.filter(pk=case.pk).update(reason=ReviewCase.Reason.AUDIT)

    sol = signed_in("sol")

    assert sol.get(f"/review/group/{case.pk}/")["Location"] == f"/review/{case.pk}/"
    assert "/review/group/" not in text(sol.get(f"/review/{case.pk}/"))


def test_a_preview_shows_the_people_and_changes_nothing(
    case: ReviewCase, four: list[SourceRecord]
) -> None:
    before = snapshot_hash()

    body = text(post(signed_in("sol"), case, "preview", letters(four, "AABB")))

    assert "Say: 2 people" in body
    assert "Says 2 times “the same person”, once “not the same person”." in body
    assert snapshot_hash() == before
    assert not Decision.objects.exists()


def test_one_answer_makes_exactly_these_people_and_one_undo_takes_it_back(
    case: ReviewCase, four: list[SourceRecord]
) -> None:
    before = together(four), open_cases()

    done = answer(signed_in("sol"), case, letters(four, "ABAB"), reason="by their letters")

    assert done.status_code == 302
    ids = [record.pk for record in four]
    assert together(four) == {frozenset(ids[::2]), frozenset(ids[1::2])}
    assert not ReviewCase.objects.open().exists()
    action, reason = Decision.objects.values_list("action", "reason").distinct().get()
    assert reason == "by their letters"
    undo(action, decided_by=staff("kim"))
    assert (together(four), open_cases()) == before


def test_everybody_apart_answers_all_questions_and_joins_nobody(
    case: ReviewCase, four: list[SourceRecord]
) -> None:
    answer(signed_in("sol"), case, letters(four, "ABCD"))

    assert len(together(four)) == 4
    assert not ReviewCase.objects.open().exists()
    assert Decision.objects.binding().filter(verdict="different").count() == 6


def test_groups_that_contradict_what_was_said_of_others_are_refused_with_the_chain(
    case: ReviewCase, four: list[SourceRecord]
) -> None:
    gone = make_record("till", **ANNA)
    make_customer(gone)
    for one in four[:2]:
        Decision.objects.create(
            lo=one, hi=gone, verdict="same", kind="decide", decided_by=staff("kim")
        )
    Membership.objects.filter(record__in=[*four[:2], gone]).update(component=four[0].pk)
    SourceRecord.objects.filter(pk=gone.pk).update(deleted_at="2026-01-01T00:00Z")

    refused = post(signed_in("sol"), case, "preview", letters(four, "ABCD"))

    assert refused.status_code == 409
    assert "This contradicts what was said before." in text(refused)
    assert "said Kim" in text(refused)


def test_what_changed_since_it_was_looked_at_is_not_decided(
    case: ReviewCase, four: list[SourceRecord]
) -> None:
    refused = answer(signed_in("sol"), case, letters(four, "AABB"), seen="before")

    assert refused.status_code == 409
    assert "changed while you looked" in text(refused)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("wrong", [{}, {"group-1": "A"}])
def test_a_letter_is_needed_for_every_record(wrong: dict[str, str], case: ReviewCase) -> None:
    assert post(signed_in("sol"), case, "confirm", wrong).status_code == 422
    assert not Decision.objects.exists()


def test_a_risky_join_is_proposed_by_one_and_made_by_another(
    case: ReviewCase, four: list[SourceRecord]
) -> None:
    for record, born in zip(four, ("1984-03-02", "1991-07-05", "", ""), strict=True):
        record.attributes |= {"birth_date": born}
        record.save()
    said = letters(four, "AABB")
    sol, kim = signed_in("sol"), signed_in("kim")
    assert "Propose 2 people" in text(post(sol, case, "preview", said))

    answer(sol, case, said)

    proposal = Proposal.objects.get()
    assert proposal.plan == [[r.pk for r in four[:2]], [r.pk for r in four[2:]]]
    assert len(together(four)) == 4
    answer(sol, case, said)  # who proposed does not agree
    assert len(together(four)) == 4
    body = text(kim.get(f"/review/group/{case.pk}/"))
    assert "Sol proposes the letters below" in body
    assert "Agree: 2 people" in text(post(kim, case, "preview", said))
    answer(kim, case, said)
    assert len(together(four)) == 2
    assert Proposal.objects.latest("pk").answer == Proposal.Answer.AGREED


def test_other_groups_than_those_proposed_are_no_agreement(
    case: ReviewCase, four: list[SourceRecord]
) -> None:
    for record in four:
        record.attributes |= {"birth_date": f"19{80 + record.pk % 7}-03-0{record.pk % 9 + 1}"}
        record.save()
    answer(signed_in("sol"), case, letters(four, "AABC"))

    answer(signed_in("kim"), case, letters(four, "ABBC"))

    assert len(together(four)) == 4
    assert Proposal.objects.latest("pk").proposed_by == staff("kim")


def test_the_database_wants_a_plan_for_groups(case: ReviewCase) -> None:
    fields = {"case": case, "cautions": [], "proposed_by": staff("sol")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.create(verdict="groups", **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.create(verdict="same", plan=[[1]], **fields)


def test_without_javascript_the_preview_is_a_whole_page(
    case: ReviewCase, four: list[SourceRecord]
) -> None:
    data = {"step": "preview", **letters(four, "AABB")}

    body = text(signed_in("sol").post(f"/review/group/{case.pk}/", data))

    assert "<h1>" in body
    assert "Say: 2 people" in body
    select = body.partition(f'id="group-{four[3].pk}"')[2].partition("</select>")[0]
    assert '<option value="B" selected>' in select


def test_the_queries_of_the_page_do_not_grow_with_the_records(
    case: ReviewCase,
    four: list[SourceRecord],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for record in four:
        make_customer(record, *(make_record("shop", **ANNA) for _ in range(5)))
    sol = signed_in("sol")

    with django_assert_max_num_queries(16):
        sol.get(f"/review/group/{case.pk}/")
