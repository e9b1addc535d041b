"""The cast: Ana is a service agent, Sol and Kim are stewards, Pia is the privacy officer, Ada
the admin; Otto has an account and no role.
"""

from django.contrib.auth.models import Group
from django.test import Client

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
        user.groups.add(Group.objects.get(name=role))
    return user


def signed_in(name: str) -> Client:
    """A browser in which one of the cast has signed in."""
    client = Client()
    client.force_login(staff(name))
    return client
