"""Template tags every page may use: icons from the one sprite."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A 16 px drawing from `static/icons.svg`; decoration only, so a word stands beside it.

    `name` is one of ours, so there are few; a page draws sixty.
    """
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )
