"""Contact points with the middle left out, for lists in which people only tell hits apart."""

DOTS = "•••"


def mask_email(address: str) -> str:
    """`anna@example.com` as `a•••@ex…`; anything without an @ becomes dots."""
    mailbox, at, domain = address.partition("@")
    return f"{mailbox[:1]}{DOTS}@{domain[:2]}…" if at else DOTS


def mask_phone(number: str) -> str:
    """`+447700900909` as `••• 0909`."""
    return f"{DOTS} {number[-4:]}" if len(number) >= 8 else DOTS
