"""The model fits itself to the records until a person has chosen a version.

The shipped model is made for a population of a million and for no data in particular. How many
records there are, how often a person is recorded twice, how common each name is and how often
each field is wrong can be learnt from the records alone, without a single decision. So an
installation learns a version of its own when it has records enough, and anew whenever they have
grown by half. From the day a person publishes a version, only people change it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from matching.core.model import default_model
from matching.fitting.versions import replace_live, train_draft
from matching.live import live_model
from matching.models import MatchModelVersion, Publication
from matching.training.refusal import Refused
from matching.training.task import Settings
from profiles.models import SourceRecord
from profiles.rule_versions import PublishedMeanwhile, free_name

logger = logging.getLogger(__name__)

FEWEST = 500  # records; odds learnt from fewer say more of chance than of the data
GROWTH = 1.5  # learnt anew when there are this many times the records, or as many times fewer


@dataclass(frozen=True, slots=True)
class Fitted:
    """A version the installation made live by itself, and from how many records it learnt."""

    version: str
    records: int


def _silently(records: int) -> None:
    """Nobody wants to hear that it begins."""


def fit_if_due(*, begin: Callable[[int], None] = _silently) -> Fitted | None:
    """Learn and publish a version where one is due; `None` where not, or nothing sensible.

    Every record is marked to be resolved again. Safe in several processes: the first one wins.
    `begin` hears from how many records it is about to learn.
    """
    live = MatchModelVersion.objects.filter(state=MatchModelVersion.State.LIVE).first()
    if live is not None and not live.is_automatic:
        return None
    records = _matched_records()
    if not _is_due(records, _learnt_from(live)):
        return None
    begin(records)
    try:
        return _fit(records)
    except Refused as problem:
        logger.warning("the model stays as it is: %s", problem)
    except PublishedMeanwhile as overtaken:
        logger.info("%s", overtaken)
    return None


def _matched_records() -> int:
    return SourceRecord.objects.live().exclude(source__stage="observe").count()


def _learnt_from(live: MatchModelVersion | None) -> int:
    """How many records the live version was fitted to; the shipped one to none."""
    return int(live.spec["provenance"].get("records_stored", 0)) if live else 0


def _is_due(records: int, learnt_from: int) -> bool:
    if records < FEWEST:
        return False
    return records >= GROWTH * learnt_from or learnt_from >= GROWTH * records


def _fit(records: int) -> Fitted:
    """Learn from the shipped model on, so that earlier versions of its own have no say."""
    live = live_model().version
    settings = Settings(version=free_name(MatchModelVersion, prefix="fitted"))
    version, _ = train_draft(settings, start=default_model(), is_automatic=True)
    replace_live(live, version.version, kind=Publication.Kind.AUTOMATIC)
    return Fitted(version=version.version, records=records)
