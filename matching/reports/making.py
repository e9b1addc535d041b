"""An agent says what does not belong to a customer. Nothing is split by saying so."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from c360.models import User
from matching.deciding.preview import fingerprint, live_members
from matching.models import Report, ReportedRecord
from matching.refusals import Busy, DecisionRefused, StaleView
from matching.reports.cases import open_cases_of
from matching.signals import clusters_settled
from profiles.locking import ComponentsKeepMoving, lock_components
from profiles.models import Profile


@transaction.atomic
def report_records(
    profile: Profile,
    records: Mapping[int, Sequence[int]],
    *,
    form: UUID,
    why: str,
    words: str,
    reported_by: User,
    seen: str,
) -> Report:
    """Store what somebody reported and ask stewards about each record, most urgent of all.

    `records` maps a record to the events that gave it away. The same `form` sent again
    returns the report it made. `seen` is the fingerprint of what the person looked at; raises
    `StaleView` once that has changed, `DecisionRefused` where no record would stay.
    """
    members = _locked(profile)
    known = Report.objects.filter(pk=form, reported_by=reported_by).first()
    if known is not None:
        return known
    if Report.objects.filter(pk=form).exists() or seen != fingerprint(members):
        raise StaleView
    if not set(records) < set(members):
        raise DecisionRefused(_("At least one record must stay."))
    report = Report.objects.create(
        id=form,
        profile=profile,
        records_seen=members,
        why=why,
        words=words,
        reported_by=reported_by,
    )
    ReportedRecord.objects.bulk_create(
        ReportedRecord(report=report, record_id=pk, events=list(events))
        for pk, events in sorted(records.items())
    )
    asked = open_cases_of(report)
    clusters_settled.send(sender=None, profile_ids={profile.pk}, record_ids=asked)
    return report


def _locked(profile: Profile) -> list[int]:
    """The live records of a profile, whose memberships stand still from now on."""
    try:
        lock_components(live_members(profile))
    except ComponentsKeepMoving as error:
        raise Busy from error
    return live_members(profile)
