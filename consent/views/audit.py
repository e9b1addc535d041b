"""Who saw which customer, when, and why."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows, shows_no_customer_data
from consent.access.check import Check, check_newest
from consent.access.figures import figures_of
from consent.access.filter import AccessFilterForm
from consent.access.report import Cursor, page

SEE_LOG = "consent.view_accessentry"


@shows(Action.LIST)
@require_GET
@permission_required(SEE_LOG, raise_exception=True)
def audit(request: StaffRequest) -> HttpResponse:
    """The access log, newest first. Reading it is logged too, with the customer asked for."""
    form = AccessFilterForm(request.GET)
    before = Cursor.parse(request.GET.get("before", ""))
    valid = form.is_valid()
    trail = form.trail() if valid else None
    found = page(form.entries(trail), before=before)
    note_access(profiles=[trail.profile_id] if trail else [], results=len(found.lines))
    context: dict[str, Any] = {
        "form": form,
        "trail": trail,
        "page": found,
        "filters": form.query(),
        "is_first_page": before is None,
    }
    if valid and trail is None and before is None:
        day = form.cleaned_data["until"] or timezone.localdate()
        context |= {"figures": figures_of(day), "day": day}
    return render(request, "consent/audit.html", context, status=200 if valid else 422)


@shows_no_customer_data
@require_POST
@permission_required(SEE_LOG, raise_exception=True)
def verify(request: StaffRequest) -> HttpResponse:
    """Check the newest entries of the log and say what came of it."""
    found = check_newest()
    level = messages.ERROR if found.problem else messages.SUCCESS
    messages.add_message(request, level, _in_words(found))
    return redirect("consent:audit")


def _in_words(found: Check) -> str:
    if found.problem:
        told = _("Broken: %s. Keep the database as it is and tell whoever looks after it.")
        return told % found.problem
    if found.since is None:
        return _("The log is empty.")
    told = ngettext(
        "Unbroken since %(since)s: %(n)d entry is as it was written.",
        "Unbroken since %(since)s: %(n)d entries are as they were written.",
        found.entries,
    )
    since = date_format(timezone.localtime(found.since), "DATETIME_FORMAT")
    return told % {"since": since, "n": found.entries}
