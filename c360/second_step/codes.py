"""Codes of authenticator apps (RFC 6238), and codes for when the phone is lost. Pure."""

import base64
import hashlib
import hmac
import re
import secrets
import time
from urllib.parse import quote

from django_otp.oath import TOTP

ISSUER = "Customer 360"
SECRET_BYTES = 20
DIGITS = 6
STEPS_OFF = 1  # how far the clock of a phone may be from ours, in steps of 30 seconds
RECOVERY_CODES = 10
RECOVERY_DIGITS = 16  # digits only, so that a phone's number pad can type them


def new_secret() -> bytes:
    """What the app and we make codes of: 160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def readable(secret: bytes) -> str:
    """A secret as apps take it when typed: base32."""
    return base64.b32encode(secret).decode()


def address_of(secret: bytes, account: str) -> str:
    """What a QR code tells an authenticator app."""
    label = f"{quote(ISSUER)}:{quote(account)}"
    return f"otpauth://totp/{label}?secret={readable(secret)}&issuer={quote(ISSUER)}"


def step_of(secret: bytes, typed: str, *, after: int = 0) -> int | None:
    """The step of 30 seconds whose code was typed; `None` where it is no code of now.

    A step up to `after`, the newest one used, counts no more: no code is taken twice.
    """
    digits = digits_of(typed)
    if len(digits) != DIGITS:
        return None
    clock = TOTP(secret)
    clock.time = time.time()
    if not clock.verify(int(digits), tolerance=STEPS_OFF, min_t=after + 1):
        return None
    return int(clock.t())


def new_recovery_codes() -> list[str]:
    """Ten codes of sixteen digits, in fours."""
    numbers = [f"{secrets.randbelow(10**RECOVERY_DIGITS):016d}" for _ in range(RECOVERY_CODES)]
    return [in_fours(number, "-") for number in numbers]


def in_fours(text: str, gap: str) -> str:
    """A long text as people read and copy it."""
    return gap.join(re.findall(".{1,4}", text))


def recovery_digest(secret: bytes, typed: str) -> str:
    """As a recovery code is stored: keyed with the secret, so that no table of hashes helps."""
    return hmac.new(secret, digits_of(typed).encode(), hashlib.sha256).hexdigest()


def digits_of(typed: str) -> str:
    """The digits of a code, however it was grouped; empty where there is anything else."""
    bare = re.sub(r"[\s\-\u2010-\u2015]", "", typed)
    return bare if bare.isascii() and bare.isdigit() else ""
