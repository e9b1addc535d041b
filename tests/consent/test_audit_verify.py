"""Verifying the access log: as it was written, and damaged."""

import pytest

from consent.access.check import Check, check_newest
from profiles.models import Profile
from tests.consent import looks
from tests.consent.looks import change_log, looks_at
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
anna = looks.anna


def damaged(change: str) -> str:
    """What the page says once somebody with all rights changed the table."""
    change_log(change)
    return verified()


def verified() -> str:
    return " ".join(
        signed_in("pia").post("/audit/verify/", follow=True).content.decode().split()
    )


@pytest.fixture
def three(anna: Profile) -> None:
    for _ in range(3):
        looks_at(anna.pk)


def test_a_log_as_it_was_written_is_unbroken(three: None) -> None:
    assert "3 entries are as they were written" in verified()


def test_an_empty_log_is_no_broken_one() -> None:
    assert check_newest() == Check(0, None)
    assert "The log is empty." in verified()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent_accessentry SET profiles = '{P-1}' WHERE seq = 2",
        "UPDATE consent_accessentry SET actor_id = NULL WHERE seq = 2",
        "UPDATE consent_accessentry SET row_hash = sha256('x') WHERE seq = 2",
        "UPDATE consent_accessentry SET at = at + interval '1 microsecond' WHERE seq = 2",
    ],
)
def test_an_entry_that_was_changed_is_named(three: None, change: str) -> None:
    said = damaged(change)

    assert "Broken: access" in said
    assert "/2 " in said or "/3 " in said
    assert "are as they were written" not in said


def test_the_entry_behind_one_that_is_gone_is_named(three: None) -> None:
    said = damaged("DELETE FROM consent_accessentry WHERE seq = 2")

    assert "/3 stands where" in said


def test_only_the_newest_entries_are_read_while_somebody_waits(three: None) -> None:
    change_log("UPDATE consent_accessentry SET actor_id = NULL WHERE seq = 1")

    assert not check_newest(1).problem
    assert check_newest(1).entries == 2  # with the one it follows
    assert check_newest(3).problem
