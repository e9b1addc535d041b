"""The sign-in form."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from c360 import attempts
from c360.models import User


class SignInForm(AuthenticationForm):
    """E-mail address and password; every failure reads the same, whoever exists."""

    username = forms.EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    error_messages = {
        "invalid_login": _("Sign-in failed. Check both fields."),
        "inactive": _("Sign-in failed. Check both fields."),
        "too_many": _("Too many tries. Wait 15 minutes, then try again."),
        "unavailable": _("Nobody can sign in at the moment. Try again in a minute."),
    }

    def clean_username(self) -> str:
        """The address as it is stored; capitals do not matter when typing it."""
        typed: str = self.cleaned_data["username"]
        stored = User.objects.filter(email__iexact=typed).values_list("email", flat=True)
        return stored.first() or typed

    def clean(self) -> dict[str, Any]:
        account = self.cleaned_data.get("username") or self.data.get("username", "")
        address = self.request.META["REMOTE_ADDR"] if self.request else ""
        try:
            if not attempts.count(account, address):
                raise self._refusal("too_many")
            cleaned = super().clean()
            if self.user_cache is not None:
                attempts.forget(account, address)
        except attempts.CounterUnavailable as error:
            raise self._refusal("unavailable") from error
        return cleaned

    def _refusal(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)
