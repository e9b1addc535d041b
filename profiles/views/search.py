"""Finding customers: the page, suggestions while typing, and calls of a telephone system."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import SEARCH
from profiles.finding import search as finder
from profiles.finding.called import who_rings
from profiles.finding.pace import TooMany, allow
from profiles.forms.pages import PopForm, SearchForm

ASKED = "looked_for"  # in the session, from a call to the list it leads to


def _typed(request: StaffRequest) -> str:
    form = SearchForm(request.POST)
    return str(form.cleaned_data["q"]) if form.is_valid() else ""


@shows(Action.SEARCH)
@require_http_methods(["GET", "POST"])
@permission_required(SEARCH, raise_exception=True)
def search(request: StaffRequest) -> HttpResponse:
    """Find customers. What was typed is posted, so that no address or log holds it."""
    if request.method == "POST":
        return _results(request, _typed(request), opens=True)
    if asked := request.session.pop(ASKED, ""):
        return _results(request, asked, opens=False)
    note_access(action=Action.LIST)
    recent = finder.recent(request.session.get("recent", []))
    return render(request, "profiles/search.html", {"recent": recent})


def _results(request: StaffRequest, text: str, *, opens: bool) -> HttpResponse:
    """The list, or the customer named by an identifier where `opens`."""
    try:
        allow(request.user.pk, text)
    except TooMany as wait:
        return _wait(request, wait, "profiles/search.html", text)
    results = finder.search(text)
    if opens and results.sole_exact is not None:
        note_access(stays=True)
        place = reverse("profiles:customer", args=[results.sole_exact.pk])
        return HttpResponseClientRedirect(place) if request.htmx else redirect(place)
    context = {"results": results, "query": results.question.text}
    return render(request, "profiles/search.html", context)


def _wait(request: StaffRequest, wait: TooMany, template: str, text: str) -> HttpResponse:
    context = {"wait": wait.words, "query": text}
    response = render(request, template, context, status=429)
    response["Retry-After"] = str(wait.seconds)
    return response


@shows(Action.SEARCH)
@require_POST
@permission_required(SEARCH, raise_exception=True)
def suggest(request: StaffRequest) -> HttpResponse:
    """The first hits while typing, as options of the search box."""
    text = _typed(request)
    try:
        allow(request.user.pk, text)
    except TooMany as wait:
        return _wait(request, wait, "profiles/_suggestions.html", text)
    results = finder.suggest(text)
    return render(request, "profiles/_suggestions.html", {"results": results})


@shows(Action.SEARCH)
@require_GET
@permission_required(SEARCH, raise_exception=True)
@login_required(redirect_field_name=None)  # else the sign-in page's address held the number
def pop(request: StaffRequest) -> HttpResponse:
    """Open the one customer with `?phone=`, `?email=` or `?<namespace>=`, else list hits.

    Telephone systems call this address when somebody rings. It only leads on: what it was
    called with stays out of the next address, the history and our logs. For a list it waits in
    the session until the search page, which is next, takes it out.
    """
    form = PopForm(request.GET)
    if form.asked is None:
        return redirect("profiles:search")
    namespace, value = form.asked
    try:
        found = who_rings(request.user.pk, namespace, value)
    except TooMany as wait:
        messages.warning(request, wait.words)
        return redirect("profiles:search")
    if len(found) == 1:
        return redirect("profiles:customer", found[0])
    request.session[ASKED] = value
    return redirect("profiles:search")
