"""The rule lab: versions, drafts, shadow runs, publishing and taking back."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from c360.http import StaffRequest
from c360.jobs.working import cancel
from c360.showing import shows_no_customer_data
from matching.models import MatchModelVersion, Publication
from matching.review import ask_permission
from matching.rules import audits, page, precision, publishing, simulating, stages
from matching.rules.drafts import make_draft
from matching.rules.forms import DraftForm, PublishForm
from profiles.rule_versions import DraftRefused, PublishRefused
from profiles.survivorship import simulating as values_simulating


@shows_no_customer_data
@require_GET
def lab(request: StaffRequest) -> HttpResponse:
    """All versions, how far the live one has come, and the last runs side by side."""
    ask_permission(request.user)
    publication = publishing.last_publication()
    context = {
        "versions": page.versions(MatchModelVersion),
        "publications": page.publications(Publication),
        "publication": publication,
        "may_take_back": publishing.may_take_back(publication),
        "rollout": publishing.rollout(publication),
        "runs": page.last_runs(simulating.SIMULATE),
        "training": page.last_training(),
        "pairs": precision.by_pair(),
        "standings": stages.standings(),
        "floor": settings.C360_PRECISION_FLOOR,
        "open_audits": audits.waiting().count(),
    }
    return render(request, "matching/rules/lab.html", context)


@shows_no_customer_data
@require_GET
def rollout(request: StaffRequest) -> HttpResponse:
    """How far the live version has come, and what is being learnt; fragment."""
    ask_permission(request.user)
    publication = publishing.last_publication()
    context = {
        "publication": publication,
        "may_take_back": publishing.may_take_back(publication),
        "rollout": publishing.rollout(publication),
        "training": page.last_training(),
    }
    return render(request, "matching/rules/_rollout.html", context)


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
def draft(request: StaffRequest, version: str) -> HttpResponse:
    """Ask what the draft shall change of a version, or store it and show it."""
    based_on = page.version_for(request.user, version)
    sent = request.POST if request.method == "POST" else None
    form = DraftForm(sent, based_on=based_on)
    if sent is not None and form.is_valid():
        try:
            made = make_draft(based_on, made_by=request.user, **form.facts)
        except DraftRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("matching:rules-version", made.version)
    status = 422 if sent is not None else 200
    context = {"form": form, "based_on": based_on}
    return render(request, "matching/rules/draft.html", context, status=status)


@shows_no_customer_data
@require_GET
def version(request: StaffRequest, version: str) -> HttpResponse:
    """One version: what it changes, its report, and whether it may be published."""
    found = page.version_for(request.user, version)
    return render(request, "matching/rules/version.html", context_of(request, found))


@shows_no_customer_data
@require_GET
def report(request: StaffRequest, version: str) -> HttpResponse:
    """The run and the report of a version; fragment."""
    found = page.version_for(request.user, version)
    return render(request, "matching/rules/_report.html", context_of(request, found))


def context_of(request: StaffRequest, found: MatchModelVersion) -> dict[str, Any]:
    """Context of a version's page and of its fragment."""
    live = publishing.live_version()
    runs = page.last_runs(simulating.SIMULATE, found.version)
    return {
        "version": found,
        "live": live,
        "lines": page.differences(found, live),
        "other_weights": page.differs_in_weights(found, live),
        "run": runs[0] if runs else None,
        "told": page.told(found),
        "problems": publishing.refusals(found, live, request.user),
        "sample": simulating.SAMPLE,
        "publish_form": PublishForm(),
    }


@shows_no_customer_data
@require_POST
def simulate(request: StaffRequest, version: str) -> HttpResponse:
    """Have a worker compare a version with the live one."""
    found = page.version_for(request.user, version)
    whole = request.POST.get("size") == "all"
    simulating.start_simulation(found, whole=whole, by=request.user)
    if request.htmx:
        return render(request, "matching/rules/_report.html", context_of(request, found))
    return redirect("matching:rules-version", found.version)


@shows_no_customer_data
@require_POST
def train(request: StaffRequest) -> HttpResponse:
    """Have a worker learn a version."""
    ask_permission(request.user)
    simulating.start_training(request.user)
    return redirect("matching:rules")


@shows_no_customer_data
@require_POST
def cancel_job(request: StaffRequest, job_id: int) -> HttpResponse:
    """End a run, whoever started it."""
    job = page.job_for(request.user, job_id)
    cancel(job)
    if job.about and job.kind == values_simulating.SIMULATE:
        return redirect("matching:values-version", job.about)
    if job.about:
        return redirect("matching:rules-version", job.about)
    return redirect("matching:rules")


@shows_no_customer_data
@require_POST
def publish(request: StaffRequest, version: str) -> HttpResponse:
    """Make a version live; refused with the reasons on its page."""
    found = page.version_for(request.user, version)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, _("Choose what it applies to."), 422)
    try:
        done = publishing.publish_on_evidence(
            found, scope=form.cleaned_data["scope"], by=request.user
        )
    except PublishRefused as refused:
        return _refused(request, found, str(refused), 409)
    messages.success(request, _("%s is live now.") % done.version)
    return redirect("matching:rules")


def _refused(
    request: StaffRequest, found: MatchModelVersion, words: str, status: int
) -> HttpResponse:
    context = {**context_of(request, found), "refused": words}
    return render(request, "matching/rules/version.html", context, status=status)


@shows_no_customer_data
@require_POST
def take_back(request: StaffRequest) -> HttpResponse:
    """Make the former version live again."""
    ask_permission(request.user)
    try:
        done = publishing.take_back(by=request.user)
    except PublishRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Taken back: %s is live again.") % done.version)
    return redirect("matching:rules")


@shows_no_customer_data
@require_POST
def spread(request: StaffRequest) -> HttpResponse:
    """Apply the live version to the records it was not applied to yet."""
    ask_permission(request.user)
    try:
        marked = publishing.spread(by=request.user)
    except PublishRefused as refused:
        messages.error(request, str(refused))
    else:
        words = ngettext(
            "%d record is resolved again in the background.",
            "%d records are resolved again in the background.",
            marked,
        )
        messages.success(request, words % marked)
    return redirect("matching:rules")
