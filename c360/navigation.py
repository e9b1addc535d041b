"""What the base template needs on every page: the menu of one's role, theme and keys."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from c360.personal import THEMES
from c360.second_step.required import ONLY


@dataclass(frozen=True)
class Entry:
    """One link of the main menu. `key` is pressed after g; `badge_url` loads a count."""

    label: str
    url: str
    icon: str
    key: str
    current: bool
    badge_url: str = ""
    badge_on: str = "queue"  # the signal on which the count is asked for again


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of `base.html`. The menu only names pages the user may open.

    Somebody is `at_work` once signed in, and not before they have a second step if they must.
    """
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "")
    at_work = user is not None and user.is_authenticated and ONLY not in request.META
    return {
        "at_work": at_work,
        "navigation": partial(_entries, request) if at_work else [],  # asked for by pages alone
        "may_search": at_work and request.user.has_perm("profiles.search_customers"),
        "theme": theme if theme in THEMES else "",
        "density": getattr(user, "density", ""),
        "shortcuts_on": getattr(user, "shortcuts_enabled", False),
    }


def _entries(request: HttpRequest) -> list[Entry]:
    user, path = request.user, request.path
    entries = []
    if user.has_perm("profiles.search_customers"):
        here = path.startswith(("/search/", "/c/", "/clusters/"))
        entries.append(Entry(_("Customers"), reverse("profiles:search"), "users", "c", here))
    if user.has_perm("matching.review_matches"):
        badge = reverse("matching:badge")
        here = path.startswith("/review/")
        queue = reverse("matching:queue")
        entries.append(Entry(_("Review"), queue, "queue", "r", here, badge))
    if user.has_perm("matching.see_data_quality"):
        here = path.startswith("/quality/")
        entries.append(Entry(_("Quality"), reverse("matching:quality"), "star", "q", here))
    if user.has_perm("matching.review_matches"):
        here = path.startswith("/rules/")
        badge = reverse("matching:rules-badge")
        rules = reverse("matching:rules")
        entries.append(Entry(_("Rules"), rules, "tag", "l", here, badge, "rules"))
    if user.has_perm("consent.view_ledgerentry"):
        here = path.startswith("/consent/")
        entries.append(Entry(_("Consent"), reverse("consent:entries"), "shield", "p", here))
    if user.has_perm("consent.view_accessentry"):
        here = path.startswith("/audit/")
        entries.append(Entry(_("Audit"), reverse("consent:audit"), "eye", "a", here))
    if user.is_staff and user.has_perm("profiles.view_source"):
        sources = reverse("admin:profiles_source_changelist")
        entries.append(Entry(_("Sources"), sources, "database", "s", False))
    return entries
