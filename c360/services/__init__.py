"""The embedded PostgreSQL and Valkey: where they live, who runs them, how commands find them.

Nothing here needs Django, so that it can run before the settings are read.
"""

import sys
from typing import NoReturn


class StartError(Exception):
    """Something stands in the way of starting; the message says what, and what to do."""


def complain(error: StartError) -> NoReturn:
    """Say it in words, without a traceback, and end with exit status 1."""
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None
