"""News that travels upward: `matching` never imports those who listen."""

from django.dispatch import Signal

# Sent inside the transaction that settled clusters, at its end, with
# `profile_ids: Collection[str]`, the profiles of all records settled, before and after, and
# `record_ids: Collection[int]`, records whose review cases were opened or settled.
# An exception undoes the transaction.
clusters_settled = Signal()
