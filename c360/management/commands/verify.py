"""Computes everything derived again from the facts and compares it with what is stored."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from consent.verification import differences as in_ledger
from matching.verification import differences as in_matching
from matching.verification import unsettled
from profiles.verification import Difference
from profiles.verification import differences as in_profiles

MOST_SHOWN = 50


class Command(BaseCommand):
    help = (
        "Compute attributes, keys, links, clusters, review cases, golden values and ledger "
        "hashes again from the facts, and name every difference. Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            waiting = unsettled()
            found = list(self._told(chain(in_profiles(), in_matching(), in_ledger())))
        counts = Counter(each.check for each in found)
        if not options["json"]:
            self.stdout.write(in_words(counts, waiting))
        else:
            shown = [{"check": each.check, "where": each.where} for each in found[:MOST_SHOWN]]
            ok = not found and not waiting
            report = {"ok": ok, "waiting": waiting, "counts": counts, "differences": shown}
            self.stdout.write(json.dumps(report))
        if found or waiting:
            raise SystemExit(1)

    def _told(self, found: Iterator[Difference]) -> Iterator[Difference]:
        """Name the first differences as they are found."""
        for number, each in enumerate(found):
            if number < MOST_SHOWN:
                self.stderr.write(f"{each.check}: {each.where}")
            yield each


def in_words(counts: Counter[str], waiting: int) -> str:
    lines = [f"{number} differences in {check}." for check, number in sorted(counts.items())]
    if waiting:
        lines.append(
            f"{waiting} records still wait to be resolved. Run resolve, or wait for the "
            "worker, and verify again."
        )
    if counts:
        lines.append("That is not what the facts say. resolve --all computes it anew.")
    return "\n".join(lines) or "All is well: everything derived is what the facts say."
