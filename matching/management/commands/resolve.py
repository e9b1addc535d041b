"""Resolves every record that waits, now, and returns when all is settled.

Values that another version of survivorship chose are brought in line as well, and so are those
that a steward chose for a time that is over.
"""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from matching.fitting.self_training import fit_if_due
from matching.live import live_model
from matching.models import ReviewCase
from matching.progress import Meter, Progress, Stage
from matching.resolving import marks, queue, rekeying
from matching.resolving.resolve import resolve_all
from matching.spark.engine import resolve_on_spark
from matching.spark.needs import check
from matching.spark.refusal import SparkFailed, SparkMissing
from profiles.models import Profile
from profiles.survivorship.ending import end_overdue
from profiles.survivorship.spreading import spread

INTERRUPTED = 130  # as shells count a Ctrl-C


class Command(BaseCommand):
    help = "Resolve every record that waits, and return when all is settled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="Look at every record again.")
        parser.add_argument(
            "--no-fit",
            action="store_false",
            dest="fit",
            help="Leave the match model as it is, also where nobody has chosen one yet.",
        )
        parser.add_argument(
            "--engine",
            choices=["own", "spark"],
            default="own",
            help="spark: let Splink find and weigh pairs on Spark (docs/spark.md).",
        )
        parser.add_argument(
            "--spark-master",
            metavar="URL",
            default="local[*]",
            help="Where Spark runs, as spark://host:7077; this machine where it is not given.",
        )
        parser.add_argument(
            "--spark-folder",
            type=Path,
            metavar="FOLDER",
            help="Where all machines of Spark see the records, under the same path, meanwhile.",
        )
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["engine"] == "spark":
            _check_spark(options["spark_folder"])
        try:
            report = self._resolve(**options)
        except KeyboardInterrupt:
            raise CommandError(
                f"Stopped. {queue.records_waiting()} records still wait, nothing is half done: "
                "run resolve again to go on.",
                returncode=INTERRUPTED,
            ) from None
        except SparkFailed as problem:
            raise CommandError(
                f"Spark gave up ({problem}); the log has more. {queue.records_waiting()} "
                "records still wait, nothing is half done: run resolve again."
            ) from None
        if options["verbosity"]:
            self.stdout.write(in_words(report))
            if report["keys_behind"]:
                self.stdout.write(rekeying.in_words(report["keys_behind"]))
        if options["json"]:
            self.stdout.write(json.dumps(report))
        if report["set_aside"]:
            raise CommandError(
                f"{report['set_aside']} records failed again and again and were set aside; the "
                "log has the reasons. Mend them and run resolve again."
            )

    def _resolve(self, **options: Any) -> dict[str, Any]:
        """Fit the model where that is due, resolve all that waits, and report."""
        started = time.monotonic()
        self._verbosity, self._meter = options["verbosity"], Meter()
        queue.try_again()
        fitted = fit_if_due(begin=self._tell_fitting) if options["fit"] else None
        if fitted and options["verbosity"]:
            self.stdout.write(
                f"Fitted the match model to {fitted.records} records: {fitted.version} is live."
            )
        if options["all"] and not fitted:
            marks.mark_all_dirty()
        done, path = self._resolve_by(**options)
        end_overdue()
        spread()
        return self._report(done, time.monotonic() - started) | {
            "path": path,
            "model": live_model().version,
        }

    def _resolve_by(self, **options: Any) -> tuple[Progress, str]:
        """Resolve by the engine that was asked for; also tell which path it took."""
        if options["engine"] == "own":
            return resolve_all(tell=self._tell, tell_stage=self._tell_stage)
        return resolve_on_spark(
            master=options["spark_master"],
            shared=options["spark_folder"],
            tell=self._tell,
            tell_stage=self._tell_stage,
        )

    def _tell_fitting(self, records: int) -> None:
        """Nothing else is heard for most of a minute where there are very many."""
        if self._verbosity:
            self.stdout.write(f"Fitting the match model to {records} records.")
            self.stdout.flush()

    def _tell(self, done: Progress) -> None:
        if self._meter.is_due():
            total = done.resolved + queue.waiting().count()
            self._tell_stage(Stage("Resolving", "records", done.resolved, total))

    def _tell_stage(self, stage: Stage) -> None:
        """Say every few seconds how far it is."""
        if self._verbosity and (line := self._meter.line(stage)):
            self.stdout.write(f"  {line}")
            self.stdout.flush()

    def _report(self, done: Progress, seconds: float) -> dict[str, Any]:
        figures = Profile.objects.filter(record_count__gt=0).aggregate(clusters=Count("pk"))
        return {
            "resolved": done.resolved,
            "changes": done.receipts,
            "set_aside": queue.set_aside().count(),
            "clusters": figures["clusters"],
            "review_cases": ReviewCase.objects.open().count(),
            "keys_behind": rekeying.records_behind(),
            "seconds": round(seconds, 2),
        }


def _check_spark(folder: Path | None) -> None:
    """Refuse before anything is done, where Spark cannot run."""
    try:
        check()
    except SparkMissing as problem:
        raise CommandError(str(problem), returncode=2) from None
    if folder is not None and not folder.is_dir():
        raise CommandError(f"--spark-folder {folder} is no folder: make it.", returncode=2)


def in_words(report: dict[str, Any]) -> str:
    return (
        "Resolved {resolved} records in {seconds} s: {changes} changes of membership. Now "
        "{clusters} customers, {review_cases} pairs to review."
    ).format(**report)
