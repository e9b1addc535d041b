"""What the templates of a timeline need, for the customer page and for fragments alike."""

from collections.abc import Sequence
from typing import Any

from django.utils.http import urlencode

from profiles.desk.guard import guard_of
from profiles.desk.suspects import suspects
from profiles.desk.timeline.facets import facets
from profiles.desk.timeline.filters import Cursor, Filters
from profiles.desk.timeline.finding import Matches, matches
from profiles.desk.timeline.reading import page
from profiles.models import Profile, SourceRecord

BY_ITSELF = 3  # pages that come while somebody scrolls; the next one is asked for


def whole_timeline(
    profile: Profile, records: Sequence[SourceRecord], filters: Filters, before: Cursor | None
) -> dict[str, Any]:
    """Context of `_timeline.html`. Four queries, five where words are given."""
    found = matches(records, filters.find)
    return {
        "facets": facets(records, filters, found),
        "is_first_page": before is None,
        **some_days(profile, records, filters, before, matching=found),
    }


def some_days(
    profile: Profile,
    records: Sequence[SourceRecord],
    filters: Filters,
    before: Cursor | None,
    loaded: int = 1,
    matching: Matches | None = None,
) -> dict[str, Any]:
    """Context of `_timeline_days.html`; `loaded` pages are read by then. Three queries.

    Where words are given, `matching` are the events that say them; one query more to find out.
    """
    found = page(records, filters=filters, before=before, matching=matching)
    older = [*filters.parameters(), ("before", found.older), ("pages", str(loaded))]
    return {
        "profile": profile,
        "guard": guard_of(records),
        "filters": filters,
        "page": found,
        "suspects": suspects(profile),
        "older_query": urlencode(older) if found.older else "",
        "loaded": loaded,
        "comes_by_itself": loaded < BY_ITSELF,
    }
