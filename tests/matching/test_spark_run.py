"""`resolve --engine spark` on a Spark of this machine: it ends as a bulk run does."""

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from matching.bulk.run import resolve_in_bulk
from matching.models import DirtyRecord, GenericKey, Link
from matching.resolving import marks
from tests.committed import committed_rows
from tests.matching.arrivals import (
    are_together,
    arrive,
    clusters,
    deliver,
    everything_off,
    faces,
    open_cases,
    record,
    resolve,
    row,
)
from tests.matching.test_concurrency import (
    ANNA,
    CARD,
    SOURCES,
    forget_everything,
    household_facts,
)

pytest.importorskip("pyspark")
pytest.importorskip("splink")
pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Spark leaves sockets open
]
TRAINED = Path(__file__).parent / "splink" / "model.json"


rows_are_committed = committed_rows(forget_everything)


def arrive_all() -> None:
    """Some hundred records of households, a card too many share, and a club of one source."""
    for source in SOURCES:
        deliver(source, *(fact for owner, fact in household_facts() if owner == source))
    names = (f"{letter * 4}o" for letter in "bcdefghijklmnopqrst")
    deliver("till", *(row(f"T-{n}", given_name=n, identifiers=CARD) for n in names))
    arrive("crm", "club-1", given_name="Zoe", identifiers={"rowing club": ["O'4711"]})
    arrive("shop", "club-2", given_name="Zoe", identifiers={"rowing club": ["O'4711"]})


def resolve_on_spark(*options: str) -> dict[str, Any]:
    out = StringIO()
    master = ("--engine", "spark", "--spark-master", "local[2]")
    call_command("resolve", *master, "--no-fit", "--json", *options, stdout=out)
    report: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return report


def outcome() -> Any:
    """Every stored link with its evidence, customers, questions and what is shown."""
    links = list(Link.objects.order_by("lo_id", "hi_id").values_list())
    assert len(links) > 20
    return links, clusters(), open_cases(), faces()


def test_spark_stores_what_a_bulk_run_stores_to_the_last_bit() -> None:
    arrive_all()
    report = resolve_on_spark()
    by_spark = outcome()
    Link.objects.all().delete()
    marks.mark_all_dirty()

    resolve_in_bulk(processes=1)

    assert report["path"] == "spark"
    assert outcome() == by_spark
    assert GenericKey.objects.filter(kind="identifier").exists()
    assert are_together(record("crm", "club-1"), record("shop", "club-2"))
    assert everything_off() == []


def test_few_new_records_join_many_old_ones_on_spark() -> None:
    arrive_all()
    resolve()
    before = Link.objects.count()
    arrive("crm", "N-1", **ANNA | {"identifiers": {"card": ["new"]}})
    arrive("shop", "N-2", **ANNA | {"identifiers": {"card": ["new"]}})

    report = resolve_on_spark()

    assert report["resolved"] == 2
    assert Link.objects.count() > before
    assert are_together(record("crm", "N-1"), record("shop", "N-2"))
    assert everything_off() == []


def test_a_model_that_came_from_splink_goes_back_there_with_its_frequencies() -> None:
    arrive_all()
    call_command("import_model", TRAINED, "--format", "splink", "--name", "theirs")
    call_command("publish_model", "theirs")
    resolve_on_spark()
    by_spark = outcome()
    Link.objects.all().delete()
    marks.mark_all_dirty()

    resolve_in_bulk(processes=1)

    assert outcome() == by_spark
    assert not DirtyRecord.objects.exists()


def test_where_spark_gives_up_its_reason_is_told_and_the_records_wait() -> None:
    arrive("crm", "A-1", **ANNA)
    arrive("shop", "S-1", **ANNA)

    with pytest.raises(CommandError, match=r"Could not parse Master.* 2 records") as refused:
        call_command("resolve", "--engine", "spark", "--spark-master", "local[x]", "--no-fit")

    assert refused.value.returncode == 1
    assert DirtyRecord.objects.count() == 2
