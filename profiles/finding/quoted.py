"""Customers by what they quote: identifiers, contact points and numbers of orders and tickets.

Every answer is a list of (profile id, reason), only through live records and only to the
profile a record is joined into now.
"""

import phonenumbers
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse, Upper
from django.utils.translation import gettext as _

from profiles.desk.masking import hint
from profiles.mappings import normalise
from profiles.models import CustomerObject, Identifier, Membership
from profiles.models.event import EventKind

MIN_NUMBER = 3
MOST = 200  # rows read of one kind; what more people share tells nobody apart
Found = list[tuple[str, str]]


def live(path: str) -> Q:
    """The record at a path is one its source still has."""
    return Q(**{f"{path}deleted_at": None, f"{path}erased_at": None})


def by_profile_id(profile_id: str) -> Found:
    """The profile an id leads to, also where it was joined into another."""
    now = Membership.objects.filter(record__birth_profile=profile_id)
    return [(pk, _("customer id")) for pk in now.values_list("profile_id", flat=True)]


def by_identifier(values: frozenset[str]) -> Found:
    """Who carries one of these values under any namespace."""
    return _identified(Q(value_norm__in=values))


def by_namespace(namespace: str, value: str) -> Found:
    """Who carries a value, as another system writes it, under one namespace.

    `order`, `ticket` and other kinds of events stand for the numbers of such.
    """
    if namespace in EventKind.values:
        number = normalise.identifier(value) or ""
        return [pair for pair, whole in by_number(number, kind=namespace) if whole]
    clean = {
        "phone": lambda: normalise.phone(value, settings.C360_DEFAULT_REGION),
        "email": lambda: normalise.email(value),
    }.get(namespace, lambda: normalise.identifier(value))()
    return _identified(Q(namespace=namespace, value_norm=clean)) if clean else []


def _identified(named: Q) -> Found:
    found = (
        Identifier.objects.filter(named)
        .filter(live("record__"))
        .values_list("record__membership__profile_id", "namespace", "value_norm")[:MOST]
    )
    return [(pk, _identifier_reason(namespace, value)) for pk, namespace, value in found if pk]


def _identifier_reason(namespace: str, value: str) -> str:
    if namespace == "email":
        return _("e-mail")
    if namespace == "phone":
        return _("phone ends %s") % value[-4:]
    return f"{namespace.replace('_', ' ')} {hint(f'identifiers.{namespace}', value)}"


def by_number(number: str, *, kind: str = "") -> list[tuple[tuple[str, str], bool]]:
    """Who has an order, ticket or return of that number; `True` where it is the whole one."""
    if len(number) < MIN_NUMBER:
        return []
    found = (
        CustomerObject.objects.annotate(tail=Reverse(Upper("object_id")))
        .filter(live("record__"), tail__startswith=number[::-1])
        .exclude(record=None)
    )
    if kind:
        found = found.filter(kind=kind)
    rows = found.values_list("record__membership__profile_id", "kind", "object_id")[:MOST]
    return [
        ((pk, f"{EventKind(kind).label.lower()} {object_id}"), object_id.upper() == number)
        for pk, kind, object_id in rows
    ]


def by_phone_tail(digits: str) -> Found:
    """Whose phone ends with these digits; a number dialled without its country is no end."""
    end = digits.lstrip("0") if len(digits) > 6 else digits
    phones = Identifier.objects.annotate(tail=Reverse("value_norm"))
    found = phones.filter(live("record__"), namespace="phone", tail__startswith=end[::-1])
    return _with_reason(found, _("phone ends %s") % digits[-4:])


def by_phone_beginning(digits: str) -> Found:
    """Whose phone begins so: `+44…`, `0044…` or, in our own country, `07700 9…`."""
    begins = f"+{_country_code()}{digits[1:]}" if digits[:1] == "0" else f"+{digits}"
    if digits.startswith("00"):
        begins = f"+{digits[2:]}"
    found = Identifier.objects.filter(
        live("record__"), namespace="phone", value_norm__startswith=begins
    )
    return _with_reason(found, _("phone begins %s") % digits)


def _country_code() -> int:
    return phonenumbers.country_code_for_region(settings.C360_DEFAULT_REGION)


def by_mailbox(begins: str) -> Found:
    """Whose e-mail address begins so."""
    found = Identifier.objects.filter(
        live("record__"), namespace="email", value_norm__startswith=begins
    )
    return _with_reason(found, _("e-mail begins %s") % begins)


def _with_reason(found: QuerySet[Identifier], reason: str) -> Found:
    pks = found.values_list("record__membership__profile_id", flat=True)[:MOST]
    return [(pk, reason) for pk in dict.fromkeys(pks) if pk]
