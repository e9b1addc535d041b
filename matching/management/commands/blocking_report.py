"""Tells what the block keys bring and what they cost."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.fitting.blocking_report import report
from matching.fitting.evaluation import TruthError, read_truth, true_pairs


class Command(BaseCommand):
    help = "Tell what each kind of block key costs, what is skipped and what is never compared."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--truth",
            type=Path,
            help="Measure recall by a CSV of source,external_id,entity_id, not by decisions.",
        )
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        true = None
        if options["truth"]:
            try:
                true = true_pairs(read_truth(options["truth"]))
            except (OSError, UnicodeDecodeError, TruthError) as problem:
                raise CommandError(str(problem), returncode=2) from None
        found = report(true)
        self.stdout.write(in_words(found))
        if options["json"]:
            self.stdout.write(json.dumps(found))


def in_words(found: dict[str, Any]) -> str:
    lines = [f"{'kind':16}{'limit':>6}{'keys':>10}{'pairs':>10}{'skipped':>9}{'largest':>9}"]
    lines += [
        "{kind:16}{limit:>6}{keys:>10}{pairs:>10}{skipped:>9}{largest:>9}".format(**each)
        for each in found["kinds"]
    ]
    lines.append(
        f"{found['records']} records meet {found['candidates_per_record']} others each, those "
        "met by several kinds counted several times."
    )
    lines.append(_recall(found))
    if found["records_without_key"]:
        some = ", ".join(found["some_without_key"])
        lines.append(f"{found['records_without_key']} records are never compared: {some}")
    else:
        lines.append("Every record has a key.")
    return "\n".join(lines)


def _recall(found: dict[str, Any]) -> str:
    if found["recall"] is None:
        return "No pair is known to be one person yet, so recall cannot be told."
    return (
        f"Of {found['known_pairs']} pairs known by {found['measured_by']} "
        f"{found['recall']:.1%} are compared, {found['closure_recall']:.1%} also through third "
        "records."
    )
