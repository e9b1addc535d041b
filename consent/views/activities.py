"""The record of processing activities (GDPR article 30): list, edit, take along."""

import csv
import io

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, QuerySet
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from c360.http import StaffRequest
from c360.showing import shows_no_customer_data
from consent.activities import COLUMNS, as_row, as_text
from consent.forms import ActivityForm
from consent.models import ProcessingActivity

SEE, ADD, CHANGE = (f"consent.{verb}_processingactivity" for verb in ("view", "add", "change"))


def _all() -> QuerySet[ProcessingActivity]:
    found = ProcessingActivity.objects.order_by("name").prefetch_related("purposes")
    return found.annotate(basis_count=Count("field_bases", distinct=True))


@shows_no_customer_data
@require_GET
@permission_required(SEE, raise_exception=True)
def activities(request: StaffRequest) -> HttpResponse:
    """Every activity in full, ready to be printed."""
    return render(request, "consent/activities.html", {"activities": _all()})


@shows_no_customer_data
@require_GET
@permission_required(SEE, raise_exception=True)
def activities_csv(request: StaffRequest) -> HttpResponse:
    """The record as a table for a spreadsheet."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows(
        {name: as_text(value) for name, value in as_row(each).items()} for each in _all()
    )
    answer = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="processing-activities.csv"'
    return answer


@shows_no_customer_data
@require_GET
@permission_required(SEE, raise_exception=True)
def activities_json(request: StaffRequest) -> HttpResponse:
    """The record for other programs."""
    answer = JsonResponse({"activities": [as_row(each) for each in _all()]})
    answer["Content-Disposition"] = 'attachment; filename="processing-activities.json"'
    return answer


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
def new_activity(request: StaffRequest) -> HttpResponse:
    """Add an activity."""
    return _edit(request, ActivityForm(_sent(request)), None)


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
def activity(request: StaffRequest, activity_id: int) -> HttpResponse:
    """Change an activity."""
    found = get_object_or_404(ProcessingActivity, pk=activity_id)
    return _edit(request, ActivityForm(_sent(request), instance=found), found)


def _edit(
    request: StaffRequest, form: ActivityForm, found: ProcessingActivity | None
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        saved = form.save()
        messages.success(request, _("Saved %s.") % saved)
        return redirect("consent:activities")
    form.describe()
    status = 422 if form.is_bound else 200
    context = {"form": form, "activity": found}
    return render(request, "consent/activity.html", context, status=status)


def _sent(request: StaffRequest) -> QueryDict | None:
    """What was posted, also where it is empty; `None` for a page that is only opened."""
    return request.POST if request.method == "POST" else None
