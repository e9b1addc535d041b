"""What people can be asked about."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from c360.http import StaffRequest
from c360.showing import shows_no_customer_data
from consent.forms import NewPurposeForm, PurposeForm
from consent.models import Purpose

SEE, ADD, CHANGE = (f"consent.{verb}_purpose" for verb in ("view", "add", "change"))


@shows_no_customer_data
@require_GET
@permission_required(SEE, raise_exception=True)
def purposes(request: StaffRequest) -> HttpResponse:
    """Every purpose, with how people are asked."""
    found = Purpose.objects.order_by("is_retired", "name", "key")
    context = {"purposes": found, "may_add": request.user.has_perm(ADD)}
    return render(request, "consent/purposes.html", context)


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
def new_purpose(request: StaffRequest) -> HttpResponse:
    """Make a purpose; nothing else ever makes one."""
    return _edit(request, NewPurposeForm(_sent(request)), None)


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
def purpose(request: StaffRequest, key: str) -> HttpResponse:
    """Change a purpose; permissions that follow from it change with it."""
    found = get_object_or_404(Purpose, pk=key)
    return _edit(request, PurposeForm(_sent(request), instance=found), found)


def _edit(request: StaffRequest, form: PurposeForm, found: Purpose | None) -> HttpResponse:
    if form.is_bound and form.is_valid():
        saved = form.save()
        messages.success(request, _("Saved %s.") % saved)
        return redirect("consent:purposes")
    form.describe()
    status = 422 if form.is_bound else 200
    return render(
        request, "consent/purpose.html", {"form": form, "purpose": found}, status=status
    )


def _sent(request: StaffRequest) -> QueryDict | None:
    """What was posted, also where it is empty; `None` for a page that is only opened."""
    return request.POST if request.method == "POST" else None
