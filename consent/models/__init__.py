"""The ledger of consent, what it points at, what follows from it, and who saw whom."""

from consent.models.access import AccessEntry
from consent.models.checkpoint import Checkpoint
from consent.models.ledger import LedgerEntry, LedgerOnlyGrows
from consent.models.permission import EffectivePermission, PermissionState
from consent.models.purpose import FieldBasis, PolicyVersion, ProcessingActivity, Purpose
from consent.models.subject import ConsentEvidence, ContactPoint, SubjectKey

__all__ = [
    "AccessEntry",
    "Checkpoint",
    "ConsentEvidence",
    "ContactPoint",
    "EffectivePermission",
    "FieldBasis",
    "LedgerEntry",
    "LedgerOnlyGrows",
    "PermissionState",
    "PolicyVersion",
    "ProcessingActivity",
    "Purpose",
    "SubjectKey",
]
