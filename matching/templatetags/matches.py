"""Differences and evidence as HTML: marked characters, results in words, signed bits."""

from collections.abc import Iterable

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from matching.core.differences import Result, Row, Value
from matching.data_quality import board
from matching.models import Metric
from profiles.templatetags.customers import moment

register = template.Library()


@register.simple_tag
def marked(value: Value) -> SafeString:
    """A value with its differing characters marked, and read out beside the other side's."""
    pieces = format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", text) if differs else text,)
            for text, differs in value.pieces
        ),
    )
    if not value.marked and not value.instead:
        return pieces
    nothing = _("nothing")
    spoken = _("differs: %(here)s / %(there)s") % {
        "here": value.marked or nothing,
        "there": value.instead or nothing,
    }
    return format_html('{} <span class="unseen">{}</span>', pieces, spoken)


@register.simple_tag
def missing() -> str:
    """What a screen reader hears where a side has no value."""
    return _("missing")


@register.simple_tag
def result(row: Row) -> str:
    """How the two sides of a row compare, in a word or two."""
    return {
        Result.DIFFERS: _("different"),
        Result.CLOSE: _("close"),
        Result.SHARED: _("one in common"),
        Result.ONE_SIDE: _("only one side"),
        Result.WRITTEN: _("written differently"),
        Result.SAME: _("same"),
    }[row.result]


@register.filter
def signed(bits: float) -> str:
    """Bits with a sign that lines up: `+6.1`, `−9.2`, `0.0`."""
    text = number_format(abs(bits), 1)
    if not round(abs(bits), 1):
        return text
    return f"+{text}" if bits > 0 else f"−{text}"  # a true minus sign, as wide as the plus


register.filter("attribute_label", board.attribute_label)


@register.filter
def percent(number: float) -> str:
    """`31 %`; what is more than nothing and less than one is `<1 %`."""
    return "<1 %" if 0 < number < 1 else f"{number:.0f} %"


@register.filter
def zipped(one: Iterable[object], other: Iterable[object]) -> list[tuple[object, object]]:
    """Two lists of one length side by side."""
    return list(zip(one, other, strict=True))


@register.filter
def explained(metric: Metric) -> str:
    """What a metric of data quality counts."""
    return {
        Metric.MISSING: _("Records of a source without the attribute, of all its records."),
        Metric.INVALID: _(
            "Something was said and nothing usable was left of it, rows in quarantine included."
        ),
        Metric.STALE: _("The record was last changed longer ago than its source allows."),
        Metric.CONFLICT: _(
            "Customers whose joined records disagree, of those with several that say something."
        ),
        Metric.QUARANTINED: _("Rows that could not be read."),
    }[metric]


@register.simple_tag
def moment_of(text: str | None) -> SafeString | str:
    """A time as figures hold it, as people read it."""
    at = parse_datetime(text) if text else None
    return moment(at) if at else "–"
