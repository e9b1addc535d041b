"""Facts (sources, records, events) and the face of a cluster (profiles)."""

from profiles.models.correction import CorrectionProposal
from profiles.models.event import CustomerObject, Event, EventMessage
from profiles.models.override import Override
from profiles.models.profile import Membership, Profile, new_profile_id
from profiles.models.quarantine import QuarantinedRow
from profiles.models.record import Identifier, RecordVersion, SourceRecord
from profiles.models.source import Source, SourceMapping, SourceToken
from profiles.models.suppression import Suppression
from profiles.models.survivorship import SurvivorshipPublication, SurvivorshipVersion

__all__ = [
    "CorrectionProposal",
    "CustomerObject",
    "Event",
    "EventMessage",
    "Identifier",
    "Membership",
    "Override",
    "Profile",
    "QuarantinedRow",
    "RecordVersion",
    "Source",
    "SourceMapping",
    "SourceRecord",
    "SourceToken",
    "Suppression",
    "SurvivorshipPublication",
    "SurvivorshipVersion",
    "new_profile_id",
]
