"""Writes a version of the match model to a file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.core.model import MatchModel
from matching.fitting.exchange import ExchangeError, model_named, write_tables
from matching.splink.writing import write_splink


class Command(BaseCommand):
    help = "Write a model for another installation, or as settings of Splink."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model_version", metavar="VERSION")
        parser.add_argument("file", type=Path, help="Is made anew.")
        parser.add_argument("--format", choices=["splink", "c360"], required=True)
        parser.add_argument(
            "--tables",
            type=Path,
            metavar="FOLDER",
            help="Write the records as Splink shall read them. These are customer data.",
        )
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["tables"] and options["format"] != "splink":
            raise CommandError("--tables goes with --format splink.", returncode=2)
        try:
            model = model_named(options["model_version"])
            said = self._write(model, options)
        except (ExchangeError, OSError) as problem:
            raise CommandError(str(problem), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps(said))
            return
        for sentence in said.get("left_out", ()):
            self.stdout.write(f"- Left out: {sentence}")
        self.stdout.write(f"{model.version} is in {options['file']}")

    def _write(self, model: MatchModel, options: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {"version": model.version}
        content = model.to_spec()
        if options["format"] == "splink":
            writing = write_splink(model)
            content = writing.settings
            said["left_out"] = list(writing.left_out)
            said["needs_function"] = writing.needs_function
            if options["tables"]:
                said["records"] = write_tables(options["tables"], writing)
        text = json.dumps(content, indent=1, ensure_ascii=False)
        options["file"].write_text(text + "\n", encoding="utf-8")
        return said
