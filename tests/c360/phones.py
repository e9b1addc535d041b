"""Phones with an authenticator app, which make their codes by another library than ours."""

import re
import time
from base64 import b32decode
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client

from c360.models import User
from c360.second_step.codes import new_secret
from c360.second_step.keeping import set_up
from tests.staff import PASSWORD

STEP_SECONDS = 30


class Phone:
    """What somebody holds in the hand: it makes codes of a secret."""

    def __init__(self, secret: bytes) -> None:
        self._app = TOTP(secret, 6, SHA1(), STEP_SECONDS)  # noqa: S303 - as apps have it

    def shows(self, *, steps_off: int = 0) -> str:
        """The code of now, or of a clock that is that many steps of 30 seconds ahead."""
        return self._app.generate(int(time.time()) + steps_off * STEP_SECONDS).decode()


def with_phone(person: User) -> tuple[Phone, list[str]]:
    """Set up a second step for somebody long ago; their phone and their recovery codes."""
    secret = new_secret()
    return Phone(secret), set_up(person, secret, step_used=0)


def phone_that_scans(page: str) -> Phone:
    """A phone that takes the secret from the page, as it stands there as text."""
    shown = re.search(r'class="secret"><code>([A-Z2-7 ]+)<', page)
    assert shown is not None
    return Phone(b32decode(shown[1].replace(" ", "")))


def at_the_code(person: User, page: str = "") -> Client:
    """A browser in which somebody gave the right password and has not given a code yet."""
    client = Client()
    sent = {"username": person.email, "password": PASSWORD, "next": page}
    answer = client.post("/login/", sent)
    assert answer.headers["Location"].startswith("/login/code/")
    return client


def give(browser: Client, code: str, page: str = "") -> Any:
    """Send a code from the page that asks for one."""
    return browser.post("/login/code/", {"code": code, "next": page})
