"""Notices: what wants attention is noticed with each count, and goes with its reason."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from matching.data_quality.counting import count_now
from matching.models import (
    Decision,
    MatchModelVersion,
    Notice,
    QualityThreshold,
    Reading,
    Report,
    StageChange,
)
from matching.notices import finding
from matching.notices.keeping import bring_up_to_date, waiting
from matching.notices.page import Told, by_source
from matching.notices.page import told as tell
from profiles.models import Override, Source
from tests.matching.anna import ELSE, three_of_anna
from tests.matching.arrivals import arrive, day, resolve, say
from tests.matching.pages import text
from tests.matching.pairs import make_pair
from tests.matching.test_data_quality import till
from tests.matching.test_report import report
from tests.matching.test_review_pages import decide
from tests.profiles.customers import make_customer, make_record, make_source
from tests.staff import signed_in, staff

__all__ = ["till"]
pytestmark = pytest.mark.django_db
MISSING = "missing/till/phone"


def subjects(kind: str) -> set[str]:
    rows = Notice.objects.filter(cleared_at=None, kind=kind)
    return set(rows.values_list("subject", flat=True))


def limit_of(percent: int) -> None:
    source = Source.objects.get(slug="till")
    place: dict[str, Any] = {"metric": "missing", "source": source, "attribute": "phone"}
    QualityThreshold.objects.update_or_create(
        **place, defaults={"percent": percent, "set_by": staff("sol")}
    )


def fall(source: Source) -> StageChange:
    return StageChange.objects.create(
        source=source, kind="fell", before="auto", after="assist", evidence={}
    )


@pytest.mark.usefixtures("till")
def test_a_figure_above_its_limit_is_noticed_by_the_count_and_goes_with_it() -> None:
    source = Source.objects.get(slug="till")
    source.owner = "Tills team"
    source.save()
    limit_of(10)
    count_now()
    assert MISSING in subjects("limit")
    page = text(signed_in("sol").get("/notices/"))
    assert "the limit is 10 %" in page
    assert "Tills team answers for it." in page
    assert 'href="/quality/cell/missing/till/phone/"' in page

    limit_of(100)
    count_now()

    assert MISSING not in subjects("limit")
    assert Notice.objects.get(subject=MISSING).cleared_at is not None


@pytest.mark.usefixtures("till")
def test_what_somebody_is_done_with_stays_done_until_it_comes_back() -> None:
    limit_of(10)
    count_now()
    notice = Notice.objects.get(subject=MISSING)
    before = waiting()
    sol = signed_in("sol")
    sol.post("/notices/", {"notice": notice.pk, "step": "seen"})
    assert f"seen by {staff('sol')}" in text(sol.get("/notices/"))

    sol.post("/notices/", {"notice": notice.pk, "step": "done"})
    signed_in("kim").post("/notices/", {"notice": notice.pk, "step": "done"})
    count_now()

    notice.refresh_from_db()
    assert notice.done_by == staff("sol")
    assert waiting() == before - 1
    limit_of(100)
    count_now()
    limit_of(10)
    count_now()
    assert waiting() == before
    sol.post("/notices/", {"notice": notice.pk, "step": "again"})
    notice.refresh_from_db()
    assert notice.done_by == staff("sol")  # cleared ones are history


def test_a_source_that_stepped_back_is_noticed_until_a_person_sets_its_stage() -> None:
    change = fall(make_source("crm"))
    bring_up_to_date()
    assert subjects("stage") == {f"crm/{change.pk}"}

    StageChange.objects.create(
        source=change.source,
        kind="set",
        before="assist",
        after="auto",
        evidence={},
        by=staff("sol"),
    )
    bring_up_to_date()

    assert subjects("stage") == set()


def test_a_report_is_noticed_after_two_days_without_an_answer() -> None:
    crm, _shop, app = three_of_anna()
    report(app)
    bring_up_to_date()
    assert subjects("report") == set()
    Report.objects.update(reported_at=timezone.now() - timedelta(days=3))
    bring_up_to_date()
    assert subjects("report") == {str(Report.objects.get().pk)}

    say("same", crm, app)
    bring_up_to_date()

    assert subjects("report") == set()


def test_an_answer_refused_as_a_contradiction_is_noticed_until_the_pair_is_answered() -> None:
    crm, _shop, app = three_of_anna()
    apart = arrive("post", "P-1", updated_at=day(5), **ELSE)
    resolve()
    say("same", crm, app)
    say("different", app, apart)
    sol, other = signed_in("sol"), make_pair(weight_bits=1.0)
    pair = make_pair(*sorted((crm, apart), key=lambda record: record.pk))
    decide(sol, other, "different")
    bring_up_to_date()
    assert subjects("refused") == set()

    assert decide(sol, pair, "same", seen="").status_code == 409
    assert decide(sol, pair, "same", seen="").status_code == 409
    bring_up_to_date()

    assert subjects("refused") == {str(pair.pk)}
    page = text(signed_in("kim").get("/notices/"))
    assert "An answer was refused: it contradicts what people said before." in page
    assert f'href="/review/{pair.pk}/"' in page

    decide(sol, pair, "different", seen="")
    bring_up_to_date()

    assert subjects("refused") == set()


def test_an_answer_refused_for_another_reason_is_not_noticed() -> None:
    pair = make_pair()

    assert decide(signed_in("sol"), pair, "same", seen="of before").status_code == 409
    bring_up_to_date()

    assert subjects("refused") == set()


def test_too_little_agreement_is_noticed_once_there_are_enough_readings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "FEWEST_READINGS", 2)
    crm, shop, app = three_of_anna()
    facts = {"first_by": staff("sol"), "read_by": staff("kim"), "read_at": timezone.now()}
    for one, other, verdict in ((crm, shop, "same"), (crm, app, "different")):
        lo, hi = sorted((one.pk, other.pk))
        action = say("same", one, other).action
        Reading.objects.create(
            lo_id=lo, hi_id=hi, action=action, first_verdict="same", verdict=verdict, **facts
        )
        bring_up_to_date()

    assert Decision.objects.exists()
    assert Notice.objects.get(kind="agreement").detail["percent"] == 50


def test_a_finished_simulation_and_a_draft_left_lying_are_noticed() -> None:
    live = MatchModelVersion.objects.filter(state="live").first()
    spec = live.spec if live else {}
    made_at = timezone.now().isoformat()
    for name, state, told in (
        ("ready", "shadow", {"made_at": made_at}),
        ("old", "draft", None),
    ):
        MatchModelVersion.objects.create(
            version=name, state=state, spec=spec, report=told, made_by=staff("sol")
        )
    MatchModelVersion.objects.filter(version="old").update(
        created_at=timezone.now() - timedelta(days=20)
    )
    bring_up_to_date()

    assert subjects("simulated") == {"ready"}
    assert subjects("draft") == {"old"}
    assert f"ready by {staff('sol')} was simulated" in text(signed_in("kim").get("/notices/"))


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
def test_only_stewards_read_and_answer_notices(name: str) -> None:
    fall(make_source("crm"))
    bring_up_to_date()
    notice, browser = Notice.objects.get(), signed_in(name)

    assert browser.get("/notices/").status_code == 403
    answer = browser.post("/notices/", {"notice": notice.pk, "step": "done"})
    assert answer.status_code == 403
    assert Notice.objects.get().done_at is None


def test_the_quality_page_counts_them_for_stewards_and_tells_others_nothing() -> None:
    fall(make_source("crm"))
    bring_up_to_date()

    assert "1 notice" in text(signed_in("sol").get("/quality/"))
    assert "/notices/" not in text(signed_in("ada").get("/quality/"))


def figure(source: str, percent: float) -> Told:
    detail = {
        "place": ["missing", source, "phone"],
        "source": source.title(),
        "owner": "",
        "percent": percent,
        "limit": 10,
    }
    return tell(Notice(kind="limit", subject=f"{source}/{percent}", detail=detail))


def test_figures_stand_together_by_source_and_the_worst_come_first() -> None:
    fallen = tell(Notice(kind="stage", detail={"source": "CRM", "stage": "assist"}))

    found = by_source([figure("till", 20), fallen, figure("app", 12), figure("till", 90)])

    shown = [(each.source, [row.notice.subject for row in each.rows]) for each in found]
    assert shown == [("App", ["app/12"]), ("Till", ["till/90", "till/20"])]


def test_the_database_keeps_one_open_notice_of_one_thing() -> None:
    Notice.objects.create(kind="stage", subject="crm/1")

    with pytest.raises(IntegrityError, match="one_open_notice"), transaction.atomic():
        Notice.objects.create(kind="stage", subject="crm/1")


def test_a_choice_of_a_value_is_noticed_before_its_time_is_over() -> None:
    anna = make_customer(make_record("shop", given_name="Anna", phone=["+447700900909"]))
    choice = Override.objects.create(
        record=anna.birth_record,
        attribute="phone",
        value_hash="x",
        reason="She rang",
        said_by=staff("sol"),
        until=timezone.now() + timedelta(days=90),
    )
    for days, is_noticed in ((1, False), (80, False), (82, True)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            bring_up_to_date()
        assert (subjects("ending") == {str(choice.pk)}) is is_noticed

    page = text(signed_in("kim").get("/notices/"))
    assert f'href="/c/{anna.pk}/choose/phone/"' in page
    assert f"{staff('sol')} chose what is shown until" in page
    assert "+447700900909" not in page

    Override.objects.update(end="taken_back", ended_at=timezone.now(), ended_by=staff("kim"))
    bring_up_to_date()
    assert not subjects("ending")
