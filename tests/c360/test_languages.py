"""Every text can be translated; German is spoken where it is promised."""

import ast
import gettext as catalogues
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.test import Client
from django.utils import translation

from tests.c360.texts import bare_texts, said_by, translatable_texts
from tests.staff import signed_in

ROOT = Path(project.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FOLDER = ROOT / "locale/de/LC_MESSAGES"
NAMES = {"Customer 360", "· Customer 360", "SHA-256"}  # called that in every language
SHELL = [
    "base.html",
    "registration/login.html",
    "registration/code.html",
    *(f"c360/{name}.html" for name in ("_user_menu", "preferences", "no_role", "stale_form")),
    "c360/second_step.html",
    *(f"c360/_second_step_{part}.html" for part in ("set_up", "kept", "codes")),
    *(f"{status}.html" for status in (403, 404, 410, 500, 503)),
]
DESK = [
    *sorted(
        path.relative_to(ROOT / "templates")
        for path in (ROOT / "templates/profiles").glob("*.html")
    ),
    *(
        Path(f"matching/{name}.html")
        for name in ("_uncertain", "_confidence", "report", "reports")
    ),
    *(Path(f"matching/_{name}.html") for name in ("reports", "report_form", "report_lines")),
    *(Path(f"matching/{name}.html") for name in ("_relations", "_relations_ask", "relations")),
    *(Path(f"consent/{name}.html") for name in ("_panel", "_verdict", "panel", "_say", "say")),
]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_says_nothing_that_cannot_be_translated(path: Path) -> None:
    assert [text for text in bare_texts(path.read_text("utf-8")) if text not in NAMES] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello there</p>", ["Hello there"]),
        ('<p>{% translate "Hello there" %}</p>', []),
        ("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", []),
        ("{% if who %}by {{ who }}{% endif %}", ["by"]),
        ('<input placeholder="Your name">', ["Your name"]),
        ("{# A remark #}<code>manage.py up</code> <kbd>Esc</kbd> · 12", []),
    ],
)
def test_the_search_for_bare_texts_finds_them(source: str, found: list[str]) -> None:
    assert bare_texts(source) == found


def untranslated(texts: Iterable[str]) -> list[str]:
    """Those that neither we nor Django have German words for."""
    with translation.override("de"):
        return [
            text
            for text in texts
            if text not in CATALOGUE and (text, 0) not in CATALOGUE and text not in {"Auto"}
        ]


@pytest.mark.parametrize("name", SHELL)
def test_the_shell_speaks_german(name: str) -> None:
    assert untranslated(translatable_texts(ROOT / "templates" / name)) == []


@pytest.mark.parametrize("path", DESK, ids=str)
def test_the_pages_of_agents_speak_german(path: Path) -> None:
    assert untranslated(translatable_texts(ROOT / "templates" / path)) == []


@pytest.mark.parametrize(
    "folder", ["profiles/desk", "profiles/finding", "profiles/views", "c360/second_step"]
)
def test_what_code_says_on_the_pages_of_agents_is_german(folder: str) -> None:
    texts = [text for path in (ROOT / folder).rglob("*.py") for text in said_by(path)]

    assert texts
    assert untranslated(texts) == []


@pytest.mark.django_db
def test_a_stranger_is_greeted_in_the_language_of_the_browser(client: Client) -> None:
    german = client.get("/login/", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
    french = client.get("/login/", headers={"Accept-Language": "fr"})

    assert '<html lang="de" dir="ltr"' in german.content.decode()
    assert "Passwort" in german.content.decode()
    assert '<html lang="en-gb"' in french.content.decode()
    assert "Accept-Language" in german.headers["Vary"]


@pytest.mark.django_db
def test_a_chosen_language_is_spoken_whatever_the_browser_asks_for() -> None:
    browser = signed_in("ana")
    browser.post("/preferences/", {"language": "de"})

    page = browser.get("/preferences/", headers={"Accept-Language": "en"}).content.decode()
    browser.post("/logout/")
    sign_in = browser.get("/login/", headers={"Accept-Language": "en"}).content.decode()

    assert "Ihre Einstellungen" in page
    assert "Anmelden" in sign_in


@pytest.mark.django_db
def test_a_lock_is_told_in_german_with_its_time(client: Client) -> None:
    somebody = uuid4().hex  # tries are counted longer than a test run takes
    for _try in range(6):
        answer = client.post(
            "/login/",
            {"username": f"{somebody}@example.org", "password": "wrong"},
            headers={"Accept-Language": "de"},
            REMOTE_ADDR=f"2001:db8::{somebody[:4]}:{somebody[4:8]}",
        )

    assert "Warten Sie 15 Minuten" in answer.content.decode()


def read_po(path: Path) -> dict[str | tuple[str, int], str]:
    """The translated texts of a .po file, keyed as Python's gettext has them."""
    found: dict[str | tuple[str, int], str] = {}
    for block in path.read_text("utf-8").split("\n\n"):
        said = dict(re.findall(r'^(msg\w+(?:\[\d\])?) ((?:"[^\n]*"\n?)+)', block, re.MULTILINE))
        parts = {key: _joined(lines) for key, lines in said.items()}
        for key, text in parts.items():
            if key == "msgstr" and text:
                found[parts["msgid"]] = text
            elif key.startswith("msgstr[") and text:
                found[parts["msgid"], int(key[7])] = text
    return found


def _joined(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.splitlines())


def read_mo(path: Path) -> Any:
    with path.open("rb") as file:
        return catalogues.GNUTranslations(file)._catalog  # type: ignore[attr-defined]


CATALOGUE = read_po(FOLDER / "django.po")


def test_what_runs_is_what_the_translators_wrote() -> None:
    ran = {key: text for key, text in read_mo(FOLDER / "django.mo").items() if key}
    wrote = {key: text for key, text in CATALOGUE.items() if key}

    assert ran == wrote, "run `make messages`"


def test_no_translation_is_a_guess_of_the_tool() -> None:
    assert "#, fuzzy" not in (FOLDER / "django.po").read_text("utf-8")


def test_styles_have_no_left_or_right() -> None:
    sided = re.compile(
        r"(?:margin|padding|border)-(?:left|right)|(?<![-\w])(?:left|right):|"
        r"text-align: *(?:left|right)|float: *(?:left|right)"
    )
    found = [
        f"{path.name}:{number}"
        for path in (ROOT / "static/css").glob("*.css")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if sided.search(line)
    ]

    assert found == []
