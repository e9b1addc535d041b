"""What the words that sources use for the state of an order, ticket or return come down to.

Compared in lower case. A word that is missing here counts as "open" and as nothing else; add it
to the set it belongs to. `WORDS` has what translators have words for; others are shown as sent.
"""

from django.utils.translation import gettext_lazy as _

CANCELLED = frozenset({"cancelled", "canceled"})
ARRIVED = frozenset({"delivered", "collected", "fulfilled"})
SENT = frozenset(
    {"shipped", "sent", "dispatched", "in_transit", "in transit", "out_for_delivery"}
)
CLOSED = CANCELLED | {"closed", "solved", "resolved", "done", "completed", "rejected"}
FINAL = CLOSED | ARRIVED | {"refunded"}
ASKED = frozenset({"new", "open", "reopened"})  # the customer has spoken last
ANSWERED = frozenset({"waiting", "pending", "on_hold", "answered", "escalated", "in_progress"})
BOOKED_IN = frozenset({"received", "booked_in", "accepted", "approved"})  # a return is with us
LAPSED = frozenset({"lapsed", "expired", "overdue"})
ACTIVE = frozenset({"active", "renewed", "started"})

WORDS = {
    "accepted": _("accepted"),
    "active": _("active"),
    "answered": _("answered"),
    "approved": _("approved"),
    "cancelled": _("cancelled"),
    "closed": _("closed"),
    "collected": _("collected"),
    "completed": _("completed"),
    "delivered": _("delivered"),
    "dispatched": _("dispatched"),
    "ended": _("ended"),
    "escalated": _("escalated"),
    "expired": _("expired"),
    "in progress": _("in progress"),
    "in transit": _("in transit"),
    "lapsed": _("lapsed"),
    "new": _("new"),
    "on hold": _("on hold"),
    "open": _("open"),
    "out for delivery": _("out for delivery"),
    "paid": _("paid"),
    "pending": _("pending"),
    "placed": _("placed"),
    "received": _("received"),
    "refunded": _("refunded"),
    "rejected": _("rejected"),
    "renewed": _("renewed"),
    "reopened": _("reopened"),
    "requested": _("requested"),
    "resolved": _("resolved"),
    "returned": _("returned"),
    "shipped": _("shipped"),
    "solved": _("solved"),
    "started": _("started"),
    "waiting": _("waiting"),
    "app": _("app"),
    "chat": _("chat"),
    "email": _("email"),
    "phone": _("phone"),
    "post": _("post"),
    "sms": _("sms"),
    "store": _("store"),
    "web": _("web"),
}


def words(code: str) -> str:
    """A state or channel of a source as words: `in_transit` reads "in transit"."""
    said = code.replace("_", " ")
    return str(WORDS.get(said, said))
