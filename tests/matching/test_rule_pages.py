"""The pages of the rule lab, and the job behind its button."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from c360.jobs.model import Job
from c360.jobs.working import run_waiting
from consent.models import AccessEntry
from matching.live import live_model
from matching.models import MatchModelVersion, Publication
from matching.rules import publishing
from matching.rules.simulating import SIMULATE
from matching.training.refusal import Refused
from tests.matching.arrivals import record, say
from tests.matching.pages import HTMX, Answer, text
from tests.matching.test_versions import between, everybody_arrives
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def sol() -> Client:
    """A steward; everybody has arrived and Anna's records were said to be the same."""
    everybody_arrives()
    say("same", record("crm", "anna"), record("shop", "anna"))
    return signed_in("sol")


def sent(**changed: str) -> dict[str, str]:
    """What the form of a draft sends, but for what is changed."""
    spec = MatchModelVersion.objects.get(version=live_model().version).spec
    limits = {f"limit_{kind}": str(most) for kind, most in spec["generic_limits"].items()}
    facts = {"name": "strict", "join_bits": str(between()), "review_bits": "0"}
    return {**limits, **facts, **changed}


def make_draft(browser: Client, **changed: str) -> Answer:
    return browser.post(f"/rules/draft/{live_model().version}/", sent(**changed))


def simulate(browser: Client) -> None:
    browser.post("/rules/simulate/strict/", {"size": "all"})
    run_waiting()


def test_a_draft_is_made_and_its_page_says_what_it_changes(sol: Client) -> None:
    answer = make_draft(sol, limit_email="9")

    assert answer["Location"] == "/rules/version/strict/"
    page = text(sol.get("/rules/version/strict/"))
    assert "Records that may share a key by e-mail" in page
    assert "Made by Sol" in page
    assert "strict" in text(sol.get("/rules/"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"review_bits": "99"}, "not above the first"),
        ({"limit_email": "1"}, "greater than or equal to 2"),
        ({"name": "a/b"}, "Use letters, digits"),
    ],
)
def test_a_draft_that_makes_no_sense_is_asked_again(
    sol: Client, changed: dict[str, str], words: str
) -> None:
    answer = make_draft(sol, **changed)

    assert answer.status_code == 422
    assert words in text(answer)
    assert not MatchModelVersion.objects.filter(state="draft").exists()


def test_a_simulation_is_started_once_watched_cancelled_and_kept(sol: Client) -> None:
    make_draft(sol)
    for _ in range(2):
        part = text(sol.post("/rules/simulate/strict/", {"size": "sample"}, headers=HTMX))
    [job] = Job.objects.filter(kind=SIMULATE)
    assert f"c360:{job.signal} from:body" in part
    assert "Cancel" in part

    sol.post(f"/rules/jobs/{job.pk}/cancel/")
    run_waiting()
    assert "Cancelled" in text(sol.get("/rules/report/strict/"))
    assert MatchModelVersion.objects.get(version="strict").report is None

    simulate(sol)
    assert "What would change" in text(sol.get("/rules/report/strict/"))
    assert "Last simulations" in text(sol.get("/rules/"))


def test_contradicted_decisions_come_first_and_their_pairs_are_shown(sol: Client) -> None:
    say("same", record("crm", "hugo"), record("shop", "hugo"))
    say("different", record("crm", "anna"), record("shop", "lena"))
    make_draft(sol, join_bits="99", review_bits="98")
    simulate(sol)

    page = text(sol.get("/rules/version/strict/"))
    assert "It contradicts 2 decisions of people." in page
    assert page.index("contradicts") < page.index("Joined pairs")

    pair = text(sol.get("/rules/risky/strict/1/"))
    assert "a person said they are the same" in pair
    noted = AccessEntry.objects.order_by("-pk")[0]
    assert noted.action == "review"
    shown = {record(source, name).pk for source in ("crm", "shop") for name in ("anna", "hugo")}
    assert noted.records and set(noted.records) <= shown
    assert sol.get("/rules/risky/strict/99/").status_code == 404


def test_the_curve_is_drawn_and_stands_in_a_table(sol: Client) -> None:
    say("different", record("crm", "hugo"), record("shop", "lena"))
    make_draft(sol)
    simulate(sol)

    page = text(sol.get("/rules/version/strict/"))

    assert '<polyline class="curve-precision" points="' in page
    assert "The same as a table" in page


def test_who_made_it_is_refused_in_words_and_a_second_person_publishes(
    sol: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "FEWEST_LABELS", 1)
    make_draft(sol)
    simulate(sol)

    refused = sol.post("/rules/publish/strict/", {"scope": "all"})
    assert refused.status_code == 409
    assert "somebody else must publish it" in text(refused)

    kim = signed_in("kim")
    assert "Publish strict" in text(kim.get("/rules/version/strict/"))
    assert kim.post("/rules/publish/strict/", {"scope": "all"})["Location"] == "/rules/"
    assert live_model().version == "strict"
    page = text(kim.get("/rules/"))
    assert "6 records are still to be resolved again" in page

    sol.post("/rules/take-back/")
    assert live_model().version != "strict"
    kinds = list(Publication.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["publish", "take_back"]


def test_what_cannot_be_learnt_is_told(sol: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise Refused("there are too few records")

    monkeypatch.setattr("matching.rules.drafts.train_draft", refuse)
    sol.post("/rules/train/")
    run_waiting()

    assert "too few records" in text(sol.get("/rules/"))


def test_the_lab_asks_no_more_of_many_versions_than_of_few(
    sol: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_draft(sol)
    simulate(sol)
    sol.get("/rules/")
    with CaptureQueriesContext(connection) as few:
        sol.get("/rules/")
    asked = len(few)  # asked now: the next request begins a new log
    for number in range(5):
        make_draft(sol, name=f"other-{number}")

    with django_assert_num_queries(asked):
        sol.get("/rules/")
