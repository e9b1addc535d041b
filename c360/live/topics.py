"""What a stream may be asked to follow: kinds of signals, and the permission each needs."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from c360.models import User

WORDED = re.compile(r"([a-z]{1,20})(:[A-Za-z0-9-]{1,40})?")
_permission_for: dict[str, str] = {}


def register_topic(kind: str, permission: str) -> None:
    """Let those with `permission` follow `kind` and `kind:<id>`. An app does when it starts.

    The permission should be the one of the pages that the signals lead to. Whoever may open
    any customer learns nothing from the bare news that one with a known id has changed.
    """
    _permission_for[kind] = permission


def may_follow(user: "User", topic: str) -> bool:
    """Whether somebody may be told of `topic`; nobody of one that is not registered."""
    worded = WORDED.fullmatch(topic)
    permission = _permission_for.get(worded[1]) if worded else None
    return permission is not None and user.has_perm(permission)
