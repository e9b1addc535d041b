"""The cast: Ana is a service agent, Sol and Kim are stewards, Pia is the privacy officer, Ada
the admin; Otto has an account and no role.
"""

from datetime import timedelta
from string import ascii_lowercase, digits

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string

from c360.models import User

PASSWORD = "correct horse 7"
ROLES = {
    "ana": "Service agents",
    "sol": "Data stewards",
    "kim": "Data stewards",
    "pia": "Privacy officers",
    "ada": "Admins",
    "otto": None,
}


def staff(name: str, password: str | None = None) -> User:
    """Make one of the cast, e.g. `ana`; asking again returns the same person.

    A password is only set when asked for: hashing one takes a quarter of a second.
    """
    found = User.objects.filter(email=f"{name}@example.org").first()
    if found is not None:
        return found
    user = User.objects.create_user(
        f"{name}@example.org", password, name=name.title(), is_staff=name == "ada"
    )
    role = ROLES[name]
    if role is not None:
        group = Group.objects.get(name=role)
        User.groups.through.objects.create(user_id=user.pk, group_id=group.pk)
    return user


def signed_in(name: str) -> Client:
    """A browser in which one of the cast has signed in.

    As `Client.force_login` does it, with one row written instead of three.
    """
    user = staff(name)
    said = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    session = Session.objects.create(
        session_key=get_random_string(32, ascii_lowercase + digits),
        session_data=SessionStore().encode(said),
        expire_date=timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
