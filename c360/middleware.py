"""What holds for every request: ids for errors, time limits, private pages, moved customers."""

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from c360.http import Gone, Moved
from c360.live.listener import PATH

IDLE_SECONDS = 30 * 60
WHOLE_SECONDS = 8 * 60 * 60
NOTED_EVERY_SECONDS = 60
OURS = "X-Customer-360"  # read by app.js
UNASKED = "X-Unasked"  # sent with requests that a signal brought about, not a person
ENDED = "ended"  # of a new session: why the one before is over, for the sign-in page
ANSWERED = (Gone, Moved, Http404, PermissionDenied, SuspiciousOperation)  # no failures of ours

log = logging.getLogger("c360.errors")
Answer = Callable[[HttpRequest], HttpResponseBase]


class ErrorId:
    """Gives each request an id that an error page shows and the log repeats.

    The answer is marked as ours: what a proxy says in our place becomes no part of a page.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.META["c360.request_id"] = secrets.token_hex(4)
        response = self.get_response(request)
        response["X-Request-ID"] = request.META["c360.request_id"]
        response[OURS] = "1"
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        if not isinstance(error, ANSWERED):
            log.error("request %s failed: %s", request_id(request), type(error).__name__)


def request_id(request: HttpRequest) -> str:
    """The id people are asked to quote; empty where the request never reached `ErrorId`."""
    return str(request.META.get("c360.request_id", ""))


class PrivatePages:
    """Nothing is kept by browsers or proxies; fragments and pages are told apart."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["HX-Request"])
        return response


class SessionLimits:
    """Ends sessions after half an hour without a request, and after a working day at most.

    Requests that a page makes by itself when a signal comes keep nobody signed in.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.session.get("_auth_user_id"):
            now = int(time.time())
            request.session.setdefault("began_at", now)
            seen = request.session.setdefault("seen_at", now)
            if is_over(request.session, now):
                logout(request)
                request.session[ENDED] = "idle" if now - seen > IDLE_SECONDS else "whole"
            elif now - seen >= NOTED_EVERY_SECONDS and was_asked(request):
                request.session["seen_at"] = now
        return self.get_response(request)


def begin(session: SessionBase) -> None:
    """Have the limits of a session count from now, when somebody signs in."""
    session["began_at"] = session["seen_at"] = int(time.time())


def is_over(session: Mapping[str, Any], now: int) -> bool:
    """Whether a session has been idle for too long, or lasted for too long."""
    began, seen = session.get("began_at", now), session.get("seen_at", now)
    return bool(now - seen > IDLE_SECONDS or now - began > WHOLE_SECONDS)


def was_asked(request: HttpRequest) -> bool:
    """Whether a person is behind a request, not a page that was left open."""
    return request.path_info != PATH and UNASKED not in request.headers


class SignInRequired(LoginRequiredMiddleware):
    """Sends strangers to the sign-in page; a fragment makes the whole page go there."""

    def handle_no_permission(  # type: ignore[override]  # a redirect or a 401
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        sign_in = resolve_url(self.get_login_url(view_func))
        if request.headers.get("HX-Request") == "true":
            target = f"{sign_in}?{urlencode({'next': _page(request, 'HX-Current-URL')})}"
            return HttpResponse(status=401, headers={"HX-Redirect": target})
        if request.method == "POST":  # what was sent is lost; back to the page of the form
            return redirect(f"{sign_in}?{urlencode({'next': _page(request, 'Referer')})}")
        return super().handle_no_permission(request, view_func)


def _page(request: HttpRequest, header: str) -> str:
    """The path of the page that a header names, without what was asked of it."""
    named = urlsplit(request.headers.get(header, ""))
    return named.path if named.path and named.netloc == request.get_host() else "/"


class MovedCustomers:
    """Answers for customers who were joined into another id, or are no longer there."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponseBase | None:
        if isinstance(error, Gone):
            return render(request, "410.html", status=410)
        if not isinstance(error, Moved):
            return None
        place = request.get_full_path().replace(error.old, error.new, 1)
        if request.method not in ("GET", "HEAD"):
            return render(
                request, "c360/moved.html", {"moved": error, "place": place}, status=409
            )
        if request.headers.get("HX-Request") != "true":
            told = _("%(old)s was joined into %(new)s; this is the page of both.")
            messages.info(request, told % {"old": error.old, "new": error.new})
        return redirect(place)
