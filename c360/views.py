"""Sign-in, sign-out, preferences, the start page of each role, and pages for errors."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from c360.forms import PreferencesForm, SignInForm, refused
from c360.http import StaffRequest, with_next
from c360.middleware import ENDED, begin, request_id
from c360.models import User
from c360.personal import THEMES
from c360.second_step import pending
from c360.second_step.keeping import step_of_person
from c360.showing import shows_no_customer_data

ENDINGS = {
    "idle": gettext_lazy(
        "You were away for half an hour, so you were signed out. Sign in to go on."
    ),
    "whole": gettext_lazy("A working day is over, so you were signed out. Sign in to go on."),
    "late": gettext_lazy("The code took longer than ten minutes. Sign in again."),
}


@shows_no_customer_data
class SignIn(LoginView):
    """Sign in with e-mail and password, then go on to the page that was asked for.

    Who has a second step is asked for a code in between, by `c360.second_step.sign_in`.
    """

    form_class = SignInForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]  # ours
        """Sign in, or go on to the code of who has a second step, signed in nowhere yet."""
        person: User = form.get_user()
        if step_of_person(person) is None:
            response = super().form_valid(form)
            begin(self.request.session)
            return response
        pending.note(self.request.session, person)
        return redirect(with_next("login-code", self.get_redirect_url()))

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]  # ours
        return refused(self.render_to_response(self.get_context_data(form=form)), form)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """With why somebody who was signed in is asked again, told once."""
        ended = self.request.session.pop(ENDED, "")
        return super().get_context_data(ended=ENDINGS.get(ended, ""), **more)


@shows_no_customer_data
@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """End the session (POST only) and have the browser forget what it kept of us."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@shows_no_customer_data
@login_not_required
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin's own sign-in page would not count tries; ours does."""
    if request.user.is_authenticated:
        raise PermissionDenied
    wanted = request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index"))
    return redirect(with_next("login", wanted))


@shows_no_customer_data
def home(request: StaffRequest) -> HttpResponse:
    """Send everyone to where their work is."""
    user = request.user
    if user.has_perm("matching.review_matches"):
        return redirect("matching:queue")
    if user.has_perm("profiles.search_customers"):
        return redirect("profiles:search")
    if user.is_staff:
        return redirect("admin:index")
    return render(request, "c360/no_role.html")


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
def preferences(request: StaffRequest) -> HttpResponse:
    """A page for what people set for themselves; the menu posts here too and goes back."""
    if request.method == "GET":
        return _preferences_page(
            request, PreferencesForm(instance=request.user, initial=_as_is(request))
        )
    form = PreferencesForm(request.POST, instance=request.user)
    if not form.is_valid():
        return _preferences_page(request, form)
    form.keep()
    wanted = request.POST.get("next", "")
    if wanted == request.path:
        messages.success(request, _("Your settings are saved."))
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    response = redirect(wanted if safe else "home")
    form.keep_cookies(response, secure=request.is_secure())
    return response


def _as_is(request: StaffRequest) -> dict[str, str]:
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "shortcuts": "on" if request.user.shortcuts_enabled else "off",
    }


def _preferences_page(request: StaffRequest, form: PreferencesForm) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "step": step_of_person(request.user)}
    return render(request, "c360/preferences.html", context, status=status)


@shows_no_customer_data
@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old, or did not come from here."""
    return render(request, "c360/stale_form.html", status=403)


@shows_no_customer_data
@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a failure of ours, with the id that the log repeats.

    Rendered without the request: the menu would need the session, which may be what failed.
    """
    page = render_to_string("500.html", {"error_id": request_id(request)})
    return HttpResponse(page, status=500)
