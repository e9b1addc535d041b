"""Loads the invented retailer: files, sources, records, events, sign-ins."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from c360.demo.accounts import SIGN_INS, SignInsRefused, make_sign_ins
from c360.demo.generate import Manifest, generate
from c360.demo.lawful import make_lawful
from c360.demo.load import first_day, import_files, make_sources
from matching.data_quality.counting import count_now


class Command(BaseCommand):
    help = (
        "Load the demo: an invented retailer with five systems. Running it again changes "
        "nothing. The records are matched by the same pipeline as any others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="Where the files go.")
        parser.add_argument("--people", type=int, default=2000, help="How many to invent.")
        parser.add_argument("--seed", type=int, default=360, help="Another seed, other people.")
        parser.add_argument(
            "--force-sign-ins",
            action="store_true",
            help="Make the demo accounts on a production server too.",
        )
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["people"] < 50:
            raise CommandError("The demo needs at least 50 people for its stories.")
        folder = options["folder"] or Path(settings.C360_DATA_DIR) / "demo"
        manifest = self._generate(folder, options["seed"], options["people"])
        make_lawful()
        sources = make_sources()
        quiet = {"stdout": self.stdout, "verbosity": options["verbosity"]}
        import_files(folder, manifest, **quiet)
        call_command("resolve", **quiet)
        count_now()  # else the board is empty until the clock asks
        made = self._sign_ins(forced=options["force_sign_ins"])
        self._report(folder, manifest, with_sign_ins=made is not None)
        if options["json"]:
            counts = manifest.as_dict() | {"folder": str(folder)}
            counts |= {"new_sources": sources, "new_sign_ins": made}
            self.stdout.write(json.dumps(counts))

    def _generate(self, folder: Path, seed: int, people: int) -> Manifest:
        today = first_day(folder, seed=seed, people=people) or timezone.localdate()
        return generate(folder, seed=seed, people=people, today=today)

    def _sign_ins(self, *, forced: bool) -> int | None:
        """Make the accounts that are missing; `None` where that is refused."""
        try:
            return make_sign_ins(forced=forced)
        except SignInsRefused as refusal:
            self.stderr.write(str(refusal))
            return None

    def _report(self, folder: Path, manifest: Manifest, *, with_sign_ins: bool) -> None:
        self.stdout.write(
            f"Harbour & Pine: {manifest.people} people, {manifest.records} records, "
            f"{manifest.events} events. Files in {folder}."
        )
        for each in SIGN_INS if with_sign_ins else ():
            self.stdout.write(f"  {each.role:17} {each.email:25} {each.password}")
