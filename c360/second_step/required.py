"""Who must have a second step, and the gate that lets them do nothing before they have one."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from c360.live.listener import PATH as STREAM
from c360.models import User

ADMINS = "Admins"  # superusers count among them
OPEN = frozenset({"second-step", "logout", "healthz"})
ONLY = "c360.only_second_step"  # in `request.META`: the page offers no way to anywhere else


def is_required_of(person: User) -> bool:
    """Whether the organisation asks somebody for a second step. One query, none by default."""
    return _asked_of(person).exists()


def must_set_up(person: User) -> bool:
    """Whether somebody must set one up before anything else. One query, none by default."""
    return _asked_of(person).filter(second_step=None).exists()


def _asked_of(person: User) -> QuerySet[User]:
    roles = settings.C360_REQUIRE_SECOND_STEP
    if not roles:
        return User.objects.none()
    asked = Q(groups__name__in=roles)
    if ADMINS in roles:
        asked |= Q(is_superuser=True)
    return User.objects.filter(asked, pk=person.pk)


class SecondStepRequired:
    """Leads who must set up a second step to that page, whatever they ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.C360_REQUIRE_SECOND_STEP:
            return None
        if not request.user.is_authenticated or not must_set_up(request.user):
            return None
        request.META[ONLY] = True
        if request.resolver_match is not None and request.resolver_match.view_name in OPEN:
            return None
        if request.path_info == STREAM:  # no browser follows a redirect from there
            return HttpResponse(status=401)
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401, headers={"HX-Redirect": reverse("second-step")})
        return redirect("second-step")
