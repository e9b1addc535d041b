"""The weakest link of a cluster in words, and letters to choose from."""

from collections.abc import Mapping, Sequence

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from matching.confidence import Bridge
from matching.telling.splitting import Member

register = template.Library()


@register.simple_tag
def bridge_words(bridge: Bridge, members: Sequence[Member]) -> str:
    """Which two records the weakest link ties, and how strong it is."""
    names = {
        member.record.pk: f"{member.record.source.name} {member.record.external_id}"
        for member in members
    }
    told = _("Weakest bridge: %(left)s – %(right)s, %(bits)s bits.")
    return told % {
        "left": names.get(bridge.lo, ""),
        "right": names.get(bridge.hi, ""),
        "bits": number_format(bridge.weight_bits, 1),
    }


@register.simple_tag
def letter_options(
    record_id: int, letters_of: Mapping[int, str], letters: Sequence[str]
) -> SafeString:
    """The options of a record's select, its letter chosen."""
    chosen = SafeString(" selected")
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (letter, chosen if letters_of[record_id] == letter else "", letter)
            for letter in letters
        ),
    )
