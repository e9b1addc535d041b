"""What consent tells pages of a customer that are open: another answer to "may we contact?"."""

import json
import zlib

from django.utils.translation import gettext as _

from c360.models import User
from consent.models import EffectivePermission, PermissionState
from profiles.models import Profile

SHOWN = ("purpose_id", "channel", "contact_point_id", "allowed", "reason", "since")


def mark(profile: Profile, reader: User) -> str:
    """A checksum over the answers stored for the profile. Two queries."""
    rows = EffectivePermission.objects.filter(profile=profile).values_list(*SHOWN)
    is_stale = PermissionState.objects.filter(profile=profile, is_stale=True).exists()
    shown = sorted([str(value) for value in row] for row in rows)
    told = json.dumps([is_stale, shown])
    return str(zlib.crc32(told.encode()))


def say(profile: Profile, then: str, now: str) -> str:
    """That permissions changed; which, the reader sees on demand."""
    return _("Whether we may contact has changed")
