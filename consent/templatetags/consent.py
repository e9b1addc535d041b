"""Words and icons of the contact panel."""

from django import template
from django.utils.translation import gettext as _

from consent.fold import Reason
from consent.models import LedgerEntry
from consent.permissions import ContactRow

register = template.Library()
ICONS = {
    LedgerEntry.Channel.EMAIL: "mail",
    LedgerEntry.Channel.SMS: "chat",
    LedgerEntry.Channel.PHONE: "phone",
    LedgerEntry.Channel.POST: "pin",
}


@register.filter
def channel_icon(row: ContactRow) -> str:
    """The name of a channel's icon."""
    return ICONS[row.channel]


@register.filter
def is_unknown(row: ContactRow) -> bool:
    """Whether nobody said anything."""
    return row.answer.reason == Reason.NO_GRANT


@register.filter
def why(row: ContactRow) -> str:
    """Why the answer is not simply what somebody said; empty where it is."""
    if row.answer.reason == Reason.PENDING_MATCH:
        return _("A possible match is under review. Until then the stricter answer applies.")
    if row.answer.records_disagree:
        return _("Two records disagree, so the stricter answer applies.")
    return ""


@register.filter
def how(row: ContactRow) -> str:
    """How the deciding statement was obtained."""
    if row.origin is None:
        return ""
    if row.origin.method == LedgerEntry.Method.AGENT:
        return _("told to an agent")
    return _("came with a record of %s") % row.origin.source
