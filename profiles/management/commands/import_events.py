"""Takes in a file of events: orders, tickets, calls, visits."""

from typing import Any

from profiles.ingest.events import StoredEvents, store_events
from profiles.ingest.files import open_rows
from profiles.ingest.importing import (
    ImportCommand,
    Report,
    active,
    batches,
    check_columns,
    find_source,
    mapping_for,
)
from profiles.ingest.quarantine import BadRow
from profiles.ingest.reading import Row
from profiles.locking import MAX_TRIES, ComponentsKeepMoving
from profiles.mappings.records import EventMapping
from profiles.models import Source, SourceMapping


class Command(ImportCommand):
    help = (
        "Take in a file of events. A message counts once, however often it comes. Events of "
        "records that are not known yet wait for them."
    )
    reads = SourceMapping.Reads.EVENTS

    def import_file(self, **options: Any) -> None:
        path = options["file"]
        with open_rows(path) as file:
            source = active(
                find_source(options["source"], hint="Import its records first, or add it.")
            )
            mapping = mapping_for(source, self.reads, options["mapping"], save=False)
            if file.header is not None:
                reader = EventMapping.parse(mapping.spec)
                check_columns(reader.missing_columns(file.header), path)
            mapping = mapping_for(source, self.reads, options["mapping"], save=True)
            report = Report()
            for batch in batches(file.rows):
                stored = _store(source, mapping, batch, path.name)
                report.add(stored.counts.as_dict(), stored.bad, stored.notes)
        self.tell(report, mapping, options)


def _store(
    source: Source, mapping: SourceMapping, batch: list[Row | BadRow], origin: str
) -> StoredEvents:
    """Store a batch, and again where the customers concerned kept being joined meanwhile."""
    for _ in range(MAX_TRIES):
        try:
            return store_events(source, mapping, batch, origin=origin)
        except ComponentsKeepMoving:
            continue
    return store_events(source, mapping, batch, origin=origin)
