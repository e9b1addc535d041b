"""What is held about a customer, handed over on request: as a report, and as a file."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from consent.forms import OwnDataForm
from consent.own_data.copy import as_file, as_report, copy_of
from consent.own_data.left_out import LEFT_OUT
from profiles.access import profile_for
from profiles.models import Profile

SEE_LEDGER = "consent.view_ledgerentry"
SEE_LOG = "consent.view_accessentry"


@shows(Action.EXPORT)
@require_http_methods(["GET", "POST"])
@permission_required([SEE_LEDGER, SEE_LOG], raise_exception=True)
def own_data(request: StaffRequest, profile_id: str) -> HttpResponse:
    """Ask what the copy is for, then hand it over; nothing is masked in it."""
    profile = profile_for(request.user, profile_id)
    form = OwnDataForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        note_access(action=Action.VIEW)
        form.describe()
        context = {"profile": profile, "form": form, "left_out": LEFT_OUT}
        status = 422 if form.is_bound else 200
        return render(request, "consent/own_data.html", context, status=status)
    note_access(reason=form.cleaned_data["reason"])
    if form.cleaned_data["read_by"] == OwnDataForm.FILE:
        return _file(profile)
    copy = copy_of(profile)
    context = {"copy": copy, "sections": list(as_report(copy)), "left_out": LEFT_OUT}
    return render(request, "consent/own_data_report.html", context)


def _file(profile: Profile) -> HttpResponse:
    answer = JsonResponse(
        as_file(copy_of(profile)), json_dumps_params={"indent": 1, "ensure_ascii": False}
    )
    answer["Content-Disposition"] = f'attachment; filename="own-data-{profile.pk}.json"'
    return answer
