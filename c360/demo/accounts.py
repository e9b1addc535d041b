"""Who signs in to the demo. Their passwords are printed, so they are for trying out only."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from c360.models import User


class SignIn(NamedTuple):
    """One demo account; `role` is the name of its group."""

    role: str
    email: str
    password: str

    @property
    def name(self) -> str:
        return self.email.split("@")[0].title()


SIGN_INS = [
    SignIn("Service agents", "ana@harbourpine.example", "harbour-ana"),
    SignIn("Data stewards", "sol@harbourpine.example", "harbour-sol"),
    SignIn("Data stewards", "kim@harbourpine.example", "harbour-kim"),
    SignIn("Privacy officers", "pia@harbourpine.example", "harbour-pia"),
    SignIn("Admins", "ada@harbourpine.example", "harbour-ada"),
]


class SignInsRefused(Exception):
    """This is a production server, and everybody knows the passwords of the demo."""


@transaction.atomic
def make_sign_ins(*, forced: bool = False) -> int:
    """Make the accounts that are missing and return how many; existing ones stay as they are.

    A password somebody changed is theirs. Raises `SignInsRefused` where `C360_HTTPS` is set
    unless `forced`, and `Group.DoesNotExist` before migrations ran.
    """
    if getattr(settings, "C360_HTTPS", False) and not forced:
        raise SignInsRefused(
            "No demo sign-ins were made: this server runs in production (C360_HTTPS) and their "
            "passwords are public. --force-sign-ins makes them all the same."
        )
    made = 0
    for each in SIGN_INS:
        if User.objects.filter(email__iexact=each.email).exists():
            continue
        user = User.objects.create_user(
            each.email, each.password, name=each.name, is_staff=each.role == "Admins"
        )
        user.groups.add(Group.objects.get(name=each.role))
        made += 1
    return made
