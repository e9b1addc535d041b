"""Every text can be translated, and has its German words."""

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

from tests.c360.texts import bare_texts, said_by, translatable_texts
from tests.staff import signed_in

ROOT = Path(project.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FOLDER = ROOT / "locale/de/LC_MESSAGES"
NAMES = {"Customer 360", "· Customer 360", "SHA-256"}  # called that in every language
PACKAGES = ["c360", "consent", "matching", "profiles"]


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
    """Those that the catalogue has no German words for."""
    return [text for text in texts if text not in CATALOGUE and (text, 0) not in CATALOGUE]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_speaks_german(path: Path) -> None:
    assert untranslated(translatable_texts(path)) == [], "run `make messages` and translate"


@pytest.mark.parametrize("package", PACKAGES)
def test_what_code_says_is_german(package: str) -> None:
    texts = [text for path in (ROOT / package).rglob("*.py") for text in said_by(path)]

    assert texts
    assert untranslated(texts) == [], "run `make messages` and translate"


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
    for entry in entries_of(path):
        for key, text in entry.items():
            if key == "msgstr" and text:
                found[entry["msgid"]] = text
            elif key.startswith("msgstr[") and text:
                found[entry["msgid"], int(key[7])] = text
    return found


def entries_of(path: Path) -> list[dict[str, str]]:
    """The entries of a .po file after its heading, by keyword: msgid, msgstr[0] …"""
    blocks = path.read_text("utf-8").split("\n\n")[1:]
    pattern = re.compile(r'^(msg\w+(?:\[\d\])?) ((?:"[^\n]*"\n?)+)', re.MULTILINE)
    found = [{key: _joined(lines) for key, lines in pattern.findall(each)} for each in blocks]
    return [entry for entry in found if entry]


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


def test_every_text_has_its_german_words() -> None:
    missing = [
        entry["msgid"]
        for entry in entries_of(FOLDER / "django.po")
        if not all(text for key, text in entry.items() if key.startswith("msgstr"))
    ]

    assert missing == []


def test_every_translation_keeps_what_code_fills_in_and_its_tags() -> None:
    assert [
        entry["msgid"] for entry in entries_of(FOLDER / "django.po") if is_bent(entry)
    ] == []


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        ("Saved %s.", "%s gespeichert.", False),
        ("Saved %s.", "Gespeichert.", True),
        ("%(n)s of %(of)s", "%(n)s von %(von)s", True),
        ("%(n)s %% right", "%(n)s % richtig", True),
        ("Send <code>Bearer</code>", "<code>Bearer</code> senden", False),
        ("Send <code>Bearer</code>", "<code>Bearer<code> senden", True),
        ("by ", "von", True),
    ],
)
def test_a_translation_that_lost_a_part_is_found(text: str, said: str, found: bool) -> None:
    assert is_bent({"msgid": text, "msgstr": said}) is found


def test_a_translation_for_one_may_count_or_say_it_in_words() -> None:
    entry = {"msgid": "Says once", "msgid_plural": "Says %(n)s times", "msgstr[1]": "%(n)s-mal"}

    assert not is_bent({**entry, "msgstr[0]": "Einmal"})
    assert not is_bent({**entry, "msgstr[0]": "%(n)s-mal"})
    assert is_bent({**entry, "msgstr[0]": "%(number)s-mal"})


def is_bent(entry: dict[str, str]) -> bool:
    """Whether a translation lacks a part of its original, or has one that is not there."""
    one, many = entry["msgid"], entry.get("msgid_plural", entry["msgid"])
    allowed = {"msgstr": [one], "msgstr[0]": [one, many], "msgstr[1]": [many]}
    return any(
        _parts(text) not in [_parts(original) for original in allowed[key]]
        for key, text in entry.items()
        if key.startswith("msgstr")
    )


def _parts(text: str) -> tuple[str, str, list[str]]:
    """Spaces at both ends, and all that is filled in or a tag, in whatever order."""
    kept = re.findall(r"%(?:\(\w+\))?[a-zA-Z]|%%|\{\w*\}|</?[a-z][^>]*>|&\w+;", text)
    return text[: -len(text.lstrip())], text[len(text.rstrip()) :], sorted(kept)


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
