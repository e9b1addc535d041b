"""Takes in a file of person records."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError

from profiles.ingest.files import open_rows
from profiles.ingest.importing import (
    ImportCommand,
    Report,
    UsageError,
    active,
    batches,
    check_columns,
    find_source,
    mapping_for,
)
from profiles.ingest.records import store_rows
from profiles.ingest.rehearsal import Rehearsal
from profiles.mappings.records import RecordMapping
from profiles.models import Source, SourceMapping


class Command(ImportCommand):
    help = (
        "Take in a file of person records. Importing a file again changes nothing; rows that "
        "cannot be read are kept with the reason and do not stop the others."
    )
    reads = SourceMapping.Reads.RECORDS

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--create-source", action="store_true", help="Make it if missing.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Write nothing, tell what would happen."
        )

    def import_file(self, **options: Any) -> None:
        dry, path = options["dry_run"], options["file"]
        with open_rows(path) as file:
            source = self._source(options["source"], create=options["create_source"], dry=dry)
            mapping = mapping_for(source, self.reads, options["mapping"], save=False)
            if file.header is not None:
                reader = RecordMapping.parse(mapping.spec)
                check_columns(reader.missing_columns(file.header), path)
            if not dry:
                source = self._saved(source)
                mapping = mapping_for(source, self.reads, options["mapping"], save=True)
            rehearsal = Rehearsal(source, mapping) if dry else None
            report = Report()
            for batch in batches(file.rows):
                stored = (
                    rehearsal.rows(batch)
                    if rehearsal
                    else store_rows(source, mapping, batch, origin=path.name)
                )
                report.add(stored.counts.as_dict(), stored.bad, stored.notes)
        moved = any(report.counts[name] for name in ("new", "changed", "deleted"))
        hint = "A running worker joins them now; `manage.py resolve` does it without one."
        self.tell(report, mapping, options, hint if moved and not dry else "")

    def _source(self, slug: str, *, create: bool, dry: bool) -> Source:
        if not create or Source.objects.filter(slug=slug).exists():
            return active(find_source(slug, hint="Add --create-source to make it."))
        source = Source(slug=slug, name=slug.replace("-", " ").capitalize())
        try:
            source.full_clean()
        except ValidationError as problem:
            words = " ".join(problem.messages)
            raise UsageError(f"{slug!r} cannot name a source: {words}") from None
        return source

    def _saved(self, source: Source) -> Source:
        """Store a source that is new; somebody else may just have made it too."""
        if source.pk is not None:
            return source
        return Source.objects.get_or_create(slug=source.slug, defaults={"name": source.name})[0]
