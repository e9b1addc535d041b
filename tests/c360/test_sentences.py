"""What is raised or kept in English is told in the language of the reader."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from django.utils import translation

from c360.jobs.model import Job
from c360.sentences import in_words, knows
from c360.showing import Action, Notes
from consent.access.log import Answer, write
from profiles.desk.reveal import REASONS
from tests.matching.pages import text
from tests.profiles.customers import make_source
from tests.profiles.test_admin import make_quarantined
from tests.staff import signed_in, staff

ROOT = Path(project.BASE_DIR)
# What is raised or made with a sentence for people, and which argument the sentence is.
SAID = {
    "Objection": (1, "matching/core"),
    "Refused": (0, "matching/training"),
    "VersionError": (0, "matching profiles"),
    "RulesError": (0, "profiles"),
    "RowError": (2, "profiles"),
    "BadRow": (1, "profiles"),
    "NotStorable": (0, "profiles"),
}


def sentences(name: str) -> list[str]:
    """Every sentence a name is called with, with 7 for what is filled in."""
    place, folders = SAID[name]
    paths = [path for folder in folders.split() for path in (ROOT / folder).rglob("*.py")]
    return [text for path in paths for text in _called(path, name, place)]


def _called(path: Path, name: str, place: int) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
            said = node.args[place] if len(node.args) > place else ast.Constant("")
            given = _named(tree, said.id) if isinstance(said, ast.Name) else [said]
            yield from (text for each in given for text in _texts(each))


def _named(tree: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a module calls so before it says it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            yield node.value


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    if isinstance(node, ast.JoinedStr):
        parts = (str(p.value) if isinstance(p, ast.Constant) else "7" for p in node.values)
        yield "".join(parts)
    if isinstance(node, ast.Constant) and node.value:
        yield str(node.value)


@pytest.mark.parametrize("name", SAID)
def test_whatever_is_said_with_it_is_known(name: str) -> None:
    said = sentences(name)

    assert said
    assert [text for text in said if not knows(text)] == []


def test_every_reason_why_a_time_or_date_cannot_be_read_is_known() -> None:
    text = (ROOT / "profiles/mappings/normalise.py").read_text("utf-8")
    said = re.findall(r'raise ValueError\(f?"([^"]+)"\)', text)

    assert len(said) > 4
    assert [each for each in said if not knows(re.sub(r"{.*?}", "7", each))] == []


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("Two different values of loyalty.", "Zwei verschiedene Werte von loyalty."),
        ("Its worker ended 3 times.", "Sein Worker endete 3-mal."),
        ("the key is missing", "der Schlüssel fehlt"),
        ("token 7 …x1y2: in a frame", "Token 7 …x1y2: in einem Rahmen"),
    ],
)
def test_a_known_sentence_is_told_in_german(said: str, german: str) -> None:
    with translation.override("de"):
        assert in_words(said) == german
    with translation.override("en-gb"):
        assert in_words(said) == said


def test_a_sentence_within_a_sentence_is_told_too() -> None:
    said = (
        "what was learnt makes no sense: email: exact would speak against a match (-1.0 bits); "
        "phone: same (1.0 bits) would speak more for a match than exact (0.5). Train on more "
        "records, or look whether the mappings are right"
    )

    with translation.override("de"):
        told = in_words(said)

    assert "spräche gegen" in told
    assert "spräche stärker" in told
    assert "would" not in told


def test_what_nobody_has_listed_stays_as_it_was_said() -> None:
    with translation.override("de"):
        assert in_words("He rang from it.") == "He rang from it."


def test_why_a_job_failed_is_told_in_the_language_of_the_reader() -> None:
    job = Job(problem="RuntimeError: the log has more.")

    with translation.override("de"):
        assert job.problem_in_words == "RuntimeError: Mehr steht im Log."
    assert job.problem_in_words == job.problem


def test_why_a_value_was_shown_is_logged_alike_in_every_language() -> None:
    assert all(type(words) is str and knows(words) for words in REASONS.values())
    with translation.override("de"):
        assert in_words(REASONS["correct"]) == "Um es zu berichtigen"


@pytest.mark.django_db
def test_an_admin_reads_in_german_why_a_row_waits_in_quarantine() -> None:
    row = make_quarantined(make_source("shop"), reason="not a date of the form %Y")
    page = reverse("admin:profiles_source_quarantine", args=[row.source_id])

    assert row.reason in text(signed_in("ada").get(page))

    told = text(in_german("ada").get(page))

    assert "kein Datum der Form %Y" in told
    assert row.reason not in told


@pytest.mark.django_db
def test_an_officer_reads_reasons_and_roles_of_the_log_in_german() -> None:
    log = Answer(view="profiles:customer", status=200, actor_id=staff("ana").pk)
    write(log, Notes(Action.VIEW, reason="caller verified"))

    told = text(in_german("pia").get("/audit/"))

    assert "Anrufer geprüft" in told
    assert "Kundendienst" in told
    assert "Service agents" not in told


def in_german(name: str) -> Client:
    browser = signed_in(name)
    browser.post("/preferences/", {"language": "de"})
    return browser
