"""Words and icons of the contact panel."""

from collections.abc import Sequence

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.contact_table import ContactRow
from consent.models import LedgerEntry
from consent.permitting.effect import Change, Permission
from consent.permitting.facts import Answer, Reason

register = template.Library()
ICONS = {
    LedgerEntry.Channel.EMAIL: "mail",
    LedgerEntry.Channel.SMS: "chat",
    LedgerEntry.Channel.PHONE: "phone",
    LedgerEntry.Channel.POST: "pin",
}
UNKNOWN = (Reason.NO_GRANT, Reason.NO_CONTACT_POINT)
WORDS = {
    Reason.GRANTED: gettext_lazy("The customer said yes."),
    Reason.IMPLICIT_BASIS: gettext_lazy("Allowed as long as nobody objects, and nobody has."),
    Reason.NECESSARY: gettext_lazy("Needed for the service itself; no advertising."),
    Reason.OBJECTED: gettext_lazy("The customer objected."),
    Reason.WITHDRAWN: gettext_lazy("The customer took the yes back."),
    Reason.REFUSED: gettext_lazy("The customer said no."),
    Reason.PENDING_MATCH: gettext_lazy(
        "A possible match is under review. Until then the stricter answer applies."
    ),
    Reason.EXPIRED: gettext_lazy("The yes has run out."),
    Reason.POLICY_SUPERSEDED: gettext_lazy("The yes was to a text that has changed since."),
    Reason.INVALIDATED: gettext_lazy("The yes was found to be invalid."),
    Reason.NO_CONTACT_POINT: gettext_lazy("Nothing is known that a yes could be about."),
    Reason.NO_GRANT: gettext_lazy("Nobody said anything."),
    Reason.PURPOSE_RETIRED: gettext_lazy("This purpose is no longer in use."),
    Reason.STALE_PROJECTION: gettext_lazy(
        "Being worked out again; until then the answer is no."
    ),
    Reason.ERASED: gettext_lazy("Nothing is left of this customer."),
}


@register.filter
def channel_icon(row: ContactRow | Change | Permission) -> str:
    """The name of a channel's icon."""
    return ICONS[row.channel]


@register.filter
def allowed_word(answer: Answer) -> str:
    """An answer in a word or two."""
    return _("Allowed") if answer.allowed else _("Not allowed")


@register.filter
def is_unknown(answer: Answer) -> bool:
    """Whether nobody said anything that could count."""
    return answer.reason in UNKNOWN


@register.filter
def by_answer(rows: Sequence[ContactRow]) -> list[tuple[Answer, list[ContactRow]]]:
    """Channels that are allowed, refused and unknown, in this order, each with one answer."""
    groups: dict[int, list[ContactRow]] = {}
    for row in rows:
        place = 0 if row.answer.allowed else 2 if is_unknown(row.answer) else 1
        groups.setdefault(place, []).append(row)
    return [(groups[place][0].answer, groups[place]) for place in sorted(groups)]


@register.filter
def why(answer: Answer) -> str:
    """Why the answer is what it is, as a sentence."""
    if answer.records_disagree:
        return _("Two records disagree, so the stricter answer applies.")
    return reason_words(answer.reason)


def reason_words(reason: Reason) -> str:
    """A reason as people read it; every reason has its sentence."""
    return str(WORDS[reason])


@register.filter
def how(row: ContactRow) -> str:
    """How the deciding statement was obtained."""
    if row.origin is None:
        return ""
    if row.origin.method == LedgerEntry.Method.AGENT:
        return _("told to an agent")
    return _("came with a record of %s") % row.origin.source
