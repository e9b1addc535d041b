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
from matching.live import live_model
from matching.resolving import queue, rekeying
from matching.verification import differences as in_matching
from profiles.survivorship import ending
from profiles.survivorship import spreading as spreading_rules
from profiles.verification import Difference
from profiles.verification import differences as in_profiles

MOST_SHOWN = 50
FACTS = {"ledger", "access log"}  # nothing computes these anew


class Command(BaseCommand):
    help = (
        "Compute attributes, keys, links, clusters, review cases, golden values and ledger "
        "hashes again from the facts, and name every difference. Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        live_model()  # a new installation publishes the one that ships
        with transaction.atomic():
            one_moment()
            waiting, set_aside = queue.waiting().count(), queue.set_aside().count()
            behind, spreading = rekeying.records_behind(), spreading_rules.waiting()
            late = ending.late()
            found = [] if waiting else list(self._told())
        counts = Counter(each.check for each in found)
        if options["json"]:
            shown = [{"check": each.check, "where": each.where} for each in found[:MOST_SHOWN]]
            ok = not (found or waiting or set_aside or spreading or late)
            report = {"ok": ok, "waiting": waiting, "set_aside": set_aside, "counts": counts}
            behindhand = {"values_waiting": spreading, "overrides_late": late}
            told = {"keys_behind": behind, **behindhand, "differences": shown}
            self.stdout.write(json.dumps(report | told))
        else:
            self.stdout.write(in_words(counts, waiting, set_aside, spreading, late))
            if behind:
                self.stdout.write(rekeying.in_words(behind))
        if found or waiting or set_aside or spreading or late:
            raise SystemExit(1)

    def _told(self) -> Iterator[Difference]:
        """Name the first differences as they are found."""
        for number, each in enumerate(chain(in_profiles(), in_matching(), in_ledger())):
            if number < MOST_SHOWN:
                self.stderr.write(f"{each.check}: {each.where}")
            yield each


def one_moment() -> None:
    """Let this transaction see one moment of the database, whatever others are doing."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def in_words(
    counts: Counter[str],
    waiting: int,
    set_aside: int,
    values_waiting: int = 0,
    overrides_late: int = 0,
) -> str:
    if waiting:
        return (
            f"{waiting} records still wait to be resolved, so nothing was compared. Run "
            "resolve, or wait for the worker, and verify again."
        )
    lines = [f"{number} differences in {check}." for check, number in sorted(counts.items())]
    if counts.keys() - FACTS - {"permissions"}:
        lines.append("That is not what the facts say. resolve --all computes it anew.")
    if "permissions" in counts:
        lines.append("permissions_rebuild works permissions out again.")
    if counts.keys() & FACTS:
        lines.append(
            "Somebody changed what only grows; ledger verify names the first such row."
        )
    if "block keys" in counts:
        lines.append("Before that, rekey --all makes the block keys anew.")
    if set_aside:
        lines.append(f"{set_aside} records failed too often to be resolved; see the log.")
    if values_waiting:
        lines.append(
            f"Values of {values_waiting} customers are still those of an earlier version of "
            "survivorship: resolve chooses them anew, or the worker does."
        )
    if overrides_late:
        lines.append(
            f"The time of {overrides_late} overrides of stewards is over and they still hold: "
            "resolve ends them, or the worker does."
        )
    return "\n".join(lines) or "All is well: everything derived is what the facts say."
