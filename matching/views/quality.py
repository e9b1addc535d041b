"""The data quality board: figures for stewards and admins, the records behind for stewards."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from c360.http import StaffRequest
from c360.showing import Action, shows, shows_no_customer_data
from matching import tasks
from matching.data_quality.board import Cell, board
from matching.data_quality.cells import (
    MOST_TOLD,
    cell_for,
    figures_csv,
    file_for_owner,
    listed,
    set_limit,
    title_of,
    trend_of,
)
from matching.data_quality.lists import rows_behind, said_by
from matching.models import Metric, QualityRun
from matching.notices.keeping import waiting
from matching.review import REVIEW
from profiles.desk.values import shown

SEE = "matching.see_data_quality"


class LimitForm(forms.Form):
    """From how many percent on a cell is a problem; blank for the usual."""

    percent = forms.IntegerField(min_value=0, max_value=100, required=False)


@shows_no_customer_data
@require_GET
@permission_required(SEE, raise_exception=True)
def quality(request: StaffRequest) -> HttpResponse:
    """The figures of the last count."""
    may_open = request.user.has_perm(REVIEW)
    context = {"board": board(), "may_open": may_open, "notices": waiting() if may_open else 0}
    return render(request, "matching/quality.html", context)


@shows_no_customer_data
@require_GET
@permission_required(SEE, raise_exception=True)
def quality_news(request: StaffRequest) -> HttpResponse:
    """Whether there is another count than the one the page shows; 204 where there is none."""
    run = QualityRun.objects.order_by("-day").first()
    seen = _moment(request.GET.get("seen", ""))
    if run is None or run.taken_at == seen:
        return HttpResponse(status=204)
    return render(request, "matching/_quality_news.html", {"run": run})


def _moment(text: str) -> Any:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


@shows_no_customer_data
@require_GET
@permission_required(SEE, raise_exception=True)
def quality_csv(request: StaffRequest) -> HttpResponse:
    """All figures for a spreadsheet."""
    return _file(figures_csv(), "data-quality.csv")


@shows_no_customer_data
@require_POST
@permission_required(SEE, raise_exception=True)
def count_again(request: StaffRequest) -> HttpResponse:
    """Ask a worker for new figures."""
    if tasks.ask_for_count():
        messages.success(request, _("A new count has begun. This page tells when it is done."))
    else:
        messages.warning(request, _("No worker can be reached. Counting goes on by the clock."))
    return redirect("matching:quality")


@shows(Action.LIST)
@require_GET
def quality_cell(
    request: StaffRequest, metric: str, source: str, attribute: str
) -> HttpResponse:
    """The records behind one figure: a part of the board, or a page without JavaScript."""
    cell = cell_for(request.user, metric, source, attribute)
    return _answer(request, cell, LimitForm(initial={"percent": cell.limit}))


def _answer(
    request: StaffRequest, cell: Cell, form: LimitForm, status: int = 200
) -> HttpResponse:
    figure = cell.figure
    found = listed(cell, after=request.GET.get("after", ""))
    refused = (
        rows_behind(figure.source, figure.attribute)
        if figure.metric == Metric.INVALID
        else None
    )
    context = {
        "cell": cell,
        "figure": figure,
        "title": title_of(cell),
        "found": found,
        "refused": refused,
        "conflicts": _conflicts(cell, found.rows),
        "trend": trend_of(cell),
        "form": form,
        "most": MOST_TOLD,
    }
    template = "matching/_quality_cell.html" if request.htmx else "matching/quality_cell.html"
    return render(request, template, context, status=status)


def _conflicts(cell: Cell, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the records of each customer say, in words; templates mask what is sensitive."""
    if cell.figure.metric != Metric.CONFLICT:
        return []
    attribute = cell.figure.attribute
    return [
        {
            **row,
            "says": [
                {"source": said["source"], "value": shown(attribute, said)}
                for said in said_by(row)
            ],
        }
        for row in rows
    ]


@shows(Action.EXPORT)
@require_GET
def quality_file(
    request: StaffRequest, metric: str, source: str, attribute: str
) -> HttpResponse:
    """The records behind one figure as a file for whoever answers for the source."""
    cell = cell_for(request.user, metric, source, attribute)
    return _file(file_for_owner(cell), f"{metric}-{source}.csv")


@shows(Action.LIST)
@require_POST
def quality_limit(
    request: StaffRequest, metric: str, source: str, attribute: str
) -> HttpResponse:
    """Say from how many percent on the figure is a problem."""
    cell = cell_for(request.user, metric, source, attribute)
    form = LimitForm(request.POST)
    if not form.is_valid():
        return _answer(request, cell, form, status=422)
    set_limit(cell, form.cleaned_data["percent"], by=request.user)
    messages.success(request, _("Saved when to warn."))
    return redirect("matching:quality")


def _file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
