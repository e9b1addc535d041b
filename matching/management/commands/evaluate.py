"""Measures the stored clusters against a file that says which records are whose."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.fitting.evaluation import TruthError, evaluate, read_truth
from matching.resolving import queue


class Command(BaseCommand):
    help = "Compare the customers with a CSV of source,external_id,entity_id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("truth", type=Path, help="Columns: source,external_id,entity_id.")
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            truth = read_truth(options["truth"])
        except (OSError, UnicodeDecodeError, TruthError) as problem:
            raise CommandError(str(problem), returncode=2) from None
        waiting = queue.waiting().count()
        if waiting:
            self.stderr.write(f"{waiting} records still wait; run resolve for final figures.")
        report = evaluate(truth)
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write(in_words(report))


def in_words(report: dict[str, Any]) -> str:
    lines = [
        f"{report['records']} records of the truth, {report['not_found']} of them not stored; "
        f"{report['clusters']} customers, the largest of {report['largest']} records; "
        f"{report['review_cases']} pairs to review.",
        "",
        "                precision   recall      F1",
    ]
    row = "{label:<14}  {precision:9.4f}{recall:9.4f}{f1:8.4f}"
    lines.append(row.format(label="by pairs", **report["pairwise"]))
    lines.append(row.format(label="B-cubed", **report["b_cubed"]))
    lines.append(
        "\nOf the true pairs {blocking_recall:.1%} are compared, "
        "{blocking_closure_recall:.1%} counting third records; "
        "{records_without_key} records are never compared.".format(**report)
    )
    return "\n".join(lines)
