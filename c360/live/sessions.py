"""Which sessions of open streams are still signed in: asked for all of them at once."""

import time
from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from c360.middleware import is_over
from c360.models import User


def living(keys: Collection[str]) -> set[str]:
    """The keys of sessions that pages would still be shown to. Two queries.

    None while the database does not answer: a stream must not outlive its session.
    """
    if not keys:
        return set()
    try:
        close_old_connections()
        return _living(keys)
    except DatabaseError:
        return set()


def _living(keys: Collection[str]) -> set[str]:
    stored = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    contents = {each.session_key: each.get_decoded() for each in stored}
    ids = {data[SESSION_KEY] for data in contents.values() if SESSION_KEY in data}
    users = {str(user.pk): user for user in User.objects.filter(pk__in=ids, is_active=True)}
    now = int(time.time())
    return {
        key
        for key, data in contents.items()
        if _is_of(users.get(data.get(SESSION_KEY, "")), data) and not is_over(data, now)
    }


def _is_of(user: User | None, data: Mapping[str, Any]) -> bool:
    """Whether the session belongs to a user who has not changed the password since."""
    known = str(data.get(HASH_SESSION_KEY, ""))
    return user is not None and constant_time_compare(known, user.get_session_auth_hash())
