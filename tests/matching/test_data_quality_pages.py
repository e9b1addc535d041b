"""The data quality board: figures for those who look after data, records for stewards alone."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consent.models import AccessEntry
from matching.data_quality.board import board
from matching.data_quality.cells import as_csv
from matching.data_quality.counting import count_now
from matching.models import QualityFigure, QualityThreshold
from profiles.models import SourceRecord
from tests.matching.arrivals import arrive, resolve
from tests.matching.figures import make_figure, make_run
from tests.matching.pages import HTMX, text
from tests.matching.test_data_quality import till
from tests.profiles.customers import make_source
from tests.staff import signed_in

__all__ = ["till"]
pytestmark = pytest.mark.django_db


def cell(metric: str, attribute: str, source: str = "till", what: str = "cell") -> str:
    return f"/quality/{what}/{metric}/{source}/{attribute}/"


def test_before_the_first_count_the_board_says_so() -> None:
    assert "No runs yet" in text(signed_in("sol").get("/quality/"))


@pytest.mark.usefixtures("till")
def test_a_steward_reads_figures_with_their_time_and_opens_the_records() -> None:
    count_now()

    page = text(signed_in("sol").get("/quality/"))

    assert "As of" in page
    assert 'href="/quality/cell/missing/till/phone/"' in page
    assert '<th role="columnheader" scope="col">Till</th>' in page


@pytest.mark.usefixtures("till")
def test_an_admin_reads_the_same_figures_and_no_way_to_records() -> None:
    count_now()

    page = text(signed_in("ada").get("/quality/"))

    assert "75 %" in page
    assert "/quality/cell/" not in page
    assert signed_in("ada").get(cell("missing", "phone")).status_code == 403


def test_an_agent_and_a_privacy_officer_are_refused() -> None:
    for name in ("ana", "pia"):
        assert signed_in(name).get("/quality/").status_code == 403


@pytest.mark.parametrize(
    ("metric", "attribute"),
    [("missing", "phone"), ("missing", "email"), ("missing", "identifiers.card"),
     ("missing", "full_name"), ("invalid", "phone"), ("invalid", "email"), ("stale", "record"),
     ("stale", "email"), ("quarantined", "record")],
)  # fmt: skip
@pytest.mark.usefixtures("till")
def test_a_list_holds_as_many_as_its_figure_says(metric: str, attribute: str) -> None:
    count_now()
    name = "" if attribute == "record" else attribute
    figure = QualityFigure.objects.get(metric=metric, attribute=name)

    answer = signed_in("sol").get(cell(metric, attribute), headers=HTMX)

    assert len(answer.context["found"].rows) == figure.count


@pytest.mark.usefixtures("till")
def test_rows_refused_for_a_column_stand_below_its_unusable_values() -> None:
    count_now()

    answer = signed_in("sol").get(cell("invalid", "birth_date"), headers=HTMX)

    assert [row["external_id"] for row in answer.context["found"].rows] == ["3"]
    assert [row["column"] for row in answer.context["refused"].rows] == ["born"]
    assert "1900" not in text(answer)  # a birth date stays masked here
    assert "yesterday" not in text(answer)


@pytest.mark.usefixtures("till")
def test_what_is_listed_is_in_the_access_log() -> None:
    count_now()

    signed_in("sol").get(cell("missing", "phone"), headers=HTMX)

    entry = AccessEntry.objects.latest("id")
    assert (entry.action, entry.view) == ("list", "matching:quality-cell")
    assert entry.fields == ["phone"]
    missing = SourceRecord.objects.exclude(attributes__has_key="phone")
    assert set(entry.records) == set(missing.values_list("pk", flat=True))
    assert entry.results == 3


@pytest.mark.usefixtures("till")
def test_the_file_for_the_owner_names_keys_and_no_values_and_is_an_export() -> None:
    count_now()

    answer = signed_in("sol").get(cell("invalid", "phone", what="file"))

    lines = answer.content.decode().splitlines()
    assert lines[0] == "external_id,attribute,defect,changed,chosen_from"
    assert [line.split(",")[:3] for line in lines[1:]] == [
        [key, "phone", "invalid"] for key in ("1", "3", "4")
    ]
    assert AccessEntry.objects.latest("id").action == "export"
    assert len(AccessEntry.objects.latest("id").records) == 3


def test_a_file_holds_nothing_that_a_spreadsheet_would_run() -> None:
    assert as_csv([("=1+1", "@x", "a-b", 5)]) == "'=1+1,'@x,a-b,5\r\n"


def test_a_conflict_shows_who_says_what_masked_and_who_wins() -> None:
    facts: dict[str, Any] = {"given_name": "Anna", "family_name": "Kowalska"}
    facts |= {"birth_date": "1984-03-02", "email": ["a@b.example"]}
    one = arrive("crm", "1", phone=["+447700900111"], address={"city": "Leeds"}, **facts)
    arrive("shop", "1", phone=["+447700900222"], address={"city": "York"}, **facts)
    resolve()
    count_now()
    steward = signed_in("sol")

    phones = text(steward.get(cell("conflict", "phone", "crm"), headers=HTMX))
    towns = text(steward.get(cell("conflict", "address", "crm"), headers=HTMX))

    assert "•••• 0111" in phones
    assert "7700900111" not in phones.replace(" ", "")
    assert "Leeds" in towns
    assert "York" in towns
    assert f"/c/{one.birth_profile.pk}/" in towns
    assert "1 time" in towns


def test_records_come_page_by_page() -> None:
    source = make_source("till")
    make_figure(source, "email", count=60, total=60)
    for number in range(60):
        arrive("till", f"{number}", given_name="Anna")
    steward = signed_in("sol")

    first = steward.get(cell("missing", "email"), headers=HTMX).context["found"]
    second = steward.get(f"{cell('missing', 'email')}?after={first.after}", headers=HTMX)

    assert len(first.rows) == 50
    assert len(second.context["found"].rows) == 10
    assert second.context["found"].after == ""
    assert steward.get(f"{cell('missing', 'email')}?after=x'--").status_code == 200


def test_a_figure_above_its_limit_is_said_in_words_and_the_limit_can_be_set() -> None:
    make_figure(make_source("till"), "email", count=2, total=4)
    steward = signed_in("sol")
    assert board().problems == []  # as much as usual is not above it

    steward.post(cell("missing", "email", what="limit"), {"percent": "40"})

    assert [each.limit for each in board().problems] == [40]
    assert "▲ above 40 %" in text(steward.get("/quality/"))
    steward.post(cell("missing", "email", what="limit"), {"percent": ""})
    assert not QualityThreshold.objects.exists()


def test_a_limit_that_is_no_percentage_is_refused() -> None:
    make_figure(make_source("till"), "email")

    answer = signed_in("sol").post(cell("missing", "email", what="limit"), {"percent": "101"})

    assert answer.status_code == 422
    assert not QualityThreshold.objects.exists()


def test_the_trend_of_a_row_goes_over_all_sources() -> None:
    for source, count in (("till", 1), ("shop", 3)):
        make_figure(make_source(source), "email", count=count)
        make_figure(make_source(source), "email", days_ago=7, count=4)

    rows = board().tables[0].rows

    assert [percent for _day, percent in rows[0].trend.points] == [100.0, 50.0]
    assert "From 100.0 % to 50.0 %" in text(signed_in("sol").get("/quality/"))


def test_news_is_told_once_there_is_another_count() -> None:
    run = make_run()
    steward = signed_in("sol")
    seen = {"seen": run.taken_at.isoformat()}

    assert steward.get("/quality/news/", seen).status_code == 204
    earlier = {"seen": datetime(2020, 1, 1).isoformat()}  # noqa: DTZ001 - anything else
    assert "New numbers" in text(steward.get("/quality/news/", earlier))


def test_figures_leave_as_csv_without_customers() -> None:
    make_figure(make_source("till"), "email")

    lines = signed_in("ada").get("/quality/figures.csv").content.decode().splitlines()

    assert lines[1].startswith("missing,till,email,1,4,25.00,50,")
    assert not AccessEntry.objects.exists()


def test_the_board_asks_as_often_for_many_figures_as_for_few() -> None:
    make_figure(make_source("till"), "email")
    browser = signed_in("sol")
    browser.get("/quality/")
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser.get("/quality/")
        counts.append(len(queries))
        for attribute in ("phone", "gender", "address"):
            make_figure(make_source(f"more{number}"), attribute)

    assert counts[0] == counts[1]
