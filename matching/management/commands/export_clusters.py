"""Writes which record belongs to which customer."""

import csv
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from c360.showing import customer_data_exported
from profiles.models import Membership

CHUNK = 10_000
COLUMNS = ("source", "external_id", "profile_id")


class Command(BaseCommand):
    help = "Write source,external_id,profile_id of every live record to a CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="Is made anew.")
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = (
            Membership.objects.filter(record__deleted_at=None, record__erased_at=None)
            .order_by("record__source__slug", "record__external_id")
            .values_list("record__source__slug", "record__external_id", "profile_id")
        )
        customer_data_exported.send("export_clusters", fields=COLUMNS, results=rows.count())
        written, profiles = 0, set()
        try:
            with options["file"].open("w", encoding="utf-8", newline="") as file:
                out = csv.writer(file)
                out.writerow(COLUMNS)
                for row in rows.iterator(chunk_size=CHUNK):
                    out.writerow(row)
                    written += 1
                    profiles.add(row[2])
        except OSError as problem:
            raise CommandError(str(problem), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps({"records": written, "clusters": len(profiles)}))
        else:
            self.stdout.write(
                f"{written} records of {len(profiles)} customers in {options['file']}"
            )
