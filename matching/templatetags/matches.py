"""Differences and evidence as HTML: marked characters, results in words, signed bits."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from matching.differences import Result, Row, Value

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
    text = f"{abs(bits):.1f}"
    if text == "0.0":
        return text
    return f"+{text}" if bits > 0 else f"−{text}"  # a true minus sign, as wide as the plus
