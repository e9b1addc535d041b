"""What was found out about a batch, made true under the locks of its components."""

from collections.abc import Collection, Mapping

from matching.core.model import MatchModel
from matching.models import DirtyRecord
from matching.receipts import Cause
from matching.resolving.failpoints import failpoint
from matching.resolving.links import ScoredPair, ends_of_links, write_links
from matching.resolving.marks import mark_dirty
from matching.resolving.snapshot import SeenRecord
from matching.settle import settle
from profiles.locking import lock_components


def lock_touched(batch: Collection[int], found: Collection[ScoredPair]) -> dict[int, int]:
    """Lock the components that the links of a batch tie or did tie; return their members."""
    touched = {*batch, *(pk for pair in found for pk in (pair.lo, pair.hi))}
    members = lock_components(touched | ends_of_links(batch))
    failpoint("after_lock")
    return members


def apply(
    batch: Collection[int],
    found: Collection[ScoredPair],
    seen: Mapping[int, SeenRecord],
    *,
    members: Collection[int],
    model: MatchModel,
) -> int:
    """Write the links of a batch and settle its components; return how many receipts.

    `seen` are the records as they were when `found` was computed. Needs the locks of `members`
    and runs in the caller's transaction.
    """
    written = write_links(batch, found, seen, model)
    mark_dirty(written.look_again, lane=DirtyRecord.Lane.BULK)
    links = written.links if set(batch).issuperset(members) else None
    return settle(members, model=model, cause=Cause(), changed=batch, links=links)
