"""Brings the generated files into the product the way any customer's files come in."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import call_command

from c360.demo.generate import MANIFEST, Manifest
from profiles.models import Source

SOURCES: dict[str, dict[str, Any]] = {
    "crm": {
        "name": "CRM",
        "kind": "CRM",
        "owner": "Customer Relations",
        "trust_class": Source.TrustClass.SERVER,
        "max_age_days": 365,
    },
    "shop": {
        "name": "Web shop",
        "kind": "Shop",
        "owner": "E-Commerce",
        "trust_class": Source.TrustClass.SERVER,
        "max_age_days": 90,
    },
    "loyalty": {
        "name": "Loyalty card",
        "kind": "Loyalty scheme",
        "owner": "Shops",
        "trust_class": Source.TrustClass.FILE,
        "max_age_days": 365,
    },
    "support": {
        "name": "Support desk",
        "kind": "Support desk",
        "owner": "Customer Service",
        "trust_class": Source.TrustClass.SERVER,
        "max_age_days": 90,
    },
    "app": {
        "name": "App and newsletter",
        "kind": "App",
        "owner": "Digital Marketing",
        "trust_class": Source.TrustClass.BROWSER,
        "max_age_days": 30,
    },
}


def make_sources() -> int:
    """Make the five sources that are missing; return how many. Changed ones stay changed."""
    made = 0
    for rank, (slug, facts) in enumerate(SOURCES.items(), start=1):
        defaults = facts | {"priority": 10 * rank, "region": "GB"}
        _source, is_new = Source.objects.get_or_create(slug=slug, defaults=defaults)
        made += is_new
    return made


def first_day(folder: Path, *, seed: int, people: int) -> date | None:
    """The day for which this very demo was made and loaded before, or `None`.

    Told again for that day it comes out the same and changes nothing; told for another day it
    would be another history of the same people.
    """
    manifest = folder / MANIFEST
    if not manifest.exists() or not Source.objects.filter(slug__in=SOURCES).exists():
        return None
    known: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    if (known["seed"], known["people"]) != (seed, people):
        return None
    return date.fromisoformat(known["today"])


def import_files(folder: Path, manifest: Manifest, **options: Any) -> None:
    """Import every file, records before events, by the commands any installation uses."""
    for file in manifest.files:
        rows, mapping = str(folder / file.rows), folder / file.mapping
        call_command(f"import_{file.reads}", file.source, rows, mapping=mapping, **options)
