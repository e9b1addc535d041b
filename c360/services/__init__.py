"""The embedded PostgreSQL and Valkey: where they live, who runs them, how commands find them.

Nothing here needs Django, so that it can run before the settings are read.
"""


class StartError(Exception):
    """Something stands in the way of starting; the message says what, and what to do."""
