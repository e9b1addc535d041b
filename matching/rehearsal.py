"""What an answer asks of the database, asked before anybody waits: of nobody and of no record.

No record, case or person has the number 0 or one below it, so nothing is locked or changed.
"""

from contextlib import suppress
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from c360.models import User
from c360.rehearsing import rehearsing
from matching import review
from matching.cases import open_cases, pairs_asked
from matching.core.model import default_model
from matching.deciding.decisions import DIFFERENT, work_out
from matching.deciding.impact import what_moves
from matching.deciding.preview import world_around
from matching.groups.gathering import beside
from matching.live import live_versions
from matching.models import ReviewCase
from matching.queueing.assigning import colleagues_of
from matching.queueing.leases import take
from matching.queueing.order import free_for
from matching.queueing.picking import EVERYTHING
from matching.refusals import AlreadyDecided
from matching.reports.cases import asked_about
from matching.second_person.proposals import open_proposal
from matching.telling.evidence import evidence_of
from matching.world import solve, stored_links
from profiles.models import Membership, SourceRecord


@receiver(rehearsing)
def rehearse_an_answer(sender: Any, **kwargs: Any) -> None:
    """As `views.queue.decide` reads: for the answer, for the next pair, and around it."""
    nobody, none = User(pk=0), ReviewCase(pk=0, lo=_record(-1), hi=_record(0))
    with transaction.atomic(), suppress(AlreadyDecided):  # a rollback would forget all plans
        work_out(none, lo=-1, hi=0, verdict=DIFFERENT)
    stored_links([0])
    asked_about([0])
    live_versions()
    review.counts(nobody)
    review.last_action(nobody)
    free_for(nobody, EVERYTHING)
    for skip_locked in (False, True):
        take(0, nobody, timezone.now(), skip_locked=skip_locked)
    review.with_records(ReviewCase.objects.all()).filter(pk=0).first()
    world = world_around([0])
    pairs_asked(world, solve(world, default_model()))
    open_cases([0])
    what_moves([0])
    open_proposal(none)
    evidence_of(none)
    beside(none)
    colleagues_of(nobody)


def _record(pk: int) -> SourceRecord:
    """A record that is not stored, of a customer who is not."""
    record = SourceRecord(pk=pk)
    Membership(record=record, profile_id="")
    return record
