"""The pages of a report: what is asked, who sees what of the answer, and what is marked."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from consent.models import AccessEntry
from matching.models import Report, ReviewCase
from profiles.models import Profile
from tests.matching.anna import three_of_anna
from tests.matching.arrivals import are_together, profile_of
from tests.matching.pages import HTMX, text
from tests.matching.test_report import answer, report
from tests.profiles.customers import make_customer, make_event, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


def place(profile: Profile, part: str = "report/") -> str:
    return f"/c/{profile.pk}/{part}"


def form_of(browser: Client, profile: Profile) -> dict[str, Any]:
    """The hidden fields of the form, as a browser would send them."""
    body = browser.get(place(profile)).content.decode()
    found = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body))
    return {"id": found["id"], "seen": found["seen"], "why": "person"}


def send(browser: Client, profile: Profile, **facts: Any) -> Any:
    return browser.post(place(profile), {**form_of(browser, profile), **facts})


def test_the_form_lists_the_records_and_what_happened_with_each() -> None:
    crm, _shop, app = three_of_anna()
    make_event(app, "order", name="order_placed", object_id="W-88")
    make_event(app, "visit", name="visit_of_nobody_s_business")

    shown = text(signed_in("ana").get(place(profile_of(crm))))

    for told in ("A-1", "S-1", "X-1", "order placed", "W-88"):
        assert told in shown
    assert "nobody" not in shown


def test_the_number_of_queries_does_not_grow_with_the_records(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    records = [make_record("shop", given_name="Anna") for _ in range(40)]
    for record in records[:20]:
        make_event(record, "order")
    profile = make_customer(*records)
    browser = signed_in("ana")
    browser.get(place(profile))

    with django_assert_max_num_queries(14):
        browser.get(place(profile))


def test_a_record_named_in_the_address_is_ticked() -> None:
    crm, _shop, app = three_of_anna()

    shown = text(signed_in("ana").get(place(profile_of(crm), f"report/?record={app.pk}")))

    assert re.search(rf'value="{app.pk}" id="record-{app.pk}" checked', shown)
    assert not re.search(rf'value="{crm.pk}" id="record-{crm.pk}" checked', shown)


def test_ana_reports_a_record_and_everyone_sees_it_marked_at_once() -> None:
    crm, shop, app = three_of_anna()
    make_event(app, "call", text="where is my refund")
    make_event(shop, "order")
    profile = profile_of(crm)

    sent = send(signed_in("ana"), profile, records=[app.pk], words="she never had it")

    assert sent["Location"] == f"/c/{profile.pk}/"
    assert are_together(crm, shop, app)
    page = text(signed_in("pia").get(f"/c/{profile.pk}/"))
    assert "Reported by Ana" in page
    assert "she never had it" not in page
    assert "Under review" in page
    assert page.count('class="event kind-call suspect"') == 1
    assert 'class="event kind-order suspect"' not in page
    assert page.count('<li class="suspect">') == 1


def test_a_value_that_a_reported_record_won_is_marked_and_no_other() -> None:
    one = make_record("shop", given_name="Anna", email=["a@example.org"])
    other = make_record("crm", phone=["+447700900111"])
    golden = {"value": "+447700900111", "record": other.pk, "losers": []}
    profile = make_customer(one, other, phone=golden)
    send(signed_in("ana"), profile, records=[other.pk])

    page = text(signed_in("ana").get(f"/c/{profile.pk}/"))

    details = page.partition('id="details-title"')[2].partition("</dl>")[0]
    marked = re.findall(r'class="detail suspect"[^>]*> ?<dt>.*?</svg>(\w+)</dt>', details)
    assert marked == ["Phone"]


def test_an_item_alone_reports_its_record_and_is_kept() -> None:
    crm, _shop, app = three_of_anna()
    call = make_event(app, "call")

    send(signed_in("ana"), profile_of(crm), events=[call.id])

    item = Report.objects.get().records.get()
    assert (item.record, item.events) == (app, [call.id])


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "Tick what does not belong"), (3, "At least one record must stay")],
)
def test_nothing_and_everything_are_refused_in_words(number: int, told: str) -> None:
    records = three_of_anna()
    chosen = [record.pk for record in records[:number]]

    sent = send(signed_in("ana"), profile_of(records[0]), records=chosen)

    assert sent.status_code == 422
    assert told in text(sent)
    assert not Report.objects.exists()


def test_a_record_of_another_customer_cannot_be_reported_here() -> None:
    crm, _shop, _app = three_of_anna()
    stranger = make_record("shop", given_name="Boris")

    sent = send(signed_in("ana"), profile_of(crm), records=[stranger.pk])

    assert sent.status_code == 422
    assert not ReviewCase.objects.exists()


def test_what_a_steward_decided_is_shown_and_doubting_it_takes_words() -> None:
    crm, _shop, app = three_of_anna()
    answer(report(app), "same")
    ana, profile = signed_in("ana"), profile_of(crm)

    assert "Sol said that" in text(ana.get(place(profile)))
    assert "asked her" in text(ana.get(place(profile)))
    refused = send(ana, profile, records=[app.pk])
    taken = send(ana, profile, records=[app.pk], words="the caller is a man")

    assert refused.status_code == 422
    assert "Say why you doubt it" in text(refused)
    assert taken.status_code == 302


def test_a_form_sent_twice_ends_on_the_customer_and_stores_one_report() -> None:
    crm, _shop, app = three_of_anna()
    ana, profile = signed_in("ana"), profile_of(crm)
    form = {**form_of(ana, profile), "records": [app.pk]}

    places = [ana.post(place(profile), form)["Location"] for _ in range(2)]

    assert places == [f"/c/{profile.pk}/"] * 2
    assert Report.objects.count() == 1


def test_a_form_that_was_overtaken_is_answered_with_what_is_there_now() -> None:
    crm, _shop, app = three_of_anna()
    ana, profile = signed_in("ana"), profile_of(crm)
    form = {**form_of(ana, profile), "records": [app.pk], "seen": "something else"}

    sent = ana.post(place(profile), form)

    assert sent.status_code == 409
    assert "changed while you looked" in text(sent)
    assert f'value="{app.pk}" id="record-{app.pk}" checked' in text(sent)
    assert not Report.objects.exists()


def test_the_author_reads_what_became_of_it_and_others_do_not() -> None:
    crm, _shop, app = three_of_anna()
    answer(report(app, words="not hers"), "different")
    kept, left = profile_of(crm), profile_of(app)

    mine = text(signed_in("ana").get(f"/c/{kept.pk}/"))
    theirs = text(signed_in("pia").get(f"/c/{kept.pk}/"))

    assert "Your report of" in mine
    assert f'split by Sol into <a href="/c/{left.pk}/">{left.pk}</a>' in mine
    assert "report of" not in theirs
    assert left.pk not in theirs
    assert 'class="suspect' not in mine


def test_a_record_that_was_confirmed_says_by_whom() -> None:
    crm, _shop, app = three_of_anna()
    answer(report(app), "same")

    shown = text(signed_in("ana").get(f"/c/{profile_of(crm).pk}/"))

    assert "confirmed by Sol: belongs here" in shown


def test_my_reports_are_mine_alone_and_in_the_log() -> None:
    crm, _shop, app = three_of_anna()
    report(app, words="not hers")
    ana, pia = signed_in("ana"), signed_in("pia")

    mine, theirs = text(ana.get("/reports/")), text(pia.get("/reports/"))

    assert "not hers" in mine
    assert profile_of(crm).display_name in mine
    assert "You have reported nothing" in theirs
    entry = AccessEntry.objects.get(actor__email="ana@example.org", action="list")
    assert entry.profiles == [profile_of(crm).pk]


def test_reporting_is_a_change_in_the_log_and_looking_is_none() -> None:
    crm, _shop, app = three_of_anna()
    ana, profile = signed_in("ana"), profile_of(crm)

    form = {**form_of(ana, profile), "records": [app.pk]}
    ana.post(place(profile), form)

    actions = AccessEntry.objects.order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["view", "change"]


def test_a_customer_of_one_record_has_nothing_to_report() -> None:
    profile = make_customer(make_record("shop", given_name="Anna", family_name="Kowalska"))
    ana = signed_in("ana")

    assert "Only one record" in text(ana.get(place(profile)))
    assert place(profile) not in text(ana.get(f"/c/{profile.pk}/"))


def queue_case() -> ReviewCase:
    return ReviewCase.objects.open().get(reason="reported")


def steward_answers(verdict: str, **facts: Any) -> Any:
    sol = signed_in("sol")
    return sol.post(f"/review/{queue_case().pk}/decide/", {"verdict": verdict, **facts})


def test_the_steward_reads_who_reported_what_and_why() -> None:
    _crm, shop, app = three_of_anna()
    report(shop, app, words="the caller is a man")

    shown = text(signed_in("sol").get("/review/"))

    for told in ("Ana", "the caller is a man", "S-1", "X-1", "asked here", "If not same"):
        assert told in shown
    assert f"record={shop.pk}&amp;record={app.pk}&amp;" in shown


def test_not_same_of_a_report_needs_words_for_the_agent() -> None:
    _crm, _shop, app = three_of_anna()
    report(app)

    refused = signed_in("sol").post(
        f"/review/{queue_case().pk}/decide/", {"verdict": "different"}, headers=HTMX
    )
    taken = steward_answers("different", reason="he told me")

    assert refused.status_code == 422
    assert "say why" in text(refused)
    assert taken.status_code == 302
    assert not ReviewCase.objects.open().exists()


def test_same_of_a_report_needs_none() -> None:
    _crm, _shop, app = three_of_anna()
    report(app)

    assert steward_answers("same").status_code == 302
    assert not ReviewCase.objects.open().exists()


def test_the_split_page_opens_with_what_was_reported_ticked() -> None:
    crm, _shop, app = three_of_anna()

    studio = f"/clusters/{profile_of(crm).pk}/"
    shown = text(signed_in("sol").get(f"{studio}?record={app.pk}"))

    assert f'id="record-{app.pk}" checked' in shown
    assert "Split 1 record into a new customer" in shown


def test_a_report_is_no_possible_match_with_somebody_else() -> None:
    crm, _shop, app = three_of_anna()
    report(app)

    shown = text(signed_in("ana").get(place(profile_of(crm), "under-review/")))

    assert "possible match" not in shown


@pytest.mark.parametrize("name", ["otto", "ada"])
def test_who_may_not_open_customers_reports_nothing(name: str) -> None:
    crm, _shop, app = three_of_anna()
    form = {"id": uuid4(), "seen": "", "why": "person", "records": [app.pk]}

    assert signed_in(name).post(place(profile_of(crm)), form).status_code == 403
    assert signed_in(name).get("/reports/").status_code == 403
    assert not Report.objects.exists()
