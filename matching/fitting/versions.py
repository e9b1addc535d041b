"""Versions of the match model: trained as a draft, compared, made live, retired.

The spec of a version never changes, so a stored weight can be told again for ever.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from c360.models import User
from matching import tasks
from matching.core.model import MatchModel, ModelError, default_model
from matching.core.model_report import Outcome, Records, compare, outcome, weigh_alike
from matching.core.scoring import score
from matching.fitting.material import AllRecords, ordered, read_all
from matching.live import live_model
from matching.models import Audit, DirtyRecord, MatchModelVersion, Publication
from matching.progress import Stage, TellStage, silent_stage
from matching.resolving import marks
from matching.rules.figures import curve, riskiest
from matching.rules.flips import values_that_flip
from matching.training.task import Material, Settings
from matching.training.trainer import Trained, train
from matching.world import Pair
from profiles.rule_versions import VersionError, free_name, swap_live

MOST_LEARNT_FROM = 300_000  # records; of more a sample tells the same
MOST_COMPARED = 200_000  # records; of more a sample is compared
State = MatchModelVersion.State


def train_draft(
    settings: Settings,
    *,
    start: MatchModel | None = None,
    is_automatic: bool = False,
    made_by: User | None = None,
) -> tuple[MatchModelVersion, Trained]:
    """Learn from everything stored, starting from the live version; store the draft.

    Where the live version was imported, the one that ships is started from.

    Raises `matching.training.refusal.Refused` where nothing sensible can be learnt, and
    `VersionError` where the name is taken; then nothing is stored.
    """
    settings = replace(
        settings, version=free_name(MatchModelVersion, settings.version, prefix="trained")
    )
    model, stored = start or _learnable(live_model()), read_all(most=MOST_LEARNT_FROM)
    material = Material(
        records=stored.features,
        pairs=stored.candidate_pairs(model.generic_limits()),
        decisions=stored.decisions,
    )
    trained = train(material, model, settings)
    spec = trained.model.to_spec()
    spec["provenance"]["records_stored"] = stored.total
    spec["provenance"]["labels_drawn_by_lot"] = len(drawn_by_lot(stored))
    try:
        with transaction.atomic():
            version = MatchModelVersion.objects.create(
                version=settings.version,
                spec=spec,
                is_automatic=is_automatic,
                based_on=model.version,
                made_by=made_by,
            )
    except IntegrityError:
        raise VersionError(f"a version {settings.version} exists already") from None
    return version, trained


def _learnable(live: MatchModel) -> MatchModel:
    """Where to start from: the live model, or ours where it is an imported one.

    Comparisons made of conditions have no tables to learn.
    """
    return live if live.columns is None else default_model()


def compare_with_live(
    name: str, *, most: int | None = None, tell: TellStage = silent_stage
) -> dict[str, Any]:
    """Compute what would change if a version went live, store it with the version, return it.

    Of more than `most` records a sample is compared: whole groups of records that hang
    together, so that what is joined now is seen whole. A draft becomes a shadow by it. Raises
    `VersionError`.
    """
    model, live = model_of(name), live_model()
    made_at = timezone.now()
    tell(Stage(READING, "records", 0, 1))
    stored = read_all(most=most or MOST_COMPARED, together=True)
    before, after = _outcomes(live, model, stored, tell)
    tell(Stage(COMPARING, "records", 0, 1))
    records = _records(stored)
    report: dict[str, Any] = {
        "against": live.version,
        "made_at": made_at.isoformat(timespec="microseconds"),
        "records_stored": stored.total,
        **compare(before, after, records),
        "curve": curve(after, stored.decisions),
        "riskiest": riskiest(before, after, records, stored.ids),
        "values": values_that_flip(before, after, stored.ids),
    }
    report["decisions"]["drawn_by_lot"] = len(drawn_by_lot(stored))
    MatchModelVersion.objects.filter(version=name).update(report=report)
    MatchModelVersion.objects.filter(version=name, state=State.DRAFT).update(state=State.SHADOW)
    tell(Stage(COMPARING, "records", 1, 1))
    return report


def drawn_by_lot(stored: AllRecords) -> set[Pair]:
    """The decided pairs that were drawn by lot: a fair sample of joins, unlike the queue."""
    places = stored.place_of
    drawn = {
        ordered(places[lo], places[hi])
        for lo, hi in Audit.objects.values_list("lo_id", "hi_id")
        if lo in places and hi in places
    }
    return drawn & stored.decisions.keys()


READING, COMPARING = "Reading", "Comparing"
WEIGHING = (gettext_noop("Weighing as now"), gettext_noop("Weighing anew"))
PARTS = {READING: (0, 15), WEIGHING[0]: (15, 50), WEIGHING[1]: (50, 85), COMPARING: (85, 100)}
AT_ONCE = 5_000  # pairs


def _records(stored: AllRecords) -> Records:
    return Records(stored.keys, stored.features, stored.joining, stored.decisions, stored.held)


def _outcomes(
    live: MatchModel, model: MatchModel, stored: AllRecords, tell: TellStage
) -> tuple[Outcome, Outcome]:
    """What both versions make of the records; where they weigh alike, pairs are so once."""
    known: dict[Pair, float] = {}
    found = []
    for version, stage in zip((live, model), WEIGHING, strict=True):
        if not weigh_alike(live, version):
            known = {}
        pairs = stored.candidate_pairs(version.generic_limits())
        todo = [pair for pair in {*pairs, *stored.decisions} if pair not in known]
        for start in range(0, len(todo), AT_ONCE):
            tell(Stage(stage, "pairs", start, len(todo)))
            for pair in todo[start : start + AT_ONCE]:
                left, right = (stored.features[place] for place in pair)
                known[pair] = score(version, left, right).weight_bits
        tell(Stage(stage, "pairs", len(todo), len(todo)))
        found.append(outcome(version, _records(stored), pairs, weights=known))
    return found[0], found[1]


def model_of(name: str) -> MatchModel:
    """Check the spec of a stored version and return its model. Raises `VersionError`."""
    version = MatchModelVersion.objects.filter(version=name).first()
    if version is None:
        known = ", ".join(
            MatchModelVersion.objects.order_by("-created_at").values_list("version", flat=True)[
                :9
            ]
        )
        raise VersionError(f"there is no version {name}. Known are: {known or 'none'}")
    try:
        model = MatchModel.from_spec(version.spec)
    except ModelError as problem:
        raise VersionError(f"the spec of {name} cannot be used: {problem}") from None
    if model.version != name:
        raise VersionError(f"the spec of {name} calls itself {model.version}: make it {name}")
    return model


@dataclass(frozen=True, slots=True)
class Published:
    """A version went live: which one it replaced, and how many records are resolved again."""

    version: str
    retired: str
    marked: int


def publish(name: str) -> Published:
    """Make a version live and have every record resolved again; a retired one rolls back.

    The version is compared with the live one first, unless it was already. Raises
    `VersionError`, and `PublishedMeanwhile` where another version went live since.
    """
    model_of(name)
    live = live_model().version
    if name == live:
        raise VersionError(f"{name} is live already")
    report = MatchModelVersion.objects.values_list("report", flat=True).get(version=name)
    if not report or report["against"] != live:
        compare_with_live(name)
    published = replace_live(live, name, kind=Publication.Kind.COMMAND)
    MatchModelVersion.objects.filter(version=name).update(is_automatic=False)
    return published


@transaction.atomic
def replace_live(
    old: str,
    new: str,
    *,
    kind: Publication.Kind = Publication.Kind.COMMAND,
    by: User | None = None,
    scope: Publication.Scope = Publication.Scope.ALL,
) -> Published:
    """Retire one version and make another live, if the first still is.

    Raises `PublishedMeanwhile`.
    """
    retired, live = swap_live(MatchModelVersion, old, new)
    marked = _mark(scope)
    Publication.objects.create(
        kind=kind,
        scope=scope,
        version=live,
        replaced=retired,
        made_by_id=live.made_by_id,
        by=by,
        report=live.report,
        marked=marked,
    )
    transaction.on_commit(tasks.nudge, robust=True)
    return Published(version=new, retired=old, marked=marked)


def _mark(scope: Publication.Scope) -> int:
    """Ask for all records to be resolved: now, or once the version is applied to all.

    Marks that are held already go: they would be second ones of the same records.
    """
    DirtyRecord.objects.filter(lane=DirtyRecord.Lane.HELD).delete()
    is_held = scope == Publication.Scope.NEW
    return marks.mark_all_dirty(
        lane=DirtyRecord.Lane.HELD if is_held else DirtyRecord.Lane.BULK
    )
