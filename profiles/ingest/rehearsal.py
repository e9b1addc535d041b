"""What an import would do, found out without writing or locking anything."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils import timezone

from profiles.ingest import record_rows
from profiles.ingest.arrivals import State, fold
from profiles.ingest.quarantine import BadRow
from profiles.ingest.reading import read_rows
from profiles.ingest.records import Row, Stored, by_key, count, without_refused
from profiles.ingest.suppression import refused_keys
from profiles.mappings.records import RecordMapping
from profiles.models import Source, SourceMapping


class Rehearsal:
    """Batches of one file, each seeing what the ones before it would have left.

    `source` and `mapping` need not be saved yet. Keeps one state per key it has met.
    """

    def __init__(self, source: Source, mapping: SourceMapping) -> None:
        self._source, self._mapping = source, mapping
        self._reader = RecordMapping.parse(mapping.spec)
        self._met: dict[str, State] = {}

    def rows(self, rows: Iterable[Row | BadRow]) -> Stored:
        """Count what storing these rows would do. Three queries."""
        reading = read_rows(self._reader, rows)
        keys = [each.read.external_id for each in reading.arrivals]
        refused = refused_keys(self._source.slug, keys)
        good, suppressed, erased = without_refused(reading.arrivals, refused)
        arrivals = by_key(good, {})
        self._look_up({key: [each.content_hash for each in arrivals[key]] for key in arrivals})
        now = timezone.now()
        steps = {
            key: fold(self._met.get(key), rows_, mapping_id=self._mapping.pk, now=now)
            for key, rows_ in arrivals.items()
        }
        for key, done in steps.items():
            self._met[key] = done[-1].state
        bad = sorted(reading.bad + erased, key=lambda placed: placed[0])
        return Stored(
            count(steps.values(), suppressed=suppressed, quarantined=len(bad)),
            bad=[row for _, row in bad],
            notes=reading.notes,
        )

    def _look_up(self, hashes: dict[str, list[str]]) -> None:
        """Fetch the records of these keys, and which of the payloads they had before."""
        if self._source.pk is None:
            return
        held = record_rows.read_held(self._source, self._mapping.pk, list(hashes))
        asked = [(pk, each) for key, (pk, _, _) in held.items() for each in hashes[key]]
        states = {pk: state for pk, _, state in held.values()}
        found = record_rows.with_known_versions(states, asked)
        for key, (pk, _, _) in held.items():
            met = self._met.get(key)
            self._met[key] = (
                replace(met, known=met.known | found[pk].known) if met else found[pk]
            )
