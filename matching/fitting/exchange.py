"""Models that come from files and go into them. A model that comes is a draft."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from c360.showing import customer_data_exported
from matching.core.features import Features, features_of
from matching.core.model import MatchModel, ModelError
from matching.live import model_of_version
from matching.models import MatchModelVersion
from matching.splink.drafts import spec_of
from matching.splink.reading import SplinkError, read_splink
from matching.splink.tables import row
from matching.splink.writing import Writing
from profiles.models import SourceRecord

LARGEST_BYTES = 200_000_000
CHUNK = 2000


class ExchangeError(ValueError):
    """A file or version that cannot be used; the message says what to do."""


def import_own(spec: Mapping[str, Any], *, version: str = "") -> MatchModelVersion:
    """Store a spec of ours as a draft, under another name where one is given."""
    return _draft({**spec, "version": version} if version else dict(spec))


def import_splink(
    settings: Mapping[str, Any],
    *,
    version: str,
    columns: Mapping[str, str],
    thresholds: Mapping[str, float],
) -> tuple[MatchModelVersion, tuple[str, ...]]:
    """Store a model of Splink as a draft; return it and what differs from Splink.

    Term frequencies are counted in the records stored now. Raises `ExchangeError`.
    """
    try:
        reading = read_splink(settings, columns)
    except SplinkError as problem:
        raise ExchangeError(str(problem)) from None
    spec = spec_of(reading, _all_features(), version=version, **thresholds)
    return _draft(spec), reading.notes


def _draft(spec: dict[str, Any]) -> MatchModelVersion:
    try:
        model = MatchModel.from_spec(spec)
    except ModelError as problem:
        raise ExchangeError(f"This is no model: {problem}.") from None
    if MatchModelVersion.objects.filter(version=model.version).exists():
        raise ExchangeError(f"There is a version {model.version}: choose another --version.")
    return MatchModelVersion.objects.create(version=model.version, spec=model.to_spec())


def model_named(version: str) -> MatchModel:
    """The model of a version; raises `ExchangeError` with the versions that there are."""
    try:
        return model_of_version(version)
    except MatchModelVersion.DoesNotExist:
        names = MatchModelVersion.objects.order_by("-created_at").values_list("pk", flat=True)
        known = ", ".join(names[:20]) or "none yet"
        raise ExchangeError(f"There is no version {version}; there are: {known}.") from None


def read_json(path: Path) -> dict[str, Any]:
    """Read an object from a file; raises `ExchangeError`."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ExchangeError(f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB.")
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ExchangeError(str(problem)) from None
    except (ValueError, RecursionError) as problem:
        raise ExchangeError(f"{path} is no JSON: {problem}.") from None
    if not isinstance(found, dict):
        raise ExchangeError(f"{path} holds no object.")
    return found


def write_tables(folder: Path, writing: Writing) -> int:
    """Write what an exported model reads in Splink; return the number of records.

    `records.csv` has one row for each live record, `tf_<column>.csv` the share of each value
    met in it. These files hold customer data.
    """
    fields = [*writing.columns, *["record"] * writing.needs_function]
    customer_data_exported.send("export_model", fields=fields)
    folder.mkdir(parents=True, exist_ok=True)
    met: dict[str, set[str]] = {name: set() for name in writing.frequencies}
    number = 0
    with (folder / "records.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, ["unique_id", *fields])
        out.writeheader()
        for record in _records():
            flat = row(features_of(record.attributes), writing.columns)
            for name, values in met.items():
                values.add(flat[name])
            extra = {"record": json.dumps(record.attributes)} if writing.needs_function else {}
            out.writerow({"unique_id": record.pk, **flat, **extra})
            number += 1
    for name, values in met.items():
        _write_shares(folder / f"tf_{name}.csv", name, values - {""}, writing)
    return number


def _write_shares(path: Path, name: str, values: set[str], writing: Writing) -> None:
    rare, shares = writing.frequencies[name]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([name, f"tf_{name}"])
        out.writerows((value, max(shares.get(value, rare), rare)) for value in sorted(values))


def _records() -> Iterator[SourceRecord]:
    records = SourceRecord.objects.live().only("pk", "attributes").order_by("pk")
    return records.iterator(chunk_size=CHUNK)


def _all_features() -> Iterator[Features]:
    return (features_of(record.attributes) for record in _records())
