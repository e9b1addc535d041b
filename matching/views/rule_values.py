"""The rule lab of survivorship: which value is shown, tried out, published, taken back."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from c360.http import StaffRequest
from c360.models import User
from c360.showing import Action, shows, shows_no_customer_data
from matching.review import ask_permission
from matching.rules import page, values
from matching.rules.forms import ValuesPublishForm
from matching.rules.topics import announce_rules
from matching.rules.values_form import ValuesDraftForm
from matching.views.any_rules import Pages
from profiles.models import SurvivorshipPublication, SurvivorshipVersion
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


def _context_of(request: StaffRequest, found: SurvivorshipVersion) -> dict[str, Any]:
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


PAGES = Pages(
    home="matching:values",
    one="matching:values-version",
    templates="matching/rules/values",
    version_for=values.version_for,
    context_of=_context_of,
    draft_form=ValuesDraftForm,
    make_draft=make_draft,
    publish_form=ValuesPublishForm,
    start_simulation=simulating.start_simulation,
)


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
def draft(request: StaffRequest, rules: str) -> HttpResponse:
    return PAGES.draft(request, rules)


@shows_no_customer_data
@require_GET
def version(request: StaffRequest, rules: str) -> HttpResponse:
    return PAGES.version(request, rules)


@shows_no_customer_data
@require_GET
def report(request: StaffRequest, rules: str) -> HttpResponse:
    return PAGES.report(request, rules)


@shows_no_customer_data
@require_POST
def simulate(request: StaffRequest, rules: str) -> HttpResponse:
    return PAGES.simulate(request, rules)


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
    def publish(found: SurvivorshipVersion, *, scope: str, by: User) -> None:
        publishing.publish(found, scope=scope, by=by)
        announce_rules()

    return PAGES.publish(request, rules, publish)


@shows_no_customer_data
@require_POST
def take_back(request: StaffRequest) -> HttpResponse:
    """Make the former version live again."""

    def act() -> str:
        done = publishing.take_back(by=request.user)
        announce_rules()
        return _("Taken back: %s is live again.") % done.version_id

    return PAGES.act(request, act)


@shows_no_customer_data
@require_POST
def spread(request: StaffRequest) -> HttpResponse:
    """Apply the live version to the customers it was not applied to yet."""

    def act() -> str:
        done = publishing.spread_to_all(by=request.user)
        announce_rules()
        words = ngettext(
            "Values of %d customer are chosen anew in the background.",
            "Values of %d customers are chosen anew in the background.",
            done.behind,
        )
        return words % done.behind

    return PAGES.act(request, act)
