"""Works out again what may be used for what, and tells where it was not so."""

import json
from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from consent.models import PermissionState
from consent.permitting.catching_up import catch_up
from consent.permitting.drift import drift, rebuild

MOST_SHOWN = 50


class Command(BaseCommand):
    help = (
        "Work out every permission again from the ledger and mend what differs. With --check "
        "change nothing, name the differences and end with 1 if there are any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only compare.")
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        told = self._check() if options["check"] else self._rebuild()
        if options["json"]:
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(", ".join(f"{name} {number}" for name, number in told.items()))
        if told.get("drift"):
            raise SystemExit(1)

    @transaction.atomic
    def _check(self) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        differences = drift()
        count = 0
        for each in islice(differences, MOST_SHOWN):
            self.stderr.write(f"permission: {each}")
            count += 1
        count += sum(1 for _ in differences)
        stale = PermissionState.objects.filter(is_stale=True).count()
        return {"drift": count, "stale": stale}

    def _rebuild(self) -> dict[str, int]:
        caught_up = catch_up(max_seconds=float("inf"))
        return {"caught_up": caught_up, "mended": rebuild()}
