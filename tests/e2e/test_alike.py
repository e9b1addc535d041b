"""Pairs alike in everything: offered at a pair, answered by keyboard, all taken back."""

import csv
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import journeys
from tests.e2e.looking import SMALLEST, overflow, violations_in
from tests.e2e.people import Person, Seat
from tests.e2e.product import Product
from tests.e2e.tour import WIDE

pytestmark = pytest.mark.e2e
NAMES = [("Melchior", "Tanglebrook"), ("Wilhelmina", "Oxenfurrow"), ("Florentin", "Pipewright")]
LISTS = ("list-a", "list-b")
KEPT = {"purpose": "service", "basis": "contract", "retention_days": 365}
MAPPING = {
    "key": "number",
    "attributes": {"given_name": "given", "family_name": "family"},
    "basis": {"*": KEPT},
}
MAKE_SOURCES = f"""
from profiles.models import Source
for slug in {LISTS}:
    Source.objects.create(slug=slug, name=slug, stage="suggest")
"""  # every match of theirs asks a person
FIND = """
from matching.models import ReviewCase
waiting = ReviewCase.objects.open().filter(lo__source__slug__startswith="list-")
print(waiting.order_by("pk").values_list("pk", flat=True)[0])
"""


@pytest.fixture(scope="module")
def case(product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One of three pairs of people of whom two lists know the name and nothing else."""
    folder = tmp_path_factory.mktemp("lists")
    (folder / "mapping.json").write_text(json.dumps(MAPPING))
    assert product.manage("shell", "-v0", "-c", MAKE_SOURCES).returncode == 0
    for slug in LISTS:
        how = ("--mapping", str(folder / "mapping.json"))
        done = product.manage("import_records", slug, str(write(folder, slug)), *how)
        assert "3 new" in done.stdout, done.stderr
    product.settles()
    return product.manage("shell", "-v0", "-c", FIND).stdout.strip()


def write(folder: Path, slug: str) -> Path:
    file = folder / f"{slug}.csv"
    with file.open("w", encoding="utf-8", newline="") as written:
        rows = csv.writer(written)
        rows.writerow(["number", "given", "family"])
        rows.writerows([n, *name] for n, name in enumerate(NAMES, 1))
    return file


def reaches_all(person: Person, case: str) -> None:
    """From one of the pairs to all that are like it."""
    person.goes_to(f"/review/{case}/")
    expect(person.page.get_by_text("2 further pairs are alike in everything.")).to_be_visible()
    person.page.wait_for_timeout(journeys.LOOK_MS)
    person.page.keyboard.press("b")
    expect(person.heading).to_have_text("3 pairs, alike in everything")


def fits(page: Page, name: str) -> bool:
    assert violations_in(page, name) == []
    page.set_viewport_size(SMALLEST)
    return overflow(page) == []


def test_the_pages_suit_everyone_in_both_themes_and_on_every_screen(
    case: str, seat: Seat
) -> None:
    sol = seat("sol", bypass_csp=True, reduced_motion="reduce", viewport=WIDE)
    reaches_all(sol, case)
    assert fits(sol.page, "review-alike")

    sol.page.get_by_role("button", name="All ticked: same").click()

    expect(sol.heading).to_have_text("3 pairs: the same person each?")
    assert fits(sol.page, "review-alike-confirm")


def test_nothing_ticked_is_said_and_nothing_is_saved(case: str, sol: Person) -> None:
    reaches_all(sol, case)
    for tick in sol.page.get_by_role("checkbox").all():
        tick.uncheck()
    sol.watch.expect_refusal(f"/review/alike/{case}/")

    sol.page.keyboard.press("m")

    expect(sol.page.get_by_role("main")).to_contain_text("Tick the pairs to answer.")
    reaches_all(sol, case)


def test_sol_answers_all_of_them_by_keyboard_and_takes_all_back(
    case: str, sol: Person, product: Product
) -> None:
    reaches_all(sol, case)
    sol.page.keyboard.press("m")
    expect(sol.heading).to_have_text("3 pairs: the same person each?")
    sol.page.keyboard.press("m")

    expect(sol.page.get_by_role("main")).to_contain_text("3 pairs marked as same.")
    assert product.is_verified()
    waiting = journeys.waits(sol)
    journeys.undoes(sol)
    expect(sol.page.locator("#count")).to_contain_text(f"{waiting + 3}")
    assert product.is_verified()
