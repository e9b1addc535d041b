"""What the words that sources use for the state of an order, ticket or return come down to.

Compared in lower case. A word that is missing here counts as "open" and as nothing else; add it
to the set it belongs to.
"""

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
