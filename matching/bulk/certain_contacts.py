"""What two e-mail addresses, telephones or account numbers are to each other, told unseen."""

from functools import partial

import numpy as np

from matching.bulk.sketches import (
    EXACT,
    UNKNOWN,
    Sketches,
    are_one_slip,
    changed,
    lengths,
    places_apart,
    places_held,
)
from matching.bulk.sketching import HOUSEHOLD, LANDLINE, NOTHING, PERSONAL, ROLE
from matching.bulk.told import UNTOLD, Columns, Levels, Mask, Rows, Tell, Told, put

_EMAIL, _PHONE, _ACCOUNT = Levels("email"), Levels("phone"), Levels("identifier")


def tell_email(columns: Columns, lo: Rows, hi: Rows) -> Told:
    """Of records with one address: one and the same, of a kind that differs, or far apart.

    Most mailboxes are far apart, and nothing else is looked at then.
    """
    told = np.full(len(lo), _EMAIL["different"])
    mailbox = columns["~email"]
    near = np.flatnonzero(~_are_far(mailbox.take(lo), mailbox.take(hi)))
    told[near] = _tell_near(columns, lo[near], hi[near])
    return told


def _tell_near(columns: Columns, lo: Rows, hi: Rows) -> Told:
    ours, theirs = columns["~email_kind"].take(lo), columns["~email_kind"].take(hi)
    full = columns["~same_email"]
    is_same = full.take(lo) == full.take(hi)
    are_personal = (ours == PERSONAL) & (theirs == PERSONAL)
    told = np.full(len(lo), _EMAIL["different"])
    put(told, are_personal, UNTOLD)
    rest = np.flatnonzero(are_personal & ~is_same)
    told[rest[_are_others(columns, lo[rest], hi[rest])]] = _EMAIL["different"]
    put(told, is_same, _EMAIL["exact"])
    put(told, is_same & ((ours == HOUSEHOLD) | (theirs == HOUSEHOLD)), _EMAIL["household"])
    put(told, is_same & ((ours == ROLE) | (theirs == ROLE)), _EMAIL["role"])
    put(told, (ours == UNKNOWN) | (theirs == UNKNOWN), UNTOLD)
    return told


def _are_far(ours: Sketches, theirs: Sketches) -> Mask:
    """Texts more than one slip apart."""
    is_far = (np.abs(lengths(ours) - lengths(theirs)) > 1) | (changed(ours, theirs) > 2)
    return np.asarray(is_far & (ours != UNKNOWN) & (theirs != UNKNOWN))


def _are_others(columns: Columns, lo: Rows, hi: Rows) -> Mask:
    """Different mailboxes that are of other people, although they look alike.

    They have other digits, or domains that are no slip of one another.
    """
    mailbox, digits, domain = (
        columns[f"~{name}"] for name in ("same_mailbox", "same_digits", "domain")
    )
    is_elsewhere = _are_far(domain.take(lo), domain.take(hi))
    are_others = (mailbox.take(lo) != mailbox.take(hi)) & is_elsewhere
    return np.asarray(are_others | (digits.take(lo) != digits.take(hi)))


def by_domain(
    columns: Columns, lo: Rows, hi: Rows, shown: tuple[Sketches, Sketches]
) -> tuple[Sketches, Sketches]:
    """Of one personal mailbox at two domains, these are all that the comparison looks at."""
    mailbox, full, kind = (
        columns[name] for name in ("~same_mailbox", "~same_email", "~email_kind")
    )
    mailboxes = mailbox.take(lo)
    are = (mailboxes != NOTHING) & (mailboxes == mailbox.take(hi))
    are &= full.take(lo) != full.take(hi)
    are &= (kind.take(lo) == PERSONAL) & (kind.take(hi) == PERSONAL)
    domain = columns["~same_domain"]
    return np.where(are, domain.take(lo), shown[0]), np.where(are, domain.take(hi), shown[1])


def tell_phone(columns: Columns, lo: Rows, hi: Rows) -> Told:
    """Every level, of records with one number."""
    ours, theirs = columns["~phone"].take(lo), columns["~phone"].take(hi)
    mine, yours = ours & ~LANDLINE, theirs & ~LANDLINE
    of_one_length = places_held(mine) == places_held(yours)
    told = np.full(len(lo), _PHONE["different"])
    put(told, of_one_length & are_one_slip(mine, yours), _PHONE["slip"])
    is_same, is_landline = mine == yours, (ours | theirs) & LANDLINE != 0
    put(told, is_same, _PHONE["exact"])
    put(told, is_same & is_landline, _PHONE["landline"])
    put(told, (ours == UNKNOWN) | (theirs == UNKNOWN), UNTOLD)
    return told


def tell_account(namespace: str, columns: Columns, lo: Rows, hi: Rows) -> Told:
    """The same numbers, or of records with one: a digit mistyped, or more than one sign."""
    column, sketch = columns[namespace], columns[f"~{namespace}"]
    ours, theirs = sketch.take(lo), sketch.take(hi)
    length, other = places_held(ours), places_held(theirs)
    of_one_length = length == other
    are_far = np.where(of_one_length, places_apart(ours, theirs) > 2, abs(length - other) > 1)
    told = np.where(are_far, _ACCOUNT["different"], np.int32(UNTOLD))
    exact = np.flatnonzero(of_one_length & ~are_far & (ours & theirs & EXACT != 0))
    is_slip = are_one_slip(ours[exact], theirs[exact])
    told[exact] = np.where(is_slip, _ACCOUNT["slip"], _ACCOUNT["different"])
    put(told, (ours == UNKNOWN) | (theirs == UNKNOWN), UNTOLD)
    put(told, column.take(lo) == column.take(hi), _ACCOUNT["exact"])
    return told


def account_teller(namespace: str) -> Tell:
    """For the column of one namespace."""
    return partial(tell_account, namespace)
