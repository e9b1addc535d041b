"""Makes block keys again where they were made by another version of the code."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.progress import Meter, Stage
from matching.resolving import rekeying
from matching.tasks import nudge

INTERRUPTED = 130  # as shells count a Ctrl-C


class Command(BaseCommand):
    help = (
        "Make the block keys of records again that another version of the code has made, and "
        "mark these records to be resolved. Safe beside everything else, and to be repeated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="Those of every record.")
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        self._verbosity, self._meter = options["verbosity"], Meter()
        if options["all"]:
            rekeying.distrust_all()
        try:
            done = rekeying.rekey(tell=self._tell)
        except KeyboardInterrupt:
            raise CommandError(
                f"Stopped. {rekeying.records_behind()} records are left, nothing is half done: "
                "run rekey again to go on.",
                returncode=INTERRUPTED,
            ) from None
        nudge()
        self._report(done, as_json=options["json"])

    def _report(self, done: rekeying.Rekeyed, *, as_json: bool) -> None:
        if self._verbosity:
            self.stdout.write(
                f"Made the keys of {done.records} records; {done.lost_keys} of them lost some. "
                "Workers will resolve these records, or run resolve."
                if done.records
                else "The block keys of every record are those of this version."
            )
        if as_json:
            report = {"records": done.records, "lost_keys": done.lost_keys}
            self.stdout.write(json.dumps(report | {"failed": len(done.failed)}))
        if done.failed:
            raise CommandError(
                f"{len(done.failed)} records cannot be read and keep the keys they have; the "
                "log names them. Mend them and run rekey again."
            )

    def _tell(self, stage: Stage) -> None:
        """Say every few seconds how far it is."""
        if self._verbosity and (line := self._meter.line(stage)):
            self.stdout.write(f"  {line}")
            self.stdout.flush()
