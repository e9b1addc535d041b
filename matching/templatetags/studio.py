"""The weakest link of a cluster in words."""

from collections.abc import Sequence

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from matching.confidence import Bridge
from matching.splitting import Member

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
