"""What calls are told instead of an answer: JSON with `detail` in plain words."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from c360.http import Gone, Moved


def tell(problem: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to a call that cannot be answered; `None` for failures of ours.

    A customer joined into another answers 307, not 308: a split gives the id back, so nobody
    may remember the redirect for ever.
    """
    if isinstance(problem, Moved):
        return _moved(problem, context)
    if isinstance(problem, Gone):
        told = _("There was such a customer. Their data was erased or deleted.")
        return Response({"detail": told}, status=410)
    return exception_handler(_in_words(problem), context)


def _moved(moved: Moved, context: dict[str, Any]) -> Response:
    path = context["request"].get_full_path()
    told = _("%(old)s was joined into %(new)s. Ask there.")
    body = {
        "detail": told % {"old": moved.old, "new": moved.new},
        "joined_into": moved.new,
    }
    place = path.replace(moved.old, moved.new, 1)
    return Response(body, status=307, headers={"Location": place})


def _in_words(problem: Exception) -> Exception:
    """The same problem with words where it came without any."""
    if isinstance(problem, Http404) and not str(problem):
        return exceptions.NotFound(_("There is no such customer or part of one."))
    if isinstance(problem, PermissionDenied) and not str(problem):
        return exceptions.PermissionDenied(_("You may not see this."))
    return problem
