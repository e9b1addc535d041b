"""Making and withdrawing personal tokens."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import PersonalToken, User

PREFIX = "c360_pat_"  # scanners of published code look for it
MOST_VALID = 10


class NotMade(Exception):
    """No token was made; the message says why, to the person."""


def digest_of(secret: str) -> str:
    """SHA-256 of a token, hex; tokens carry 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_token(
    owner: User, *, name: str, scopes: Sequence[str], days: int, newest_seen: int | None
) -> tuple[PersonalToken, str]:
    """Make a token and return it with its secret, which is kept nowhere.

    `newest_seen` is the newest token the page showed, by primary key: a form sent twice makes
    one token. The owner is locked meanwhile. Raises `NotMade`.
    """
    User.objects.select_for_update().get(pk=owner.pk)
    if newest(owner) != newest_seen:
        raise NotMade(_("Your tokens have changed since this page was opened. Try again."))
    if owner.personal_tokens.valid().count() >= MOST_VALID:
        raise NotMade(_("You have %d tokens. Revoke one first.") % MOST_VALID)
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = owner.personal_tokens.create(
        name=name,
        scopes=sorted(scopes),
        digest=digest_of(secret),
        hint=secret[-4:],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token, secret


def newest(owner: User) -> int | None:
    """The primary key of the token that was made last."""
    return owner.personal_tokens.order_by("-pk").values_list("pk", flat=True).first()


def revoke(token: PersonalToken) -> bool:
    """Withdraw a token at once; false if it had been withdrawn already."""
    still = PersonalToken.objects.filter(pk=token.pk, revoked_at=None)
    return bool(still.update(revoked_at=timezone.now()))
