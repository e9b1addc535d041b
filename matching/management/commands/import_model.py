"""Takes in a model from a file, as a draft."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.fitting.exchange import ExchangeError, import_own, import_splink, read_json
from matching.splink.drafts import JOIN_BITS, REVIEW_BITS


def pairs(text: str) -> dict[str, str]:
    """Read `first_name=given_name,dob=birth_date`."""
    found = [each.partition("=") for each in text.split(",") if each.strip()]
    if not all(name.strip() and attribute.strip() for name, _, attribute in found):
        raise ArgumentTypeError(f"{text!r} is not COLUMN=ATTRIBUTE,COLUMN=ATTRIBUTE")
    return {name.strip(): attribute.strip() for name, _, attribute in found}


class Command(BaseCommand):
    help = "Store a model as a draft version: one of Splink's, or one export_model has written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="As save_model_to_json writes it, or ours.")
        parser.add_argument("--format", choices=["splink", "c360"], required=True)
        parser.add_argument(
            "--columns", type=pairs, default={}, help="Splink's columns: dob=birth_date,…"
        )
        parser.add_argument("--name", default="", help="Of the new version; else the file's.")
        parser.add_argument("--join-bits", type=float, default=JOIN_BITS, help="Splink only.")
        parser.add_argument("--review-bits", type=float, default=REVIEW_BITS)
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        notes: tuple[str, ...] = ()
        try:
            content = read_json(options["file"])
            if options["format"] == "c360":
                draft = import_own(content, version=options["name"])
            else:
                draft, notes = import_splink(
                    content,
                    version=options["name"] or options["file"].stem[:40],
                    columns=options["columns"],
                    thresholds={key: options[key] for key in ("join_bits", "review_bits")},
                )
        except ExchangeError as problem:
            raise CommandError(str(problem), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps({"version": draft.version, "notes": list(notes)}))
            return
        for note in notes:
            self.stdout.write(f"- {note}")
        self.stdout.write(f"Version {draft.version} is a draft; publish_model makes it live.")
