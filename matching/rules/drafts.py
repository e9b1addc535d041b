"""Drafts: new versions that differ from another in thresholds and limits, or are learnt."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from c360.jobs import Run, Unable
from c360.models import User
from c360.sentences import in_words
from matching.core.model import MatchModel, ModelError
from matching.fitting.versions import train_draft
from matching.models import MatchModelVersion
from matching.training.refusal import Refused
from matching.training.tables import with_thresholds
from matching.training.task import Settings
from profiles.rule_versions import DraftRefused, VersionError, free_name


def make_draft(
    based_on: MatchModelVersion,
    *,
    name: str,
    join_bits: float,
    review_bits: float,
    limits: Mapping[str, int],
    made_by: User,
) -> MatchModelVersion:
    """Store a version like another but for thresholds and limits. Raises `DraftRefused`.

    Limits of guards that are weights keep their distance to the join threshold, as in training.
    """
    spec = with_thresholds(based_on.spec, join_bits=join_bits, review_bits=review_bits)
    spec["generic_limits"] = {**spec["generic_limits"], **limits}
    spec["provenance"] = {**spec.get("provenance", {}), "based_on": based_on.version}
    if all(spec[part] == based_on.spec[part] for part in ("thresholds", "generic_limits")):
        raise DraftRefused(_("Nothing is changed: change a threshold or a limit."))
    try:
        spec["version"] = free_name(MatchModelVersion, name, prefix="draft")
        MatchModel.from_spec(spec)
        with transaction.atomic():
            return MatchModelVersion.objects.create(
                version=spec["version"], spec=spec, based_on=based_on.version, made_by=made_by
            )
    except (VersionError, ModelError) as problem:
        raise DraftRefused(in_words(str(problem))) from None
    except IntegrityError:
        raise DraftRefused(_("A version of that name exists already.")) from None


def train_in_background(run: Run, *, made_by: int) -> dict[str, Any]:
    """The job that learns a version from all records and decisions, as a draft."""
    run.at(gettext_noop("Learning"), 0, 1)
    user = User.objects.get(pk=made_by)
    try:
        version, trained = train_draft(Settings(version=""), made_by=user)
    except (Refused, VersionError) as problem:
        raise Unable(str(problem)) from None
    return {"version": version.version, "records": trained.report.get("records")}
