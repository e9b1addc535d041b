"""Compares a version of the match model with the live one, or makes it live."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.fitting import versions
from matching.models import MatchModelVersion
from profiles import rule_versions


class Command(BaseCommand):
    help = (
        "Make a version of the match model live: every record is resolved again, in the "
        "background or by resolve. A retired version may be made live again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="VERSION")
        parser.add_argument(
            "--shadow",
            action="store_true",
            help="Only compare it with the live version over all records; change nothing.",
        )
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = shadowed(options["name"]) if options["shadow"] else live(options["name"])
        except rule_versions.VersionError as problem:
            raise CommandError(str(problem), returncode=2) from None
        except rule_versions.PublishedMeanwhile as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(in_words(told))
        if options["json"]:
            self.stdout.write(json.dumps(told))


def shadowed(name: str) -> dict[str, Any]:
    versions.compare_with_live(name)
    return _told(name)


def live(name: str) -> dict[str, Any]:
    done = versions.publish(name)
    return {**_told(name), "retired": done.retired, "marked": done.marked}


def _told(name: str) -> dict[str, Any]:
    version = MatchModelVersion.objects.get(version=name)
    return {"version": name, "state": version.state, "report": version.report}


def in_words(told: dict[str, Any]) -> str:
    report = told["report"]
    pairs, clusters, said = report["pairs"], report["clusters"], report["decisions"]
    lines = [
        f"{told['version']} ({told['state']}) against {report['against']}, over "
        f"{report['records']} of {report['records_stored']} records:",
        "  joined pairs {before} → {after} ({gained} gained, {lost} lost)".format(
            **pairs["joined"]
        ),
        "  asked pairs {before} → {after} ({gained} gained, {lost} lost)".format(
            **pairs["asked"]
        ),
        "  customers {before} → {after}: {joined} joined from several, {split} split; the "
        "largest {largest_before} → {largest_after} records".format(**clusters),
    ]
    if said["decided"]:
        lines += [_words_kept(said, "before"), _words_kept(said, "after")]
    if "retired" in told:
        lines.append(
            f"It is live now, {told['retired']} is retired; {told['marked']} records are "
            "resolved again in the background (or at once by resolve)."
        )
    return "\n".join(lines)


def _words_kept(said: dict[str, Any], when: str) -> str:
    figures = said[when]
    shares = ", ".join(
        f"{name} {part['share']:.3f} ({part['low']:.3f} to {part['high']:.3f})"
        for name in ("precision", "recall")
        if (part := figures[name])["share"] is not None
    )
    return (
        f"  of {said['decided']} decisions {figures['contradicted']} contradicted {when}"
        f"{': ' + shares if shares else ''}"
    )
