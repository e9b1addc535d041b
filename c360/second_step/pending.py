"""Between password and code: who has given the password, noted in a session of nobody.

Such a session is signed in nowhere: it holds no user, only for ten minutes the id of who may
give a code. It is over as well once the password changes or the person is made inactive.
"""

import time

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from c360.models import User

KEY = "password_given"
SECONDS = 10 * 60


def note(session: SessionBase, person: User) -> None:
    """Remember that somebody gave the right password, under a new session id."""
    session.cycle_key()
    password = person.get_session_auth_hash()
    session[KEY] = {"user": person.pk, "password": password, "at": int(time.time())}


def person_in(session: SessionBase) -> User | None:
    """Who has given the password and may give a code; `None` where that is nobody."""
    noted = session.get(KEY)
    if not noted or time.time() - noted["at"] > SECONDS:
        return None
    person = User.objects.filter(pk=noted["user"], is_active=True).first()
    if person is None:
        return None
    same = constant_time_compare(noted["password"], person.get_session_auth_hash())
    return person if same else None


def forget(session: SessionBase) -> bool:
    """Have nobody be asked for a code here any more; whether somebody was."""
    return session.pop(KEY, None) is not None
