"""What the machine derived (keys, links), what people reported and decided, and receipts."""

from matching.models.audit import Audit, StageChange
from matching.models.decision import Decision, MergeEvent
from matching.models.derived import BlockKey, DirtyRecord, GenericKey, KeyedRecord, Link
from matching.models.hold import Hold
from matching.models.notice import Notice
from matching.models.proposal import Proposal
from matching.models.publication import Publication
from matching.models.quality import Metric, QualityFigure, QualityRun, QualityThreshold
from matching.models.reading import Reading
from matching.models.report import Report, ReportedRecord
from matching.models.review import ReviewCase
from matching.models.version import MatchModelVersion

__all__ = [
    "Audit",
    "BlockKey",
    "Decision",
    "DirtyRecord",
    "GenericKey",
    "Hold",
    "KeyedRecord",
    "Link",
    "MatchModelVersion",
    "MergeEvent",
    "Metric",
    "Notice",
    "Proposal",
    "Publication",
    "QualityFigure",
    "QualityRun",
    "QualityThreshold",
    "Reading",
    "Report",
    "ReportedRecord",
    "ReviewCase",
    "StageChange",
]
