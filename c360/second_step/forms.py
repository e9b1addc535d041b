"""Forms that take a code: at sign-in, to set up a second step, and to change one."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from c360 import attempts
from c360.forms import UNAVAILABLE, CodeForm, too_many_tries
from c360.models import User
from c360.second_step import codes, keeping


class SetUpForm(CodeForm):
    """Proves that an app has the secret of the page; `step_used` is the step of its code."""

    step_used = 0

    def __init__(self, secret: bytes, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret = secret

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        used = codes.step_of(self.secret, typed)
        if used is None:
            raise ValidationError(
                _("This is not the code of now. Wait for the next one and type it.")
            )
        self.step_used = used
        return typed


class ProofForm(CodeForm):
    """A code of somebody's app, or a recovery code; whichever is right is used up."""

    def __init__(self, person: User, address: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.address = address

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        try:
            keeping.prove(self.person, typed, self.address)
        except keeping.WrongCode as error:
            raise ValidationError(
                _("This code is wrong, or was used already. Wait for the next one.")
            ) from error
        except keeping.TooManyCodes as error:
            self.wait_seconds = error.seconds
            raise too_many_tries(error.seconds) from error
        except attempts.CounterUnavailable as error:
            raise ValidationError(UNAVAILABLE, code="unavailable") from error
        return typed
