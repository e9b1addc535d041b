"""Finding customers: the page, and suggestions while typing."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from profiles.access import SEARCH
from profiles.finding import search as finder
from profiles.forms import SearchForm

SUGGESTIONS = 8


def _typed(request: StaffRequest) -> str:
    form = SearchForm(request.POST)
    return str(form.cleaned_data["q"]) if form.is_valid() else ""


@shows(Action.SEARCH)
@require_http_methods(["GET", "POST"])
@permission_required(SEARCH, raise_exception=True)
def search(request: StaffRequest) -> HttpResponse:
    """Find customers. What was typed is posted, so that no address or log holds it."""
    if request.method == "GET":
        note_access(action=Action.LIST)
        recent = finder.recent(request.session.get("recent", []))
        return render(request, "profiles/search.html", {"recent": recent})
    results = finder.search(_typed(request))
    if results.sole_exact is not None:
        place = reverse("profiles:customer", args=[results.sole_exact.pk])
        return HttpResponseClientRedirect(place) if request.htmx else redirect(place)
    context = {"results": results, "query": results.question.text}
    return render(request, "profiles/search.html", context)


@shows(Action.SEARCH)
@require_POST
@permission_required(SEARCH, raise_exception=True)
def suggest(request: StaffRequest) -> HttpResponse:
    """The first hits while typing, as options of the search box."""
    results = finder.search(_typed(request), limit=SUGGESTIONS)
    return render(request, "profiles/_suggestions.html", {"results": results})
