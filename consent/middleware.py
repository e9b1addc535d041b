"""No customer data leaves without an entry in the access log."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from c360.middleware import request_id
from c360.showing import Notes, Undeclared, declared, noting
from consent.access.log import Answer, write
from profiles.models import SourceToken

RETRY_SECONDS = 30
# Pages of these say that something is not shown. So do failures (500 and above); redirects
# have no page.
REFUSALS = frozenset({401, 403, 404, 405, 406, 410, 415, 429})

log = logging.getLogger("c360.errors")


class AccessLog:
    """Writes the entry of each answer that shows customer data, before it leaves.

    The last of all middleware: it sees the views' own answers, and only those of requests that
    nobody else turned away. Where the entry cannot be written the answer is 503, without data.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with noting(Notes()) as notes:
            request.META["c360.notes"] = notes
            response = self.get_response(request)
        if not (has_content(response) or notes.stays):
            return response
        if notes.action is None:
            _expect_nothing(request, notes)
            return response
        try:
            write(_answer(request, response.status_code), notes)
        except Error as error:
            kind = type(error).__name__
            log.error("request %s is not in the access log: %s", request_id(request), kind)
            return unavailable(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Read what the view declares; raises `Undeclared`."""
        match = request.resolver_match
        if match is None or match.app_names != ["admin"]:  # the admin knows no customers
            request.META["c360.notes"].action = declared(view)


def has_content(response: HttpResponseBase) -> bool:
    """Whether an answer may show something: no redirect, refusal or failure, and not empty."""
    code = response.status_code
    if 300 <= code < 400 or code >= 500 or code in REFUSALS:
        return False
    return response.streaming or bool(getattr(response, "content", b""))


def _expect_nothing(request: HttpRequest, notes: Notes) -> None:
    if notes.profiles or notes.records:
        raise Undeclared(f"{_view(request)} declares to show no customer, and opened one.")


def _answer(request: HttpRequest, status: int) -> Answer:
    token = getattr(request, "auth", None)  # what an interface was opened with
    return Answer(
        view=_view(request),
        status=status,
        actor_id=request.user.pk if request.user.is_authenticated else None,
        source_id=token.source_id if isinstance(token, SourceToken) else None,
        session=request.session.session_key or "",
        address=request.META.get("REMOTE_ADDR", ""),
        request_id=request_id(request),
    )


def _view(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def unavailable(request: HttpRequest) -> HttpResponse:
    """Says that nothing is shown because it cannot be logged (503)."""
    response: HttpResponse
    if request.path.startswith("/api/"):
        detail = _("The access log cannot be written, so no customer data is sent.")
        response = JsonResponse({"detail": detail}, status=503)
    else:
        page = render_to_string("503.html", {"error_id": request_id(request)})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
