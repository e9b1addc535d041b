"""An auditor's questions to the access log: is it complete, and who looked at this customer?

Check 44 is `test_access_log.py`, which asks every address; here is what is made of the entries.
"""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from c360.showing import Action, Notes
from consent.access.episodes import Episode, trail_of
from consent.access.log import Answer, write
from consent.access.report import Line
from consent.models import AccessEntry
from matching.deciding.decisions import record_decision, split_records
from matching.models import ReviewCase
from profiles.models import Membership, Profile, SourceRecord
from tests.consent import looks
from tests.consent.looks import lines, looks_at, text
from tests.matching.pairs import make_pair
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
anna = looks.anna
boris = looks.boris
HTMX = {"HX-Request": "true"}
Step = tuple[str, list[str]]  # the name of an address, and the customers it showed


def steps(found: list[Line]) -> list[Step]:
    """Lines as steps, oldest first."""
    return [(line.entry.view, line.entry.profiles) for line in reversed(found)]


# Check 45


def session(browser: Client, anna: str, boris: str) -> list[Step]:
    """Thirty requests of an agent; returns what the log must say of them."""
    told: list[Step] = []

    def ask(name: str, path: str, *shown: str, post: dict[str, str] | None = None) -> None:
        answer = browser.post(path, post) if post else browser.get(path, headers=HTMX)
        assert answer.status_code == 200
        told.append((name, list(shown)))

    def ask_in_vain(path: str, status: int, post: dict[str, str] | None = None) -> None:
        answer = browser.post(path, post) if post else browser.get(path)
        assert answer.status_code == status

    ask_in_vain("/", 302)
    ask("profiles:search", "/search/")
    ask("profiles:suggest", "/search/suggest/", post={"q": "nobody like that"})
    ask("profiles:suggest", "/search/suggest/", anna, post={"q": "kowal"})
    ask("profiles:search", "/search/", anna, post={"q": "kowalska"})
    for customer in (anna, boris, anna):
        ask("profiles:customer", f"/c/{customer}/", customer)
        ask("matching:confidence", f"/c/{customer}/confidence/", customer)
        ask("consent:panel", f"/c/{customer}/contact/", customer)
        ask("profiles:timeline", f"/c/{customer}/timeline/", customer)
        ask("profiles:field", f"/c/{customer}/field/email/", customer)
        ask_in_vain(f"/c/{customer}/consent/", 403)
    ask_in_vain("/search/", 302, {"q": "boris@example.com"})
    told.append(("profiles:search", [boris]))  # one hit: it leads to the customer at once
    ask_in_vain("/c/P-000000000000/", 404)
    ask_in_vain(f"/c/{anna}/field/unheard-of/", 404)
    ask_in_vain("/review/", 403)
    ask_in_vain("/audit/", 403)
    ask("profiles:records", f"/c/{boris}/records/", boris)
    ask("profiles:search", "/search/", anna, boris, anna)
    return told


def test_the_report_on_an_agent_is_complete_in_order_and_holds_nothing_else(
    anna: Profile, boris: Profile
) -> None:
    told = session(signed_in("ana"), anna.pk, boris.pk)
    told[-1] = ("profiles:search", [anna.pk, boris.pk])  # the customers opened lately
    signed_in("sol").get(f"/c/{anna.pk}/")

    found = lines(signed_in("pia"), person=staff("ana").pk)

    assert steps(found) == told
    assert {line.entry.actor for line in found} == {staff("ana")}
    assert AccessEntry.objects.filter(actor=staff("sol")).count() == 1


# Who looked at this customer


def test_the_report_on_a_customer_names_who_saw_them_and_nobody_else(
    anna: Profile, boris: Profile
) -> None:
    signed_in("ana").get(f"/c/{anna.pk}/")
    signed_in("ana").get(f"/c/{boris.pk}/")
    signed_in("sol").post("/search/", {"q": "Kowalska"})

    found = lines(signed_in("pia"), customer=anna.pk)

    assert [
        (line.entry.actor.name, line.entry.action) for line in found if line.entry.actor
    ] == [
        ("Sol", "search"),
        ("Ana", "view"),
    ]


def join(pair: ReviewCase) -> None:
    page = signed_in("sol").get(f"/review/{pair.pk}/")
    seen = page.context["impact"].seen
    record_decision(
        pair, lo=pair.lo_id, hi=pair.hi_id, verdict="same", seen=seen, decided_by=staff("sol")
    )


def profile_of(record: SourceRecord) -> str:
    return Membership.objects.get(record=record).profile_id


def test_a_joined_customer_was_seen_under_both_ids() -> None:
    pair = make_pair()
    for record in (pair.lo, pair.hi):
        looks_at(profile_of(record))
    join(pair)

    now = profile_of(pair.hi)
    looks_at(now)

    found = lines(signed_in("pia"), customer=now, action="view")
    assert len(found) == 3
    gone = next(
        each.birth_profile.pk for each in (pair.lo, pair.hi) if each.birth_profile.pk != now
    )
    assert len(lines(signed_in("pia"), customer=gone, action="view")) == 3


def test_after_a_split_each_side_keeps_what_was_seen_of_it_and_no_more() -> None:
    with time_machine.travel(datetime(2026, 3, 1, 9, tzinfo=UTC), tick=False):
        pair = make_pair()
        join(pair)
    one = profile_of(pair.lo)
    trail = trail_of(one)
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False):
        split_records(
            Profile.objects.get(pk=one),
            [pair.hi_id],
            reason="another person",
            decided_by=staff("sol"),
            seen=seen_of_split(one, pair.hi_id),
        )
    left = profile_of(pair.hi)

    assert trail.records == [pair.lo_id, pair.hi_id]
    assert trail_of(one).episodes == [Episode(one, None, None)]
    assert trail_of(left).episodes == [
        Episode(left, None, datetime(2026, 3, 1, 9, 1, tzinfo=UTC)),
        Episode(
            one, datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
        ),
        Episode(left, datetime(2026, 3, 2, 9, tzinfo=UTC), None),
    ]
    looks_at(one)  # long after the split: the other side is not shown any more
    assert len(lines(signed_in("pia"), customer=one, action="view")) == 1
    assert lines(signed_in("pia"), customer=left, action="view") == []


def seen_of_split(profile: str, record: int) -> str:
    data = {"records": [record], "step": "preview"}
    answer = signed_in("sol").post(f"/clusters/{profile}/", data)
    return str(answer.context["plan"].seen)


def test_a_history_that_names_a_record_of_another_customer_counts_for_both() -> None:
    pair = make_pair()
    sol = signed_in("sol")
    seen = sol.get(f"/review/{pair.pk}/").context["impact"].seen
    data = {"verdict": "different", "seen": seen}
    sol.post(f"/review/{pair.pk}/decide/", data, headers=HTMX)
    signed_in("pia").get(f"/c/{profile_of(pair.lo)}/history/")

    found = lines(signed_in("pia"), customer=profile_of(pair.hi), action="view")

    assert [line.entry.view for line in found] == ["matching:history"]


def test_an_export_of_everyone_is_in_the_report_on_each(anna: Profile) -> None:
    notes = Notes(Action.EXPORT, results=2)
    write(Answer(view="export_clusters", status=200, roles="command"), notes)

    found = lines(signed_in("pia"), customer=anna.pk)

    assert [line.is_of_everyone for line in found] == [True]
    assert "All customers" in text(signed_in("pia"), customer=anna.pk)


def test_what_was_seen_of_a_customer_who_is_gone_is_still_told() -> None:
    looks_at("P-GONE00000000")

    assert len(lines(signed_in("pia"), customer="p-gone00000000")) == 1
