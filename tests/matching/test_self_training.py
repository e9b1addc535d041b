"""The model fits itself to the records until a person has chosen a version."""

import json
import logging
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from matching import tasks
from matching.core.model import default_model
from matching.fitting import self_training
from matching.fitting.self_training import fit_if_due
from matching.fitting.versions import publish
from matching.live import live_model
from matching.models import DirtyRecord, MatchModelVersion
from matching.training.task import Settings
from profiles.models import SourceRecord
from tests.matching.arrivals import everything_off, resolve
from tests.matching.learning import Town, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return make_town(tmp_path_factory.mktemp("town"), people=90)


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records, and pairs of strangers to look at: 8,000 instead of a hundred thousand."""
    monkeypatch.setattr(self_training, "FEWEST", 200)
    monkeypatch.setattr(self_training, "Settings", partial(Settings, sample=8_000))


def grow(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    """As if there were this many times the records that were learnt from."""
    monkeypatch.setattr(self_training, "GROWTH", 1 / factor + 0.001)


def test_with_records_enough_it_learns_a_version_of_its_own(town: Town) -> None:
    town.arrive()

    fitted = fit_if_due()

    assert fitted is not None
    assert fitted.records == SourceRecord.objects.count()
    assert live_model().version == fitted.version != default_model().version
    assert MatchModelVersion.objects.get(state="live").is_automatic
    marked = DirtyRecord.objects.values("record").distinct().count()
    assert marked == SourceRecord.objects.count()
    resolve()
    assert everything_off() == []


def test_with_few_records_the_shipped_model_stays(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.arrive()
    monkeypatch.setattr(self_training, "FEWEST", SourceRecord.objects.count() + 1)

    assert fit_if_due() is None
    assert live_model().version == default_model().version


def test_it_learns_again_only_when_the_records_have_grown(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.arrive()
    first = fit_if_due()

    assert first is not None
    assert fit_if_due() is None
    grow(monkeypatch, 1.6)
    again = fit_if_due()
    assert again is not None
    assert again.version != first.version


def test_a_version_a_person_published_is_never_replaced(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.arrive()
    fit_if_due()
    live_model()

    publish(default_model().version)
    grow(monkeypatch, 1000)

    assert fit_if_due() is None
    assert live_model().version == default_model().version


def test_what_makes_no_sense_changes_nothing_and_is_told(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(self_training, "FEWEST", 1)
    Town(town.keys[:40], town.attributes[:40], town.person[:40]).arrive()

    with caplog.at_level(logging.WARNING):
        assert fit_if_due() is None

    assert live_model().version == default_model().version
    assert "the model stays as it is" in caplog.text


def test_the_order_of_arrival_has_no_say(town: Town) -> None:
    assert learnt_from(town, backwards=False) == learnt_from(town, backwards=True)


def learnt_from(town: Town, *, backwards: bool) -> dict[str, Any]:
    """What is learnt when a town arrives, as if it had never been there afterwards."""
    with transaction.atomic():
        town.arrive(backwards=backwards)
        fit_if_due()
        spec = dict(MatchModelVersion.objects.get(state="live").spec)
        transaction.set_rollback(True)
    return spec | {"version": "", "provenance": {}}


def test_the_command_fits_unless_told_not_to(town: Town) -> None:
    town.arrive()

    def resolved(*options: str) -> tuple[list[str], dict[str, Any]]:
        out = StringIO()
        call_command("resolve", "--json", *options, stdout=out)
        *lines, last = out.getvalue().splitlines()
        return lines, json.loads(last)

    lines, report = resolved("--no-fit")
    assert report["model"] == default_model().version
    assert "Fitt" not in " ".join(lines)

    lines, report = resolved()
    records = SourceRecord.objects.count()
    assert report["model"].startswith("fitted-")
    assert report["resolved"] == records
    assert lines[0] == f"Fitting the match model to {records} records."
    assert (
        lines[1] == f"Fitted the match model to {records} records: {report['model']} is live."
    )

    lines, report = resolved()
    assert report["resolved"] == 0
    assert "Fitt" not in " ".join(lines)


def test_the_worker_fits_by_the_clock(town: Town) -> None:
    town.arrive()

    tasks.fit_model()

    assert live_model().version.startswith("fitted-")
