"""What is stored and not handed over, each with the reason; every table has its place here."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class LeftOut(NamedTuple):
    """Something that is not in the copy. `tables` are those it lies in, as `app.Model`."""

    code: str
    what: str | Promise
    why: str | Promise
    tables: frozenset[str] = frozenset()


HANDED_OVER = frozenset(
    {
        "profiles.Profile", "profiles.Membership", "profiles.SourceRecord",
        "profiles.RecordVersion", "profiles.Event", "profiles.CustomerObject",
        "profiles.Override", "profiles.CorrectionProposal", "matching.Report",
        "matching.ReportedRecord", "matching.Decision", "matching.Hold", "matching.Proposal",
        "matching.MergeEvent", "consent.LedgerEntry", "consent.ConsentEvidence",
        "consent.FieldBasis", "consent.AccessEntry",
    }
)  # fmt: skip
LEFT_OUT = (
    LeftOut(
        "other_people",
        _("Words that speak of somebody else as well"),
        _(
            "They are of other people too. That they were written, when and by which role, is "
            "told."
        ),
    ),
    LeftOut(
        "staff",
        _("Names of colleagues"),
        _("They are data of theirs. Their roles are told instead."),
        frozenset({"c360.User"}),
    ),
    LeftOut(
        "questions",
        _("Pairs of records that may be one person, and how alike they are"),
        _("They are of other people as well, and nobody has said that they are this person."),
        frozenset({
            "matching.ReviewCase", "matching.Link", "matching.Reading", "matching.Audit",
            "matching.Notice",
        }),
    ),
    LeftOut(
        "derived",
        _("Keyed hashes, search words and answers that are worked out"),
        _("They are made of what is told here and say nothing more."),
        frozenset({
            "profiles.Identifier", "profiles.EventMessage", "matching.BlockKey",
            "matching.KeyedRecord", "matching.GenericKey", "matching.DirtyRecord",
            "consent.ContactPoint", "consent.SubjectKey", "consent.EffectivePermission",
            "consent.PermissionState",
        }),
    ),
    LeftOut(
        "unread",
        _("Rows that could not be read, and events whose record is not known"),
        _("They belong to nobody until they can be read."),
        frozenset({"profiles.QuarantinedRow"}),
    ),
    LeftOut(
        "deleted",
        _("Records their source has deleted"),
        _("They are shown with nobody any more. What colleagues chose and proposed is gone."),
    ),
    LeftOut(
        "suppressed",
        _("Hashes of what must not come back"),
        _("Whom they are about cannot be read from them."),
        frozenset({"profiles.Suppression"}),
    ),
)  # fmt: skip
OF_NOBODY = frozenset(
    {
        "c360.Job", "c360.PersonalToken", "c360.SecondStep", "c360.RecoveryCode",
        "profiles.Source", "profiles.SourceMapping", "profiles.SourceToken",
        "profiles.SurvivorshipVersion", "profiles.SurvivorshipPublication",
        "matching.MatchModelVersion", "matching.StageChange", "matching.Publication",
        "matching.QualityRun", "matching.QualityFigure", "matching.QualityThreshold",
        "consent.Checkpoint", "consent.Purpose", "consent.PolicyVersion",
        "consent.ProcessingActivity",
    }
)  # fmt: skip
