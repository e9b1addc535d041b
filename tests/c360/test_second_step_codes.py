"""What counts as a code, how often, and what of it lies in the database."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from c360.sealing import CannotOpen
from c360.second_step.codes import step_of
from c360.second_step.model import SecondStep
from tests.c360.phones import STEP_SECONDS, at_the_code, give, with_phone
from tests.staff import PASSWORD, staff

pytestmark = pytest.mark.django_db


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, the last six of its eight digits."""
    secret = b"12345678901234567890"
    vectors = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}

    for second, code in vectors.items():
        with time_machine.travel(second, tick=False):
            assert step_of(secret, code) == second // STEP_SECONDS
            assert step_of(secret, code, after=second // STEP_SECONDS) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "12345\0"])
def test_what_is_no_code_opens_nothing(typed: str) -> None:
    ana = staff("ana", PASSWORD)
    with_phone(ana)
    browser = at_the_code(ana)

    answer = give(browser, typed)

    assert answer.status_code == 422
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_the_clock_of_a_phone_may_be_one_step_off(steps: int, opens: bool) -> None:
    ana = staff("ana", PASSWORD)
    phone, _codes = with_phone(ana)
    browser = at_the_code(ana)

    with time_machine.travel(timezone.now(), tick=False):
        answer = give(browser, phone.shows(steps_off=steps))

    assert (answer.status_code == 302) is opens


def test_a_code_is_taken_once_and_the_next_one_again() -> None:
    ana = staff("ana", PASSWORD)
    phone, _codes = with_phone(ana)
    now = timezone.now()

    with time_machine.travel(now, tick=False):
        seen = phone.shows()
        assert give(at_the_code(ana), seen).status_code == 302
        replayed = give(at_the_code(ana), seen)
        older = give(at_the_code(ana), phone.shows(steps_off=-1))
    with time_machine.travel(now + timedelta(seconds=STEP_SECONDS), tick=False):
        later = give(at_the_code(ana), phone.shows())

    assert replayed.status_code == older.status_code == 422
    assert "was used already" in replayed.content.decode()
    assert later.status_code == 302


def test_a_recovery_code_signs_in_once_in_place_of_the_phone() -> None:
    ana = staff("ana", PASSWORD)
    _phone, codes = with_phone(ana)

    first = give(at_the_code(ana), codes[0])
    again = give(at_the_code(ana), codes[0])
    another = give(at_the_code(ana), codes[1])

    assert first.status_code == another.status_code == 302
    assert again.status_code == 422


def test_codes_are_taken_with_or_without_gaps() -> None:
    ana = staff("ana", PASSWORD)
    phone, codes = with_phone(ana)
    shown = phone.shows()

    assert give(at_the_code(ana), f" {shown[:3]} {shown[3:]} ").status_code == 302
    assert give(at_the_code(ana), codes[0].replace("-", "")).status_code == 302
    assert give(at_the_code(ana), codes[1].replace("-", " ")).status_code == 302


def test_the_database_alone_makes_no_codes() -> None:
    ana, sol = staff("ana"), staff("sol")
    with_phone(ana)
    with_phone(sol)
    of_ana = SecondStep.objects.get(user=ana)
    of_sol = SecondStep.objects.get(user=sol)

    assert of_ana.secret not in bytes(of_ana.sealed_secret)
    of_sol.sealed_secret = of_ana.sealed_secret  # copied to somebody else it does not open
    with pytest.raises(CannotOpen):
        of_sol.secret  # noqa: B018 - reading it is what fails


def test_recovery_codes_are_stored_as_hashes() -> None:
    ana = staff("ana")
    _phone, codes = with_phone(ana)
    stored = set(
        SecondStep.objects.get(user=ana).recovery_codes.values_list("digest", flat=True)
    )

    assert len(stored) == len(set(codes)) == 10
    assert not any(code.replace("-", "") in digest for code in codes for digest in stored)
