"""Learns a new version of the match model from what is stored, as a draft."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.core.model import MatchModel
from matching.fitting.versions import train_draft
from matching.live import live_model
from matching.training.costs import Costs
from matching.training.refusal import Refused
from matching.training.tables import largest_changes
from matching.training.task import Settings
from profiles.rule_versions import VersionError

MOST_SAMPLED = 1_000_000
SHOWN = 10


class Command(BaseCommand):
    help = (
        "Learn a new version of the match model from the stored records and decisions. It is "
        "stored as a draft; publish_model makes it live."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Django's own --version, which tells that of Django, makes room for ours."""
        return super().create_parser(
            prog_name, subcommand, conflict_handler="resolve", **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = Settings(version="")
        add = parser.add_argument
        add("--name", "--version", dest="name", default="", help="Of the version to make.")
        add(
            "--sample",
            type=int,
            default=default.sample,
            help="Most random pairs, and most candidate pairs, to look at (%(default)s).",
        )
        add("--seed", type=int, default=default.seed, help="Of what is drawn (%(default)s).")
        for name, value in vars_of(default.costs).items():
            option = f"--{name.replace('_', '-')}-cost"
            add(option, type=float, default=value, help="Only ratios matter (%(default)s).")
        add("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        live = live_model()
        try:
            version, trained = train_draft(settings_of(options))
        except VersionError as problem:
            raise CommandError(str(problem), returncode=2) from None
        except Refused as problem:
            raise CommandError(f"Nothing was stored: {problem}") from None
        report = as_json(version.version, version.state, live, trained.model)
        self.stdout.write(in_words(report))
        if options["json"]:
            self.stdout.write(json.dumps(report))


def vars_of(costs: Costs) -> dict[str, float]:
    return {
        "wrong_join": costs.wrong_join,
        "missed_join": costs.missed_join,
        "review": costs.review,
    }


def settings_of(options: dict[str, Any]) -> Settings:
    """Check what was asked for; raises `CommandError` with exit code 2."""
    if not 1000 <= options["sample"] <= MOST_SAMPLED:
        raise CommandError(
            f"--sample is {options['sample']}: choose 1,000 to 1,000,000 pairs", returncode=2
        )
    if options["seed"] < 0:
        raise CommandError(f"--seed is {options['seed']}: choose 0 or more", returncode=2)
    costs = Costs(
        wrong_join=options["wrong_join_cost"],
        missed_join=options["missed_join_cost"],
        review=options["review_cost"],
    )
    try:
        costs.check()
    except Refused as problem:
        raise CommandError(str(problem), returncode=2) from None
    return Settings(
        version=options["name"],
        sample=options["sample"],
        seed=options["seed"],
        costs=costs,
    )


def as_json(name: str, state: str, live: MatchModel, model: MatchModel) -> dict[str, Any]:
    spec = model.to_spec()
    return {
        "version": name,
        "state": state,
        "prior": spec["prior"],
        "thresholds": spec["thresholds"],
        "changes": largest_changes(live, model),
        **spec["provenance"],
    }


def in_words(report: dict[str, Any]) -> str:
    em, labels = report["em"], report["labels"]
    said = labels["same"] + labels["different"]
    settled = "converged" if em["converged"] else "has not converged"
    lines = [
        f"{report['version']} ({report['state']}) learnt from {report['records']} records, "
        f"{report['pairs_used']} candidate pairs, {report['random_pairs']} random pairs and "
        f"{said} decisions.",
        f"EM {settled} after {em['iterations']} iterations, best of {em['starts']} starts; it "
        f"expects {report['expected_pairs']['one_person']:.0f} pairs of one person, "
        f"{report['expected_pairs']['one_household']:.0f} of one household.",
        "Joins from {join_bits} bits, asks from {review_bits} bits; calibrated on "
        "{source}.".format(**report["thresholds"], source=report["calibration"]["from"]),
        "Largest changes of evidence, in bits:",
    ]
    lines += [
        f"  {each['comparison']} {each['level']}: "
        f"{'new' if each['before'] is None else each['before']} → {each['after']}"
        for each in report["changes"][:SHOWN]
    ]
    lines.append(f"Next: publish_model {report['version']} --shadow tells what would change.")
    return "\n".join(lines)
