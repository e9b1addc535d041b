"""What a customer said, statement by statement."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from c360.http import StaffRequest
from c360.showing import Action, shows
from consent import entries
from profiles.access import profile_for

SEE_LEDGER = "consent.view_ledgerentry"


@shows(Action.VIEW)
@require_GET
@permission_required(SEE_LEDGER, raise_exception=True)
def ledger(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Every statement on the joined records, newest first."""
    profile = profile_for(request.user, profile_id)
    before = entries.Cursor.parse(request.GET.get("before", ""))
    context = {"profile": profile, "page": entries.page(profile, before=before)}
    context["is_first_page"] = before is None
    return render(request, "consent/ledger.html", context)
