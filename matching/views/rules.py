"""The rule lab: versions, drafts, shadow runs, publishing and taking back."""

from typing import Any

from django.conf import settings
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
from matching.views.any_rules import Pages
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


def _context_of(request: StaffRequest, found: MatchModelVersion) -> dict[str, Any]:
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


PAGES = Pages(
    home="matching:rules",
    one="matching:rules-version",
    templates="matching/rules",
    version_for=page.version_for,
    context_of=_context_of,
    draft_form=DraftForm,
    make_draft=make_draft,
    publish_form=PublishForm,
    start_simulation=simulating.start_simulation,
)


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
def draft(request: StaffRequest, version: str) -> HttpResponse:
    return PAGES.draft(request, version)


@shows_no_customer_data
@require_GET
def version(request: StaffRequest, version: str) -> HttpResponse:
    return PAGES.version(request, version)


@shows_no_customer_data
@require_GET
def report(request: StaffRequest, version: str) -> HttpResponse:
    return PAGES.report(request, version)


@shows_no_customer_data
@require_POST
def simulate(request: StaffRequest, version: str) -> HttpResponse:
    return PAGES.simulate(request, version)


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
    return PAGES.publish(request, version, publishing.publish_on_evidence)


@shows_no_customer_data
@require_POST
def take_back(request: StaffRequest) -> HttpResponse:
    """Make the former version live again."""

    def act() -> str:
        done = publishing.take_back(by=request.user)
        return _("Taken back: %s is live again.") % done.version

    return PAGES.act(request, act)


@shows_no_customer_data
@require_POST
def spread(request: StaffRequest) -> HttpResponse:
    """Apply the live version to the records it was not applied to yet."""

    def act() -> str:
        marked = publishing.spread(by=request.user)
        words = ngettext(
            "%d record is resolved again in the background.",
            "%d records are resolved again in the background.",
            marked,
        )
        return words % marked

    return PAGES.act(request, act)
