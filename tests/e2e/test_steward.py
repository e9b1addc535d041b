"""Sol and Kim, data stewards: decide pairs by keyboard, split what was joined, take it back."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e import journeys
from tests.e2e.people import Person
from tests.e2e.product import Product
from tests.e2e.ways import agents, stewards

pytestmark = pytest.mark.e2e
KEYS = "mnmdnmnnmd" * 2


def test_sol_decides_twenty_pairs_by_keyboard_and_takes_one_back(
    sol: Person, product: Product
) -> None:
    assert product.is_verified()
    sol.goes_to("/review/")
    before = journeys.answered(sol)

    for key in KEYS:
        journeys.presses(sol, key if key != "m" or journeys.may_be_same(sol) else "n")
    decided = journeys.answered(sol)
    journeys.undoes(sol)

    assert decided - before == len(KEYS) - KEYS.count("d")
    assert journeys.answered(sol) == decided - 1
    assert product.is_verified()


def test_what_was_decided_is_spoken_and_the_count_follows(sol: Person) -> None:
    sol.goes_to("/review/")
    waiting = journeys.waits(sol)

    journeys.presses(sol, "n")

    expect(sol.page.locator("#say")).to_have_text("Marked as not same. Undo: U")
    assert journeys.waits(sol) < waiting
    badge = sol.page.get_by_role("link", name="Review").locator(".count")
    expect(badge).to_have_text(str(journeys.waits(sol)))


def test_a_double_press_decides_one_pair(sol: Person) -> None:
    sol.goes_to("/review/")
    before, pair = journeys.answered(sol), journeys.pair_before(sol)

    sol.page.wait_for_timeout(journeys.LOOK_MS)
    sol.page.keyboard.press("n")
    sol.page.keyboard.press("n")

    expect(sol.page.locator("form.decide")).not_to_have_attribute("action", pair)
    sol.page.wait_for_timeout(journeys.LOOK_MS)
    assert journeys.answered(sol) == before + 1


ARRIVES_LATE = """() => {
    const late = document.createElement("div"), link = document.createElement("button");
    link.dataset.key = "b";
    late.append(link);
    document.getElementById("case").append(late);
    late.dispatchEvent(new Event("htmx:afterSwap", { bubbles: true }));
}"""


def test_what_arrives_beside_a_pair_holds_back_no_key_of_the_pair(sol: Person) -> None:
    sol.goes_to("/review/")
    pair = journeys.pair_before(sol)
    sol.page.wait_for_timeout(journeys.LOOK_MS)

    sol.page.evaluate(ARRIVES_LATE)
    sol.page.keyboard.press("d")

    expect(sol.page.locator("form.decide")).not_to_have_attribute("action", pair)


def test_keys_do_nothing_while_somebody_types_a_reason(sol: Person) -> None:
    sol.goes_to("/review/")
    before, pair = journeys.answered(sol), journeys.pair_before(sol)
    sol.page.get_by_text("Add a reason").click()

    sol.page.get_by_label("Why (kept with the decision)").press_sequentially("named in")
    sol.page.wait_for_timeout(journeys.LOOK_MS)

    assert (journeys.answered(sol), journeys.pair_before(sol)) == (before, pair)


def test_with_keys_switched_off_nothing_is_decided(kim: Person) -> None:
    kim.goes_to("/review/")
    before, pair = journeys.answered(kim), journeys.pair_before(kim)
    kim.opens_menu()
    kim.page.get_by_role("group", name="Single-key shortcuts").get_by_text("Off").click()

    for key in "mnd/?":
        kim.page.wait_for_timeout(journeys.LOOK_MS)
        kim.page.keyboard.press(key)

    expect(kim.page.get_by_role("dialog")).to_have_count(0)
    assert (journeys.answered(kim), journeys.pair_before(kim)) == (before, pair)
    kim.opens_menu()
    kim.page.get_by_role("group", name="Single-key shortcuts").get_by_text("On").click()


def test_the_list_of_keys_opens_and_closes_by_keyboard(sol: Person) -> None:
    sol.goes_to("/review/")

    sol.page.keyboard.press("?")
    keys = sol.page.get_by_role("dialog", name="Keys on this page")
    expect(keys).to_be_visible()
    for meaning in (re.compile("^(Same|Propose same)$"), "Not same", "Later"):
        expect(keys.get_by_text(meaning, exact=True)).to_be_visible()
    sol.page.keyboard.press("Escape")

    expect(keys).to_be_hidden()


def test_two_stewards_never_get_the_same_pair(sol: Person, kim: Person) -> None:
    sol.goes_to("/review/")
    kim.goes_to("/review/")

    for _ in range(3):
        assert journeys.pair_before(sol) != journeys.pair_before(kim)
        journeys.presses(sol, "n")
        assert journeys.pair_before(sol) != journeys.pair_before(kim)
        journeys.presses(kim, "n")


def test_a_risky_join_takes_sol_and_kim(sol: Person, kim: Person, product: Product) -> None:
    sol.goes_to("/review/")
    journeys.reaches_a_risky_pair(sol)
    pair = journeys.pair_before(sol)
    journeys.presses(sol, "m")
    expect(sol.page.locator(".case-reply")).to_contain_text("a second person must agree")

    kim.goes_to("/review/")
    if journeys.pair_before(kim) != pair:
        journeys.presses(kim, "d")  # the pair in hand comes before all others
    assert journeys.pair_before(kim) == pair
    expect(kim.page.locator(".case-side")).to_contain_text("Sol proposes: same person.")
    journeys.presses(kim, "m")

    expect(kim.page.locator(".case-reply")).to_contain_text("Marked as same.")
    assert product.is_verified()


def test_a_pair_in_somebodys_hands_says_so_and_offers_no_answer(
    sol: Person, kim: Person
) -> None:
    sol.goes_to("/review/")
    pair = journeys.pair_before(sol).removesuffix("decide/")

    kim.goes_to(pair)

    expect(kim.page.get_by_text("Sol is looking at this pair.")).to_be_visible()
    expect(kim.page.get_by_role("button", name="Not same")).to_have_count(0)


def test_sol_splits_a_customer_and_takes_it_back_from_the_history(
    sol: Person, product: Product
) -> None:
    sol.searches("jonathan pemberley")
    sol.opens("Jonathan Pemberley")
    profile, joined = journeys.profile_shown(sol), journeys.sources_joined(sol)
    timeline = sol.page.locator("#timeline").inner_text()
    assert len(joined) > 2
    assert product.is_verified()

    sol.page.keyboard.press("s")
    expect(sol.heading).to_have_text("Not the same person?")
    sol.page.get_by_role("checkbox").last.focus()
    sol.page.keyboard.press("Space")
    parts = sol.page.locator("#preview .part")
    expect(parts).to_have_count(2)
    expect(parts.filter(has_text="New customer")).to_contain_text(joined[-1])
    sol.page.get_by_label("Reason").fill("another Jonathan")
    sol.page.get_by_role("button", name="Split 1 record into a new customer").click()

    expect(sol.heading).to_have_text("History of joined records")
    expect(sol.page.get_by_role("main")).to_contain_text(
        "Split 1 record into a customer of its own"
    )
    expect(sol.page.get_by_text("“another Jonathan”")).to_be_visible()
    assert product.is_verified()
    stayed = journeys.profile_shown(sol)
    sol.goes_to(f"/c/{stayed}/")
    assert journeys.sources_joined(sol) == joined[:-1]

    sol.goes_to(f"/c/{stayed}/history/")
    receipt = sol.page.locator(".receipt", has_text="another Jonathan")
    receipt.get_by_role("button", name="Undo").click()

    expect(sol.page.get_by_role("main")).to_contain_text("Undone.")
    assert product.is_verified()
    sol.goes_to(f"/c/{profile}/")
    assert journeys.sources_joined(sol) == joined
    assert sol.page.locator("#timeline").inner_text() == timeline


def test_a_split_of_every_record_is_refused_in_words(sol: Person) -> None:
    sol.searches("rosalind hargreaves")
    sol.opens("Rosalind Hargreaves")
    boxes = journeys.opens_split(sol, journeys.profile_shown(sol))
    sol.watch.expect_refusal(re.sub(r"^http://[^/]+", "", sol.page.url))

    for number in range(boxes.count()):
        boxes.nth(number).check()

    expect(sol.page.locator("#preview .note")).to_be_visible()
    expect(sol.page.get_by_role("button", name=re.compile("^Split"))).to_have_count(0)


def test_stewards_are_not_let_into_the_ledger_and_the_admin(sol: Person, ana: Person) -> None:
    sol.searches("rosalind hargreaves")
    sol.opens("Rosalind Hargreaves")

    assert sol.is_refused(f"/c/{journeys.profile_shown(sol)}/consent/")
    assert sol.is_refused("/admin/login/")
    sol.goes_to("/review/")
    assert ana.is_refused(journeys.pair_before(sol).removesuffix("decide/"))


def test_sol_has_another_address_shown_ana_reads_why_and_sol_takes_it_back(
    sol: Person, ana: Person, product: Product
) -> None:
    shown = sol.page.locator("#value-address")
    agents.customer(sol)
    before = shown.inner_text()
    stewards.choose_seen(sol)
    expect(sol.page.locator("#foretold del")).to_have_text(before)
    then = sol.page.locator("#foretold strong").inner_text()
    sol.page.get_by_label("Why").fill("She moved in May.")
    sol.page.get_by_role("button", name="Show this value").click()

    expect(shown).to_have_text(then)
    ana.goes_to(urlsplit(sol.page.url).path)
    ana.page.get_by_role("link", name="Where Address comes from").click()
    told = ana.page.locator("#pop .chosen")
    expect(told).to_contain_text("Chosen by Sol")
    expect(told).to_contain_text("“She moved in May.”")
    expect(ana.page.get_by_role("button", name="Take back")).to_have_count(0)

    sol.page.get_by_role("link", name="Where Address comes from").click()
    sol.page.locator("#pop").get_by_role("button", name="Take back").first.click()
    expect(sol.page.get_by_text("Taken back: the rules choose again.")).to_be_visible()
    expect(shown).to_have_text(before)
    assert product.is_verified()
