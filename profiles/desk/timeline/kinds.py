"""Kinds of events in the groups people filter by, their icons, and which states are an end."""

from django.utils.translation import gettext_lazy as _

from profiles.desk import states
from profiles.models.event import EventKind

GROUPS = {
    "orders": (_("Orders"), ("order", "payment", "delivery", "subscription")),
    "returns": (_("Returns"), ("return", "refund")),
    "tickets": (_("Tickets"), ("ticket",)),
    "calls": (_("Calls"), ("call",)),
    "chats": (_("Messages"), ("chat", "message")),
    "web": (_("Web"), ("visit", "product", "search", "cart")),
    "other": (
        _("Other"),
        ("consent", "loyalty", "review", "account", "identity", "note", "other"),
    ),
}
GROUP_OF = {kind: group for group, (_label, kinds) in GROUPS.items() for kind in kinds}
WEB = GROUPS["web"][1]
ICONS = {
    "order": "order", "payment": "card", "refund": "money", "return": "return",
    "delivery": "truck", "subscription": "repeat", "ticket": "ticket", "call": "phone",
    "chat": "chat", "message": "mail", "visit": "eye", "product": "tag", "search": "search",
    "cart": "cart", "consent": "shield", "loyalty": "star", "review": "star",
    "account": "user", "identity": "user", "note": "note", "other": "info",
}  # fmt: skip
# An order that was delivered waits for nobody; a return of it is a row of its own.
RESOLVED_STATES = (
    *sorted(states.CLOSED), "delivered", "refunded", "returned", "paid", "lapsed", "expired",
    "ended",
)  # fmt: skip


def kind_label(code: str) -> str:
    """The word for one kind of event."""
    return str(EventKind(code).label)
