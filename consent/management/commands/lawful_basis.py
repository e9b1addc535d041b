"""What lacks a lawful basis, for auditors and for scheduled checks."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.bases import lacking, mapped_attributes, unfounded
from profiles.models import Source


class Command(BaseCommand):
    help = (
        "Tell the lawful basis of every attribute of every source. With --check, end with 1 if "
        "one has none."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="End with 1 if one lacks.")
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        missing: dict[str, list[str]] = {}
        wrong: list[str] = []
        attributes = 0
        for source in Source.objects.all():
            mapped = mapped_attributes(source)
            attributes += len(mapped)
            if names := lacking(source, mapped):
                missing[source.slug] = names
                self.stdout.write(f"{source.slug}: no lawful basis for {', '.join(names)}.")
            wrong += [f"{source.slug}: {problem}" for problem in unfounded(source)]
        for problem in wrong:
            self.stdout.write(problem)
        count = sum(map(len, missing.values()))
        if not count and not wrong:
            self.stdout.write(f"All {attributes} mapped attributes have a lawful basis.")
        if options["json"]:
            told = {"attributes": attributes, "missing": missing, "wrong": wrong}
            self.stdout.write(json.dumps(told))
        if options["check"] and (count or wrong):
            raise CommandError(
                f"{count} without a lawful basis, {len(wrong)} that do not hold."
            )
