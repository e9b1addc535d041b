"""Purposes by the names people give them. Nobody makes one in passing: an officer does."""

from django.utils.text import slugify
from django.utils.translation import gettext as _

from consent.models import Purpose


def purpose_key(name: str) -> str:
    """The key a purpose of that name has: `Offers by mail` is `offers-by-mail`."""
    return slugify(name)[: Purpose._meta.get_field("key").max_length]


def purpose_problem(name: str, found: Purpose | None = None) -> str:
    """Why nothing new can be stated for the purpose of that name; empty if it can."""
    found = found or Purpose.objects.filter(pk=purpose_key(name)).first()
    if found is None:
        known = ", ".join(Purpose.objects.order_by("key").values_list("key", flat=True))
        return _(
            "There is no purpose %(name)r; known are %(known)s. A privacy officer adds one "
            "under Consent, Purposes."
        ) % {"name": name, "known": known}
    if found.is_retired:
        return _("The purpose %(name)s is retired; nothing new is asked under it.") % {
            "name": found
        }
    return ""
