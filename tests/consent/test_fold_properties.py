"""The rule in worlds nobody thought of, and proof that the checks notice when it breaks.

`make test` draws few examples of each; `make test-faults` more than 20,000 in all.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from consent.permitting import fold
from consent.permitting.facts import Customer, Reason, Statement
from tests.consent.rule_checks import CHECKS

Check = Callable[[st.DataObject], None]
FEW, MANY, NOTICED_WITHIN = 25, 1_500, 1_000
NOTICED_SOON = 4  # the seed, of the first ten, with which all that breaks is noticed soonest


def run(check: Check, examples: int, *, seeded: bool = False) -> None:
    """Draw so many examples for one check."""

    @settings(
        max_examples=examples,
        database=None,
        phases=(Phase.generate,) if seeded else tuple(Phase),
        report_multiple_bugs=False,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def drawn(data: st.DataObject) -> None:
        check(data)

    (seed(NOTICED_SOON)(drawn) if seeded else drawn)()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_rule_keeps_its_promise(check: Check) -> None:
    run(check, FEW)


@pytest.mark.faults
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_rule_keeps_its_promise_in_very_many_worlds(check: Check) -> None:
    assert MANY * len(CHECKS) >= 20_000
    run(check, MANY)


_words, _lifts, _validity = fold.words_against, fold.lifts, fold._validity


def latest_wins(customer: Customer, grant: Statement, word: fold.Word) -> bool:
    return grant.is_later_than(word.said)


def at_least_as_late(self: Statement, other: Statement) -> bool:
    return self.stated_at >= other.stated_at


def days_are_midnights(self: Statement, other: Statement) -> bool:
    return self.stated_at > other.stated_at


def of_the_cluster(asked: fold.Question, said: Collection[Statement]) -> Any:
    """A yes to any of the customer's addresses is a yes to all of them."""
    for each in said:
        is_yes = each.decision == "granted" and each.purpose == asked.purpose.key
        is_ours = asked.customer.joined.get(each.record, False) and each.begins <= asked.at
        if is_yes and is_ours and each.channel == asked.channel:
            yield fold.Grant(each, *fold._validity(asked, each))


def of_anybody_with_the_address(asked: fold.Question, said: Collection[Statement]) -> Any:
    """A yes of a record that is not joined travels with the address."""
    for each in said:
        is_meant = each.concerns(asked.purpose.key, asked.channel) and each.begins <= asked.at
        if is_meant and (each.decision, each.point) == ("granted", asked.point):
            yield fold.Grant(each, *fold._validity(asked, each))


def without_pending(asked: fold.Question, said: Collection[Statement]) -> Any:
    return (word for word in _words(asked, said) if not word.is_hidden)


def of_joined_records_only(asked: fold.Question, said: Collection[Statement]) -> Any:
    return (word for word in _words(asked, said) if word.is_joined)


def of_the_address_only(asked: fold.Question, said: Collection[Statement]) -> Any:
    return (word for word in _words(asked, said) if word.is_about_point)


def of_the_anchor_only(asked: fold.Question, said: Collection[Statement]) -> Any:
    return (word for word in _words(asked, said) if word.record == word.said.record)


def _forever(asked: fold.Question, grant: Statement) -> tuple[None, None]:
    return None, None


def _never_invalid(asked: fold.Question, grant: Statement) -> Any:
    until, flaw = _validity(asked, grant)
    return until, None if flaw == Reason.INVALIDATED else flaw


def undated_counts(customer: Customer, grant: Statement, word: fold.Word) -> bool:
    return _lifts(customer, replace(grant, precision="exact"), word)


def any_yes_lifts(customer: Customer, grant: fold.Grant, words: Collection[fold.Word]) -> bool:
    return not words or any(_lifts(customer, grant.said, word) for word in words)


def _corrected_for_anybody(asked: fold.Question, refusal: Statement, record: int) -> bool:
    return bool(asked.customer.annulled.get(refusal.entry))


def _one_channel_each(self: Statement, purpose: str, channel: str) -> bool:
    return self.purpose in ("", purpose) and self.channel in ("", channel)


def never(*args: object) -> bool:
    return False


def always(*args: object) -> bool:
    return True


STATEMENT = "consent.permitting.facts.Statement"
FOLD = "consent.permitting.fold"
# What breaks, what stands in its place, and the check that must notice.
MUTANTS: dict[str, tuple[str, object, str]] = {
    "latest wins": (f"{FOLD}.lifts", latest_wins, "narrow_lifting"),
    "consent of the cluster": (f"{FOLD}.grants_for", of_the_cluster, "every_yes_has_its_word"),
    "a merge opens": (f"{FOLD}.grants_for", of_the_cluster, "no_leak"),
    "yes travels with the address": (
        f"{FOLD}.grants_for",
        of_anybody_with_the_address,
        "shared_address",
    ),
    "pending pairs ignored": (
        f"{FOLD}.words_against",
        without_pending,
        "pending_refusals_close",
    ),
    "no on the address ignored": (
        f"{FOLD}.words_against",
        of_joined_records_only,
        "shared_address",
    ),
    "no of the record ignored": (f"{FOLD}.words_against", of_the_address_only, "refusals_bind"),
    "snapshots ignored": (f"{FOLD}.words_against", of_the_anchor_only, "said_while_merged"),
    ">= instead of >": (
        f"{STATEMENT}.is_later_than",
        at_least_as_late,
        "later_counts_strictly",
    ),
    "a day is its midnight": (
        f"{STATEMENT}.is_later_than",
        days_are_midnights,
        "later_counts_strictly",
    ),
    "rows without dates lift": (f"{FOLD}.lifts", undated_counts, "narrow_lifting"),
    "one lifted no is enough": (f"{FOLD}.opens", any_yes_lifts, "every_no_has_to_be_lifted"),
    "joined means confirmed": (f"{FOLD}._are_confirmed", always, "narrow_lifting"),
    "confirmed means nothing": (f"{FOLD}._are_confirmed", never, "narrow_lifting"),
    "nothing runs out": (f"{FOLD}._validity", _forever, "every_yes_has_its_word"),
    "nothing is invalid": (f"{FOLD}._validity", _never_invalid, "corrections_lift_one_side"),
    "nothing is corrected": (f"{FOLD}._is_corrected", never, "corrections_lift_one_side"),
    "a correction lifts all": (
        f"{FOLD}._is_corrected",
        _corrected_for_anybody,
        "corrections_lift_one_side",
    ),
    "objections have one channel": (
        f"{STATEMENT}.concerns",
        _one_channel_each,
        "objections_reach_every_channel",
    ),
}
BY_NAME = {check.__name__: check for check in CHECKS}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_check_notices_when_the_rule_breaks(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, instead, check = MUTANTS[name]

    monkeypatch.setattr(broken, instead)

    with pytest.raises(AssertionError):
        run(BY_NAME[check], NOTICED_WITHIN, seeded=True)
