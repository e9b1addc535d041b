"""What the import commands share: finding the source, keeping the mapping, telling the end."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import QuerySet

from profiles import bases
from profiles.ingest.files import FileProblem
from profiles.ingest.quarantine import BadRow
from profiles.mappings.columns import MappingError
from profiles.models import Source, SourceMapping

BATCH = 1000
SHOWN = 5
Item = TypeVar("Item")


class UsageError(CommandError):
    """The call itself cannot work; the message says what to change. Exit code 2."""

    def __init__(self, message: object) -> None:
        super().__init__(message, returncode=2)


def find_source(slug: str, *, hint: str) -> Source:
    source = Source.objects.filter(slug=slug).first()
    if source is None:
        known = ", ".join(Source.objects.values_list("slug", flat=True)) or "none yet"
        raise UsageError(f"There is no source {slug!r}; known are: {known}. {hint}")
    return source


def active(source: Source) -> Source:
    if not source.is_active:
        why = " ".join(["Switch it on in the admin.", *bases.complaints_of(source)])
        raise UsageError(f"Source {source.slug!r} is switched off. {why}")
    return source


def read_spec(path: Path) -> dict[str, Any]:
    """Read a mapping file; raises `UsageError` in words."""
    try:
        spec = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}.") from None
    except ValueError as problem:
        raise UsageError(f"{path} is no valid JSON: {problem}.") from None
    if not isinstance(spec, dict):
        raise UsageError(f"{path}: a mapping is one JSON object.")
    return spec


def mapping_for(
    source: Source, reads: SourceMapping.Reads, path: Path | None, *, save: bool
) -> SourceMapping:
    """Return the version that holds the spec in `path`, else the source's newest one.

    A spec that is new becomes the next version; with `save` off it is not stored.
    """
    if path is None:
        newest = _versions(source, reads).order_by("-version").first()
        if newest is None:
            raise UsageError(
                f"Source {source.slug!r} has no mapping of {reads.value} yet. "
                "Give one with --mapping M.json."
            )
        _refuse(bases.complaints(source, bases.PARSERS[reads](newest.spec)), path)
        return newest
    spec = read_spec(path)
    try:
        bases.PARSERS[reads](spec)
    except MappingError as problem:
        raise UsageError(f"{path}: {problem}") from None
    return _version_of(source, reads, spec, path, save=save)


def _refuse(complaints: list[str], path: Path | None) -> None:
    if complaints:
        where = f"{path}: " if path else ""
        raise UsageError(f"{where}{' '.join(complaints)} Nothing was taken in.")


@transaction.atomic
def _version_of(
    source: Source,
    reads: SourceMapping.Reads,
    spec: dict[str, Any],
    path: Path,
    *,
    save: bool,
) -> SourceMapping:
    """The version that holds `spec`, made if need be, after its lawful bases were checked."""
    if save:  # two imports at once do not both write the next version
        Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    versions = _versions(source, reads)
    parsed = bases.PARSERS[reads](spec)
    known = versions.filter(spec=spec).first()
    _refuse(bases.complaints(source, parsed, is_new=known is None), path)
    if known is not None:
        return known
    last = versions.order_by("-version").first()
    number = last.version + 1 if last else 1
    mapping = SourceMapping(source=source, reads=reads, version=number, spec=spec)
    if save:
        mapping.save()
        before = bases.PARSERS[reads](last.spec) if last else None
        bases.mapping_stored.send(sender=Source, source=source, mapping=parsed, before=before)
    return mapping


def _versions(
    source: Source, reads: SourceMapping.Reads
) -> QuerySet[SourceMapping, SourceMapping]:
    if source.pk is None:
        return SourceMapping.objects.none()
    return SourceMapping.objects.filter(source=source, reads=reads)


def check_columns(missing: Iterable[str], path: Path) -> None:
    names = list(missing)
    if names:
        raise UsageError(
            f"{path} has no column {', '.join(names)}, which the mapping reads. "
            "Correct the mapping or the header line."
        )


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


class Report:
    """Collects what batches did and tells it in words, and as JSON."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.first: list[BadRow] = []

    def add(self, counts: dict[str, int], bad: Iterable[BadRow], notes: Counter[str]) -> None:
        self.counts.update(counts)
        self.notes.update(notes)
        for row in bad:
            self.reasons[row.reason] += 1
            if len(self.first) < SHOWN:
                self.first.append(row)

    def words(self) -> Iterator[str]:
        """One line of counts; then remarks, and the first rows that were refused."""
        shown = {"same": "the same"}
        always = ("new", "changed", "same")
        yield ", ".join(
            f"{number:,} {shown.get(name, name)}"
            for name, number in self.counts.items()
            if number or name in always
        )
        for note, number in self.notes.most_common(SHOWN):
            if number:
                yield f"  {number:,} × {note}"
        for row in self.first:
            cell = f", {row.column}: {row.value[:60]!r}" if row.column else ""
            yield f"  line {row.line}{cell}: {row.reason}"
        if self.counts["quarantined"] > len(self.first):
            yield f"  … and {self.counts['quarantined'] - len(self.first):,} more"

    def as_dict(self) -> dict[str, Any]:
        return {**self.counts, "reasons": dict(self.reasons.most_common(20))}


class ImportCommand(BaseCommand):
    """An import of one file; exit 0 done, 1 failed, 2 the call cannot work."""

    reads: SourceMapping.Reads

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="Slug of the source, such as crm.")
        parser.add_argument("file", type=Path, help="CSV or JSON Lines, may end in .gz.")
        parser.add_argument(
            "--mapping", type=Path, help="JSON; may be left out when the source has one."
        )
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.import_file(**options)
        except FileProblem as problem:
            raise UsageError(problem) from None
        except ValueError as problem:  # a listener found something no row can mend
            raise CommandError(
                f"The import stopped: {problem} What came before is stored. Correct the "
                "mapping and import the file again; nothing will be doubled."
            ) from problem

    def import_file(self, **options: Any) -> None:
        """Import one file; each command says how."""
        raise NotImplementedError

    def tell(
        self, report: Report, mapping: SourceMapping, options: dict[str, Any], end: str = ""
    ) -> None:
        """Print the report as the options ask for."""
        if options["verbosity"]:
            head, *more = report.words()
            would = "would be " if options.get("dry_run") else ""
            self.stdout.write(f"{mapping.source.slug}, {options['file'].name}: {would}{head}.")
            for line in more:
                self.stdout.write(line)
            if end:
                self.stdout.write(end)
        if options["json"]:
            told = report.as_dict() | {
                "source": mapping.source.slug,
                "mapping_version": mapping.version,
                "dry_run": bool(options.get("dry_run")),
            }
            self.stdout.write(json.dumps(told))
