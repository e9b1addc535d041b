"""Shadow runs: what a version would change, worked out by a worker with progress."""

from typing import Any

from c360.jobs import Run, Unable
from c360.jobs.model import Job
from c360.jobs.working import start_once
from c360.models import User
from matching.fitting.versions import MOST_COMPARED, PARTS, compare_with_live
from matching.models import MatchModelVersion
from matching.progress import Stage
from profiles.rule_versions import VersionError

SIMULATE, TRAIN = "simulate", "train"
SAMPLE = 20_000  # records


def start_simulation(version: MatchModelVersion, *, whole: bool, by: User) -> Job:
    """Have a version compared with the live one, over a sample or over all records.

    One that waits or runs already is returned instead of a second one.
    """
    return start_once(
        SIMULATE,
        about=version.version,
        started_by=by,
        version=version.version,
        most=MOST_COMPARED if whole else SAMPLE,
    )


def start_training(by: User) -> Job:
    """Have a version learnt; one run at a time."""
    return start_once(TRAIN, started_by=by, made_by=by.pk)


def simulate(run: Run, *, version: str, most: int) -> dict[str, Any]:
    """The job: stores the report with the version and returns its figures, without examples."""
    run.plan(PARTS)

    def tell(stage: Stage) -> None:
        run.at(stage.name, stage.done, stage.total)

    try:
        report = compare_with_live(version, most=most, tell=tell)
    except VersionError as problem:
        raise Unable(str(problem)) from None
    told = ("against", "made_at", "records", "records_stored", "pairs", "compared", "decisions")
    clusters = {k: v for k, v in report["clusters"].items() if k != "examples"}
    return {
        **{name: report[name] for name in told},
        "clusters": clusters,
        "values": report["values"],
    }
