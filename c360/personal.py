"""How each request follows what people set for themselves, see `c360.forms.PreferencesForm`."""

import contextlib
import zoneinfo
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from c360.models import User

THEMES = ("light", "dark")


@cache
def time_zones() -> list[str]:
    """Names of places such as Europe/Berlin, in order; old and technical names are left out."""
    names = {name for name in zoneinfo.available_timezones() if "/" in name}
    technical = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")
    return ["UTC", *sorted(name for name in names if not name.startswith(technical))]


class Personal:
    """Shows each person times of their zone in their language, whoever was served before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user if request.user.is_authenticated else None
        if user is not None and user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)  # LocaleMiddleware has chosen, for strangers
        with timezone.override(zone_of(user)):
            return self.get_response(request)


def zone_of(user: User | None) -> zoneinfo.ZoneInfo | None:
    """The time zone a person chose; `None` for that of the server, also where it is unknown."""
    if user is None or not user.time_zone:
        return None
    with contextlib.suppress(zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(user.time_zone)
    return None
