"""Shares as people read them."""

from django import template
from django.utils.formats import number_format

from matching.rules.publishing import in_percent

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """0.9864 as "98.6"."""
    return in_percent(share)


@register.simple_tag
def per_record(pairs: int, records: int) -> str:
    """How many comparisons a record takes part in, with one decimal."""
    return number_format(round(2 * pairs / records, 1) if records else 0, 1)
