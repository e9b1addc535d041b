"""Setting up, proving, renewing and ending a second step: pages and commands call these."""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from c360 import attempts, sign_in_log
from c360.models import User
from c360.second_step import codes
from c360.second_step.model import RecoveryCode, SecondStep, sealed


class AlreadySetUp(Exception):
    """There is a second step; its secret is not replaced without a code."""


class WrongCode(Exception):
    """Neither the code of now nor an unused recovery code."""


class TooManyCodes(Exception):
    """Too many codes were tried for one person; wait `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def step_of_person(person: User) -> SecondStep | None:
    """The second step of somebody, if they have one. One query."""
    return SecondStep.objects.filter(user=person).first()


@transaction.atomic
def set_up(person: User, secret: bytes, *, step_used: int) -> list[str]:
    """Have sign-in ask somebody for codes from now on; returns recovery codes to show once.

    `step_used` is the step of the code that proved that the app has the secret. Two pages at
    once make one second step. Raises `AlreadySetUp`.
    """
    User.objects.select_for_update().get(pk=person.pk)
    if step_of_person(person) is not None:
        raise AlreadySetUp
    sealed_secret, key_id = sealed(secret, person.pk)
    step = SecondStep.objects.create(
        user=person, sealed_secret=sealed_secret, sealed_by=key_id, last_step=step_used
    )
    return _make_recovery_codes(step)


def prove(person: User, typed: str, address: str) -> None:
    """Take a code of somebody's app, or a recovery code, and have it count no more.

    Tries are counted by person, wherever they come from: six digits are few, and only who knows
    the password gets to try. Raises `WrongCode`, `TooManyCodes`, `attempts.CounterUnavailable`.
    """
    if wait := attempts.count_code(person.pk):
        sign_in_log.too_many("codes", person.pk, address)
        raise TooManyCodes(wait)
    if not _takes(person, typed):
        sign_in_log.wrong("code", person.pk, address)
        raise WrongCode
    attempts.forget_codes(person.pk)


@transaction.atomic
def _takes(person: User, typed: str) -> bool:
    """Whether a code is right. The step is locked: of two who send one code one gets in."""
    step = SecondStep.objects.select_for_update().filter(user=person).first()
    if step is None:
        return False
    used = codes.step_of(step.secret, typed, after=step.last_step)
    if used is None:
        return _takes_recovery_code(step, typed)
    step.last_step = used
    step.save(update_fields=["last_step"])
    return True


def _takes_recovery_code(step: SecondStep, typed: str) -> bool:
    digest = codes.recovery_digest(step.secret, typed)
    unused = step.recovery_codes.filter(digest=digest, used_at=None)
    if not unused.update(used_at=timezone.now()):
        return False
    sign_in_log.changed(step.user_id, "used a recovery code")
    return True


@transaction.atomic
def renew_recovery_codes(step: SecondStep) -> list[str]:
    """Replace the recovery codes of somebody; those of before open nothing any more."""
    SecondStep.objects.select_for_update().get(pk=step.pk)
    step.recovery_codes.all().delete()
    return _make_recovery_codes(step)


def _make_recovery_codes(step: SecondStep) -> list[str]:
    made, secret = codes.new_recovery_codes(), step.secret
    RecoveryCode.objects.bulk_create(
        RecoveryCode(second_step=step, digest=codes.recovery_digest(secret, code))
        for code in made
    )
    return made


def codes_left(step: SecondStep) -> int:
    """How many recovery codes were not used yet."""
    return step.recovery_codes.filter(used_at=None).count()


def end(person: User, *, by: str) -> bool:
    """Ask somebody for the password alone from now on; false where it was so already.

    `by` says who did it, for the log: `themselves`, `user 7` or `a command`.
    """
    ended, _of_each = SecondStep.objects.filter(user=person).delete()
    if ended:
        with suppress(attempts.CounterUnavailable):
            attempts.forget_codes(person.pk)
        sign_in_log.changed(person.pk, f"lost their second step by {by}")
    return bool(ended)
