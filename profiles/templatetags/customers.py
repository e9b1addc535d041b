"""The one place where a customer's values become HTML, and helpers of the customer page."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from c360.sentences import in_words
from profiles.desk import values
from profiles.desk.attention.items import Item, Proof
from profiles.desk.guard import LOCKED, Guard
from profiles.desk.states import words
from profiles.desk.timeline.filters import Cursor, Filters
from profiles.desk.timeline.kinds import ICONS, kind_label
from profiles.desk.verified import Caller, caller_of
from profiles.models import Profile, SourceRecord

register = template.Library()
LAST_ID = 2**63 - 1  # no event has a larger one: a cursor with it stands before its moment


@register.simple_tag(takes_context=True)
def value(context: Context, attribute: str, display: str) -> SafeString:
    """A value of a customer, escaped, one line per line of the text.

    Sensitive ones are masked, unless the view put a `guard` into the context that shows them.
    """
    lines = ((line,) for line in _guard(context).value(attribute, display).split("\n"))
    shown = format_html_join("\n", '<span class="line">{}</span>', lines)
    return format_html('<span class="value" data-attribute="{}">{}</span>', attribute, shown)


@register.simple_tag(takes_context=True)
def told(context: Context, text: str, length: int = 0) -> str:
    """A text of a source without the masked values it mentions, cut after `length` signs.

    Raises `KeyError` where the view gave no `guard`: without one nobody knows what to mask.
    """
    shown = context["guard"].told(text)
    return _shortened(shown, length) if length else shown


@register.simple_tag(takes_context=True)
def is_masked(context: Context, attribute: str) -> bool:
    """Whether this answer masks values of an attribute."""
    return _guard(context).masks(attribute)


@register.simple_tag(takes_context=True)
def caller(context: Context, profile: Profile) -> Caller:
    """Whether masked values of a customer may be shown to the reader, and for how long."""
    return caller_of(context["request"], profile)


def _guard(context: Context) -> Guard:
    found = context.get("guard")
    return found if isinstance(found, Guard) else LOCKED


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """`3 minutes ago` within a day, else the date; the exact time is in the element."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    passed = timezone.now() - moment
    if 0 <= passed.total_seconds() < 86_400:
        text = _("%s ago") % timesince(moment, depth=1)
    else:
        text = _day(local, "SHORT_DATE_FORMAT")
    return _time(local, text)


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """The time of day; in the last hour how long ago it was."""
    local = timezone.localtime(moment)
    passed = (timezone.now() - moment).total_seconds()
    if 0 <= passed < 3600:
        return _time(local, _("%s ago") % timesince(moment, depth=1))
    return _time(local, f"{local:%H:%M}")


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """Day and time of day."""
    local = timezone.localtime(at)
    return _time(local, date_format(local, "SHORT_DATETIME_FORMAT"))


def _time(local: datetime, text: str) -> SafeString:
    exact = f"{_day(local, 'DATE_FORMAT')}, {local:%H:%M:%S %Z}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, text
    )


def _day(local: datetime, form: str) -> str:
    return _spelled(local.date(), form, get_language())


@lru_cache(maxsize=1_000)
def _spelled(day: date, form: str, language: str | None) -> str:
    """A day as a language writes it; a page names the same few days in every second row."""
    return date_format(day, form)


@register.simple_tag
def day_name(day: Any) -> str:
    """Today, Yesterday, or the date with its weekday; the year where it is not this one."""
    today = timezone.localdate()
    if (today - day).days in (0, 1):
        return _("Today") if day == today else _("Yesterday")
    spelled = "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT"
    return f"{date_format(day, 'l')} {date_format(day, spelled)}"


@register.simple_tag
def query(filters: Filters) -> str:
    """`?kind=orders&source=shop`, or nothing when no filter is set."""
    parameters = filters.parameters()
    return f"?{urlencode(parameters)}" if parameters else ""


@register.simple_tag(takes_context=True)
def marked(context: Context, text: str, find: str, longest: int = 400) -> SafeString:
    """Text of an event as `told`, what was looked for within <mark>; shortened around it."""
    text = context["guard"].told(text)
    at = text.casefold().find(find.casefold()) if find else -1
    start = max(0, at - longest // 4) if at + len(find) > longest else 0
    part = ("…" if start else "") + _shortened(text[start:], longest)
    if not find:
        return escape(part)
    pieces = re.split(f"({re.escape(find)})", part, flags=re.I)
    shown = (("<mark>{}</mark>" if n % 2 else "{}", piece) for n, piece in enumerate(pieces))
    return SafeString("".join(format_html(how, piece) for how, piece in shown))


def _shortened(text: str, longest: int) -> str:
    """At most so many signs; one by one they are only counted where there may be more."""
    composed = normalize("NFC", text)
    return composed if len(composed) <= longest else Truncator(composed).chars(longest)


@register.filter
def name_as_given(record: SourceRecord) -> str:
    """The name as its source has it."""
    return values.name_as_given(record)


@register.filter
def kind(code: str) -> str:
    """The word for a kind of event."""
    return kind_label(code)


@register.filter
def kind_icon(code: str) -> str:
    """The icon of a kind of event."""
    return ICONS[code]


register.filter("words", words)
register.filter("in_words", in_words)


@register.simple_tag
def proof_link(profile: Profile, item: Item) -> SafeString:
    """A link to what proves an item: the timeline from a moment on, or a part of the page."""
    label, proof = _("Show"), item.proof
    spoken = _("Show: %s") % item.title
    if proof.at is None:
        return format_html('<a href="#{}" aria-label="{}">{}</a>', proof.anchor, spoken, label)
    query = _moment(proof)
    return format_html(
        '<a href="{}?{}#timeline" hx-get="{}?{}" hx-target="#timeline" hx-swap="outerHTML"'
        ' aria-label="{}">{}</a>',
        reverse("profiles:customer", args=[profile.pk]),
        query,
        reverse("profiles:timeline", args=[profile.pk]),
        query,
        spoken,
        label,
    )


def _moment(proof: Proof) -> str:
    """The parameters of a timeline that begins with what happened at the moment of a proof."""
    groups = frozenset({proof.group} if proof.group else ())
    chosen = Filters(groups=groups, each=True).parameters()  # each event a row at its time
    begins = str(Cursor(proof.at, LAST_ID)) if proof.at else ""
    return urlencode([*chosen, ("before", begins)])
