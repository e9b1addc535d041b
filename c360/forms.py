"""The sign-in form, and the one of what people set for themselves."""

from math import ceil
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from c360 import attempts, sign_in_log
from c360.models import User
from c360.personal import time_zones

COOKIE_SECONDS = 400 * 86_400  # browsers keep none for longer
UNAVAILABLE = _("Nobody can sign in at the moment. Try again in a minute.")
STATUSES = {"too_many": 429, "unavailable": 503}


def too_many_tries(seconds: int) -> ValidationError:
    """How long to wait, in words."""
    minutes = ceil(seconds / 60)
    said = ngettext(
        "Too many tries. Wait %(n)s minute, then try again.",
        "Too many tries. Wait %(n)s minutes, then try again.",
        minutes,
    )
    return ValidationError(said, code="too_many", params={"n": minutes})


def refused(response: HttpResponse, form: "SignInForm | CodeForm") -> HttpResponse:
    """The page of a form that signs nobody in, with its status and how long to wait."""
    problems = [each.code or "" for field in form.errors.as_data().values() for each in field]
    response.status_code = next(filter(None, map(STATUSES.get, problems)), 422)
    if form.wait_seconds:
        response["Retry-After"] = str(form.wait_seconds)
    return response


class CodeForm(forms.Form):
    """One field for a code of a second step, pasted with or without gaps."""

    code = forms.CharField(label=_("Code"), max_length=40)
    wait_seconds = 0  # once too many codes were tried


class SignInForm(AuthenticationForm):
    """E-mail address and password; every failure reads the same, whoever exists."""

    username = forms.EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    error_messages = {
        "invalid_login": _("Sign-in failed. Check both fields."),
        "inactive": _("Sign-in failed. Check both fields."),
    }

    wait_seconds = 0  # once too many tries were made

    def clean_username(self) -> str:
        """The address as it is stored; capitals do not matter when typing it."""
        typed: str = self.cleaned_data["username"]
        stored = User.objects.filter(email__iexact=typed).values_list("email", flat=True)
        return stored.first() or typed

    def clean(self) -> dict[str, Any]:
        account = self.cleaned_data.get("username") or self.data.get("username", "")
        address = self.request.META["REMOTE_ADDR"] if self.request else ""
        try:
            self.wait_seconds = attempts.count(account, address)
            if self.wait_seconds:
                sign_in_log.too_many("passwords", self._person(), address)
                raise too_many_tries(self.wait_seconds)
            cleaned = self._checked(address)
            if self.user_cache is not None:
                attempts.forget(account, address)
        except attempts.CounterUnavailable as error:
            raise ValidationError(UNAVAILABLE, code="unavailable") from error
        return cleaned

    def _checked(self, address: str) -> dict[str, Any]:
        """What Django makes of the two fields; whatever it refuses is in the log."""
        try:
            return super().clean()
        except ValidationError:
            sign_in_log.wrong("password", self._person(), address)
            raise

    def _person(self) -> int | None:
        """Whose address was typed, by primary key."""
        known = User.objects.filter(email=self.cleaned_data.get("username", ""))
        return known.values_list("pk", flat=True).first()


def _zones() -> list[tuple[str, str]]:
    ours = gettext("As the server (%(zone)s)") % {"zone": settings.TIME_ZONE}
    return [("", ours), *((name, name.replace("_", " ")) for name in time_zones())]


def _languages() -> list[tuple[str, str]]:
    return [("", gettext("As the browser asks")), *settings.LANGUAGES]


class PreferencesForm(forms.ModelForm):
    """What a person may set. What is not sent stays as it is: the menu sends one thing only.

    The theme is kept in a cookie, so that it holds before anybody has signed in; the rest is
    kept on the user, the language in both.
    """

    theme = forms.ChoiceField(
        label=_("Appearance"),
        choices=[("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
        required=False,
        widget=forms.RadioSelect,
    )
    shortcuts = forms.ChoiceField(
        label=_("Single-key shortcuts"),
        choices=[("on", _("On")), ("off", _("Off"))],
        help_text=_("Keys such as M and N answer, J and K move. Off: only Ctrl K and Esc act."),
        widget=forms.RadioSelect,
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        required=False,
        help_text=_("Times on all pages are shown in it."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=_languages, required=False)

    class Meta:
        model = User
        fields = ("density", "time_zone", "language")
        labels = {"density": _("Density")}
        widgets = {"density": forms.RadioSelect}

    field_order = ("theme", "density", "shortcuts", "language", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            for name in set(self.fields) - set(self.data):
                del self.fields[name]

    def keep(self) -> None:
        """Store what was sent, and nothing else: an admin may be changing the rest."""
        changed = [name for name in self.Meta.fields if name in self.cleaned_data]
        if "shortcuts" in self.cleaned_data:
            self.instance.shortcuts_enabled = self.cleaned_data["shortcuts"] == "on"
            changed.append("shortcuts_enabled")
        self.instance.save(update_fields=changed)

    def keep_cookies(self, response: HttpResponse, *, secure: bool) -> None:
        """Have the browser keep what must hold before anybody has signed in."""
        names = {"theme": "theme", "language": settings.LANGUAGE_COOKIE_NAME}
        for name in names.keys() & self.cleaned_data.keys():
            if self.cleaned_data[name]:
                response.set_cookie(
                    names[name],
                    self.cleaned_data[name],
                    max_age=COOKIE_SECONDS,
                    httponly=True,
                    samesite="Lax",
                    secure=secure,
                )
            else:
                response.delete_cookie(names[name])
