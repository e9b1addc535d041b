"""The texts people are shown: drafts, previews, and publishing for good."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from c360.http import StaffRequest
from c360.showing import shows_no_customer_data
from consent import policies
from consent.forms import NewTextForm, TextForm
from consent.models import PolicyVersion

SEE, ADD, CHANGE = (f"consent.{verb}_policyversion" for verb in ("view", "add", "change"))


@shows_no_customer_data
@require_GET
@permission_required(SEE, raise_exception=True)
def texts(request: StaffRequest) -> HttpResponse:
    """Every version of every text, newest first within its purpose, country and language."""
    found = PolicyVersion.objects.select_related("purpose").order_by(
        "purpose__name", "jurisdiction", "language", "-version"
    )
    return render(request, "consent/texts.html", {"texts": found})


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
def new_text(request: StaffRequest) -> HttpResponse:
    """Write a draft; one that begins from another version has its words."""
    if request.method == "GET":
        before = _before(request.GET.get("from", ""))
        return render(request, "consent/new_text.html", {"form": NewTextForm(instance=before)})
    form = NewTextForm(request.POST)
    if form.is_valid():
        draft = policies.next_draft(form.save(commit=False))
        return redirect("consent:text", draft.pk)
    form.describe()
    return render(request, "consent/new_text.html", {"form": form}, status=422)


def _before(asked: str) -> PolicyVersion | None:
    known = asked.isascii() and asked.isdecimal() and len(asked) < 19
    return PolicyVersion.objects.filter(pk=int(asked)).first() if known else None


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
@permission_required(SEE, raise_exception=True)
def text(request: StaffRequest, text_id: int) -> HttpResponse:
    """A text as people see it; a draft with the form that changes it."""
    found = get_object_or_404(PolicyVersion.objects.select_related("purpose"), pk=text_id)
    if request.method == "GET":
        return _shown(request, found, TextForm(instance=found))
    return _changed(request, found)


@permission_required(CHANGE, raise_exception=True)
def _changed(request: StaffRequest, found: PolicyVersion) -> HttpResponse:
    form = TextForm(request.POST, instance=PolicyVersion())
    if not form.is_valid():
        form.describe()
        return _shown(request, found, form, status=422)
    try:
        policies.change_draft(found, form.cleaned_data)
    except policies.AlreadyPublished:
        return _refused(request, found)
    messages.success(request, _("The draft is saved."))
    return redirect("consent:text", found.pk)


@shows_no_customer_data
@require_POST
@permission_required(CHANGE, raise_exception=True)
def publish(request: StaffRequest, text_id: int) -> HttpResponse:
    """Freeze a text as it was previewed, or say that it is no longer that text."""
    found = get_object_or_404(PolicyVersion, pk=text_id)
    try:
        policies.publish(found, seen=request.POST.get("seen", ""))
    except policies.AlreadyPublished:
        return _refused(request, found)
    messages.success(request, _("%s is published. It can no longer be changed.") % found)
    return redirect("consent:text", text_id)


def _refused(request: StaffRequest, policy: PolicyVersion) -> HttpResponse:
    policy.refresh_from_db()
    told = _("This text was changed or published meanwhile. Nothing was done; look again.")
    messages.error(request, told)
    return _shown(request, policy, TextForm(instance=policy), status=409)


def _shown(
    request: StaffRequest, policy: PolicyVersion, form: TextForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "text": policy,
        "before": policies.superseded_by(policy),
        "form": form,
        "seen": policies.text_hash(policy.body),
        "may_change": policy.published_at is None and request.user.has_perm(CHANGE),
    }
    return render(request, "consent/text.html", context, status=status)
