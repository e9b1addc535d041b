"""Processing activities as other programs and spreadsheets take them."""

from typing import Any

from django.conf import settings
from django.utils.translation import override

from consent.models import ProcessingActivity

WRITTEN = (  # by people
    "name",
    "description",
    "role",
    "purposes",
    "people",
    "data_categories",
    "recipients",
    "transfers",
    "retention",
    "security",
    "assessment",
)
COLUMNS = (*WRITTEN, "updated_at")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would run


def as_row(activity: ProcessingActivity) -> dict[str, Any]:
    """One activity by the names of `COLUMNS`: texts, and lists of texts."""
    row = {name: getattr(activity, name) for name in COLUMNS}
    with override(settings.LANGUAGE_CODE):  # what programs read is the same for everybody
        row["role"] = str(activity.get_role_display())
    row["purposes"] = sorted(purpose.name for purpose in activity.purposes.all())
    row["updated_at"] = activity.updated_at.isoformat()
    return row


def as_text(value: Any) -> str:
    """A value as one cell, which no spreadsheet takes for a formula."""
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
