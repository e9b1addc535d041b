"""What pages of every kind of rules answer alike: drafts, reports, publishing, going back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from c360.http import StaffRequest
from c360.models import User
from matching.review import ask_permission
from profiles.models.rule_version import RuleVersion
from profiles.rule_versions import DraftRefused, PublishRefused


@dataclass(frozen=True)
class Pages:
    """One kind of rules: where its pages are, and who answers for what they do.

    `home` and `one` are names of addresses, of all versions and of one; `templates` is the
    folder of its templates. `version_for` asks who wants to know before it looks.
    """

    home: str
    one: str
    templates: str
    version_for: Callable[[User, str], Any]
    context_of: Callable[[StaffRequest, Any], dict[str, Any]]
    draft_form: Callable[..., Any]
    make_draft: Callable[..., RuleVersion]
    publish_form: type[Form]
    start_simulation: Callable[..., object]

    def draft(self, request: StaffRequest, name: str) -> HttpResponse:
        """Ask what the draft shall change of a version, or store it and show it."""
        based_on = self.version_for(request.user, name)
        sent = request.POST if request.method == "POST" else None
        form = self.draft_form(sent, based_on=based_on)
        if sent is not None and form.is_valid():
            try:
                made = self.make_draft(based_on, made_by=request.user, **form.facts)
            except DraftRefused as refused:
                form.add_error(None, str(refused))
            else:
                return redirect(self.one, made.version)
        status = 422 if sent is not None else 200
        context = {"form": form, "based_on": based_on}
        return render(request, f"{self.templates}/draft.html", context, status=status)

    def version(self, request: StaffRequest, name: str) -> HttpResponse:
        """One version: what it changes, its report, and whether it may be published."""
        context = self.context_of(request, self.version_for(request.user, name))
        return render(request, f"{self.templates}/version.html", context)

    def report(self, request: StaffRequest, name: str) -> HttpResponse:
        """The run and the report of a version; fragment."""
        context = self.context_of(request, self.version_for(request.user, name))
        return render(request, f"{self.templates}/_report.html", context)

    def simulate(self, request: StaffRequest, name: str) -> HttpResponse:
        """Have a worker try a version, on a sample or on everything."""
        found = self.version_for(request.user, name)
        whole = request.POST.get("size") == "all"
        self.start_simulation(found, whole=whole, by=request.user)
        return self.report(request, name) if request.htmx else redirect(self.one, name)

    def publish(
        self, request: StaffRequest, name: str, publish: Callable[..., object]
    ) -> HttpResponse:
        """Make a version live; refused with the reasons on its page."""
        found = self.version_for(request.user, name)
        form = self.publish_form(request.POST)
        if not form.is_valid():
            return self._refused(request, found, _("Choose what it applies to."), 422)
        try:
            publish(found, scope=form.cleaned_data["scope"], by=request.user)
        except PublishRefused as refused:
            return self._refused(request, found, str(refused), 409)
        messages.success(request, _("%s is live now.") % found.version)
        return redirect(self.home)

    def _refused(
        self, request: StaffRequest, found: RuleVersion, words: str, status: int
    ) -> HttpResponse:
        context = {**self.context_of(request, found), "refused": words}
        return render(request, f"{self.templates}/version.html", context, status=status)

    def act(self, request: StaffRequest, act: Callable[[], str]) -> HttpResponse:
        """Do something about the live version, and say what came of it."""
        ask_permission(request.user)
        try:
            messages.success(request, act())
        except PublishRefused as refused:
            messages.error(request, str(refused))
        return redirect(self.home)
