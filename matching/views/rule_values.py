"""The rule lab of survivorship: which value is shown, tried out, published, taken back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from c360.http import StaffRequest
from c360.showing import Action, shows, shows_no_customer_data
from matching.review import ask_permission
from matching.rules import page, values
from matching.rules.forms import ValuesPublishForm
from matching.rules.topics import announce_rules
from matching.rules.values_form import ValuesDraftForm
from profiles.models import SurvivorshipPublication, SurvivorshipVersion
from profiles.rule_versions import DraftRefused, PublishRefused
from profiles.survivorship import publishing, simulating
from profiles.survivorship.drafts import make_draft
from profiles.survivorship.live import live_version


@shows_no_customer_data
@require_GET
def lab(request: StaffRequest) -> HttpResponse:
    """All versions, how far the live one has come, and the last runs side by side."""
    ask_permission(request.user)
    context = {
        **_standing(),
        "live": live_version(),
        "versions": page.versions(SurvivorshipVersion),
        "publications": page.publications(SurvivorshipPublication),
        "runs": page.last_runs(simulating.SIMULATE),
    }
    return render(request, "matching/rules/values/lab.html", context)


@shows_no_customer_data
@require_GET
def rollout(request: StaffRequest) -> HttpResponse:
    """How far the live version has come; fragment."""
    ask_permission(request.user)
    return render(request, "matching/rules/values/_rollout.html", _standing())


def _standing() -> dict[str, Any]:
    publication = publishing.last_publication()
    return {
        "publication": publication,
        "may_take_back": publishing.may_take_back(publication),
        "rollout": publishing.rollout(),
    }


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
def draft(request: StaffRequest, rules: str) -> HttpResponse:
    """Ask what the draft shall change of a version, or store it and show it."""
    based_on = values.version_for(request.user, rules)
    sent = request.POST if request.method == "POST" else None
    form = ValuesDraftForm(sent, based_on=based_on)
    if sent is not None and form.is_valid():
        try:
            made = make_draft(based_on, made_by=request.user, **form.facts)
        except DraftRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("matching:values-version", made.version)
    status = 422 if sent is not None else 200
    context = {"form": form, "based_on": based_on}
    return render(request, "matching/rules/values/draft.html", context, status=status)


@shows_no_customer_data
@require_GET
def version(request: StaffRequest, rules: str) -> HttpResponse:
    """One version: what it changes, its report, and whether it may be published."""
    found = values.version_for(request.user, rules)
    return render(request, "matching/rules/values/version.html", _context(request, found))


@shows_no_customer_data
@require_GET
def report(request: StaffRequest, rules: str) -> HttpResponse:
    """The run and the report of a version; fragment."""
    found = values.version_for(request.user, rules)
    return render(request, "matching/rules/values/_report.html", _context(request, found))


def _context(request: StaffRequest, found: SurvivorshipVersion) -> dict[str, Any]:
    """Context of a version's page and of its fragment."""
    live, runs = live_version(), page.last_runs(simulating.SIMULATE, found.version)
    return {
        "version": found,
        "live": live,
        "lines": values.lines(found, live),
        "run": runs[0] if runs else None,
        "told": values.told(found),
        "problems": publishing.refusals(found, live, request.user),
        "sample": simulating.SAMPLE,
        "publish_form": ValuesPublishForm(),
    }


@shows_no_customer_data
@require_POST
def simulate(request: StaffRequest, rules: str) -> HttpResponse:
    """Have a worker try a version."""
    found = values.version_for(request.user, rules)
    whole = request.POST.get("size") == "all"
    simulating.start_simulation(found, whole=whole, by=request.user)
    if request.htmx:
        return render(request, "matching/rules/values/_report.html", _context(request, found))
    return redirect("matching:values-version", found.version)


@shows(Action.LIST)
@require_GET
def examples(request: StaffRequest, rules: str) -> HttpResponse:
    """Some of the values that would flip, each with its customer; sensitive ones masked."""
    found = values.version_for(request.user, rules)
    context = {"version": found, "examples": values.examples(found)}
    return render(request, "matching/rules/values/examples.html", context)


@shows_no_customer_data
@require_POST
def publish(request: StaffRequest, rules: str) -> HttpResponse:
    """Make a version live; refused with the reasons on its page."""
    found = values.version_for(request.user, rules)
    form = ValuesPublishForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, _("Choose what it applies to."), 422)
    try:
        publishing.publish(found, scope=form.cleaned_data["scope"], by=request.user)
    except PublishRefused as refused:
        return _refused(request, found, str(refused), 409)
    announce_rules()
    messages.success(request, _("%s is live now.") % found.version)
    return redirect("matching:values")


def _refused(
    request: StaffRequest, found: SurvivorshipVersion, words: str, status: int
) -> HttpResponse:
    context = {**_context(request, found), "refused": words}
    return render(request, "matching/rules/values/version.html", context, status=status)


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
        announce_rules()
        messages.success(request, _("Taken back: %s is live again.") % done.version_id)
    return redirect("matching:values")


@shows_no_customer_data
@require_POST
def spread(request: StaffRequest) -> HttpResponse:
    """Apply the live version to the customers it was not applied to yet."""
    ask_permission(request.user)
    try:
        done = publishing.spread_to_all(by=request.user)
    except PublishRefused as refused:
        messages.error(request, str(refused))
    else:
        announce_rules()
        words = ngettext(
            "Values of %d customer are chosen anew in the background.",
            "Values of %d customers are chosen anew in the background.",
            done.behind,
        )
        messages.success(request, words % done.behind)
    return redirect("matching:values")
