"""Reading a timeline to its end."""

from collections.abc import Iterator, Sequence

from profiles.desk.timeline.filters import Cursor, Filters
from profiles.desk.timeline.reading import page
from profiles.desk.timeline.rows import Item
from profiles.models import SourceRecord


def all_rows(records: Sequence[SourceRecord], filters: Filters) -> Iterator[Item]:
    """The rows of all pages."""
    before: Cursor | None = None
    while True:
        one = page(records, filters=filters, before=before)
        yield from (item for day in one.days for item in day.items)
        if not one.older:
            return
        before = Cursor.parse(one.older)
