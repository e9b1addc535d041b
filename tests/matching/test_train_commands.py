"""`train` and `publish_model`, as people call them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from matching.fitting import versions
from matching.fitting.versions import replace_live
from matching.live import live_model
from matching.models import Decision, DirtyRecord, Link, MatchModelVersion
from matching.training.trainer import STARTS
from tests.matching.arrivals import arrive, everything_off, resolve
from tests.matching.learning import Town, make_town
from tests.staff import staff

pytestmark = pytest.mark.django_db
OF_SPLINK = Path(__file__).parent / "splink" / "model.json"
FEW = ("--sample", "5000")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return make_town(tmp_path_factory.mktemp("town"), people=90)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def answer(*arguments: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(run(*arguments, "--json").splitlines()[-1])
    return said


def test_training_stores_a_draft_and_tells_how_it_came_about(town: Town) -> None:
    town.arrive()

    said = answer("train", "--version", "first", *FEW)

    draft = MatchModelVersion.objects.get(version="first")
    assert (draft.state, said["state"]) == ("draft", "draft")
    assert draft.spec["thresholds"] == said["thresholds"]
    assert draft.spec["prior"] == said["prior"]
    provenance = draft.spec["provenance"]
    assert provenance["records"] == said["records"] == len(town.keys)
    assert provenance["em"]["starts"] == STARTS
    assert len(provenance["em"]["log_likelihood"]) == said["em"]["iterations"]
    assert provenance["labels"] == {"same": 0, "different": 0, "weight": 1}
    assert said["changes"]
    assert live_model().version != "first"


def test_words_tell_what_changed_and_what_comes_next(town: Town) -> None:
    town.arrive()

    words = run("train", "--name", "first", *FEW)

    assert "first (draft) learnt from" in words
    assert "Largest changes of evidence" in words
    assert "publish_model first --shadow" in words


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_order_of_arrival_has_no_say(town: Town, seed: str) -> None:
    specs = [trained_spec(town, "--seed", seed, backwards=each) for each in (False, True)]

    assert specs[0] == specs[1]


def trained_spec(town: Town, *options: str, backwards: bool) -> dict[str, Any]:
    """What is learnt from a town that arrives, as if it had never been there afterwards."""
    with transaction.atomic():
        town.arrive(backwards=backwards)
        run("train", "--name", "order", *options, *FEW)
        spec: dict[str, Any] = MatchModelVersion.objects.get(version="order").spec
        transaction.set_rollback(True)
    return spec


def test_decisions_are_labels(town: Town) -> None:
    town.arrive()
    resolve()
    steward = staff("sol")
    pairs = Link.objects.values_list("lo", "hi").order_by("lo", "hi")[:30]
    Decision.objects.bulk_create(
        Decision(lo_id=lo, hi_id=hi, verdict="same", kind="decide", decided_by=steward)
        for lo, hi in pairs
    )

    said = answer("train", "--name", "told", *FEW)

    assert said["labels"]["same"] == 30
    assert said["calibration"]["from"] == "the posteriors of EM"  # too few, and all the same


def test_what_mistakes_cost_moves_the_thresholds(town: Town) -> None:
    town.arrive()

    careful = answer("train", "--name", "careful", "--wrong-join-cost", "100", *FEW)
    bold = answer("train", "--name", "bold", "--wrong-join-cost", "2", *FEW)

    assert careful["thresholds"]["join_bits"] > bold["thresholds"]["join_bits"] + 2
    assert careful["thresholds"]["review_bits"] == bold["thresholds"]["review_bits"]
    assert careful["cost"]["wrong_join"] == 100


def test_where_an_imported_model_is_live_ours_is_started_from(town: Town) -> None:
    town.arrive()
    ours = live_model().version
    run("import_model", str(OF_SPLINK), "--format", "splink", "--name", "from-splink")
    replace_live(ours, "from-splink")

    said = answer("train", "--name", "learnt", *FEW)

    assert said["from"] == ours
    assert MatchModelVersion.objects.get(version="learnt").spec["comparisons"]


def test_too_few_records_teach_nothing() -> None:
    arrive("crm", "anna", given_name="Anna", family_name="Hall")

    with pytest.raises(CommandError, match="1 records are too few") as problem:
        run("train", "--name", "first")

    assert problem.value.returncode == 1
    assert not MatchModelVersion.objects.exclude(state="live").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--sample", "10"), "choose 1,000 to 1,000,000"),
        (("--seed", "-1"), "choose 0 or more"),
        (("--review-cost", "0"), "a question costs 0"),
        (("--wrong-join-cost", "0.5"), "at least as much"),
        (("--name", "x" * 41), "up to 40 characters"),
    ],
)
def test_options_without_sense_are_refused(options: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told) as problem:
        run("train", *options)

    assert problem.value.returncode == 2


def test_a_name_that_is_taken_is_refused_before_anything_is_learnt() -> None:
    with pytest.raises(CommandError, match="exists already") as problem:
        run("train", "--name", live_model().version)

    assert problem.value.returncode == 2


def test_a_trained_version_is_looked_at_made_live_and_rolled_back(town: Town) -> None:
    town.arrive()
    resolve()
    first = live_model().version
    run("train", "--name", "second", *FEW)

    shadow = answer("publish_model", "second", "--shadow")
    words = run("publish_model", "second")
    resolve()

    assert shadow["state"] == "shadow"
    assert shadow["report"]["records"] == len(town.keys)
    assert f"second (live) against {first}" in words
    assert f"{first} is retired; {len(town.keys)} records are resolved again" in words
    assert live_model().version == "second"
    assert everything_off() == []

    back = answer("publish_model", first)

    assert (back["state"], back["retired"]) == ("live", "second")
    assert back["marked"] == len(town.keys)


def test_a_version_nobody_made_cannot_go_live() -> None:
    live = live_model().version

    with pytest.raises(CommandError, match=f"no version nowhere. Known are: {live}") as problem:
        run("publish_model", "nowhere")

    assert problem.value.returncode == 2
    assert not DirtyRecord.objects.exists()


def test_who_publishes_too_late_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = live_model().to_spec()
    for name in ("mine", "theirs"):
        MatchModelVersion.objects.create(version=name, spec={**spec, "version": name})

    def compare_while_others_publish(name: str) -> dict[str, Any]:
        replace_live(spec["version"], "theirs")
        return {}

    monkeypatch.setattr(versions, "compare_with_live", compare_while_others_publish)
    with pytest.raises(CommandError, match="no longer live") as problem:
        run("publish_model", "mine")

    assert problem.value.returncode == 1
    assert live_model().version == "theirs"
