"""The page between password and session: it asks for the code, then signs in."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.generic import FormView

from c360.forms import refused
from c360.http import with_next
from c360.middleware import ENDED, begin
from c360.models import User
from c360.second_step import pending
from c360.second_step.forms import ProofForm
from c360.showing import shows_no_customer_data


@shows_no_customer_data
@method_decorator(login_not_required, name="dispatch")
class SignInCode(RedirectURLMixin, FormView):
    """Ask who has given the password for a code; nobody is signed in before it is right."""

    form_class = ProofForm
    template_name = "registration/code.html"
    next_page = "home"
    person: User

    def dispatch(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        """Send everybody else to where they come from, or belong."""
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        person = pending.person_in(request.session)
        if person is None:
            return self._back_to_the_password()
        self.person = person
        return super().dispatch(request, *args, **kwargs)

    def _back_to_the_password(self) -> HttpResponse:
        """With why, for who was too slow, and with the page that was asked for."""
        if pending.forget(self.request.session):
            self.request.session[ENDED] = "late"
        return redirect(with_next("login", self.get_redirect_url()))

    def get_form_kwargs(self) -> dict[str, Any]:
        address = self.request.META["REMOTE_ADDR"]
        return {**super().get_form_kwargs(), "person": self.person, "address": address}

    def form_valid(self, form: ProofForm) -> HttpResponse:
        pending.forget(self.request.session)
        login(self.request, self.person)
        begin(self.request.session)
        return redirect(self.get_success_url())

    def form_invalid(self, form: ProofForm) -> HttpResponse:
        return refused(self.render_to_response(self.get_context_data(form=form)), form)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **more)
