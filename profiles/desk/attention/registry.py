"""Items and doubts of other apps. They register when they start; `profiles` imports none.

A source of attention answers items about a customer that `profile_for` has opened for the
user, and nothing the user may not know. A source of doubt answers which of the joined records
a person is asked about: what rests on those says so.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from c360.models import User
from profiles.desk.attention.items import Item
from profiles.models import Profile

AttentionSource = Callable[[User, Profile, datetime], Iterable[Item]]
DoubtSource = Callable[[Profile, Collection[int]], Collection[int]]
_sources: dict[str, AttentionSource] = {}
_doubts: dict[str, DoubtSource] = {}


def register_attention(name: str, source: AttentionSource) -> None:
    """Let `source` add items; registered again under the name, the later one counts."""
    _sources[name] = source


def register_doubt(name: str, source: DoubtSource) -> None:
    """Let `source` say which of the joined records, oldest first, are under review."""
    _doubts[name] = source


def items_of_others(user: User, profile: Profile, now: datetime) -> list[Item]:
    return [item for source in _sources.values() for item in source(user, profile, now)]


def doubted(profile: Profile, record_ids: Collection[int]) -> frozenset[int]:
    return frozenset(pk for source in _doubts.values() for pk in source(profile, record_ids))
