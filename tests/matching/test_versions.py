"""Versions of the model: compared on a hand-made world, made live, rolled back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.plugin import DjangoDbBlocker

from matching.core.features import features_of
from matching.core.model import MatchModel, default_model
from matching.core.model_report import Records, compare, outcome, wilson
from matching.core.scoring import score
from matching.fitting import versions
from matching.fitting.material import read_all
from matching.fitting.versions import compare_with_live, publish, replace_live
from matching.live import live_model
from matching.models import DirtyRecord, Link, MatchModelVersion, Publication
from profiles.models import Source
from profiles.rule_versions import PublishedMeanwhile, VersionError, free_name
from tests.matching.arrivals import are_together, arrive, everything_off, record, resolve, say

ANNA = {
    "given_name": "Anna",
    "family_name": "Kowalska",
    "birth_date": "1984-03-12",
    "email": ["anna.k77@example.org"],
}
HUGO = {"given_name": "Hugo", "family_name": "Brandt", "birth_date": "1971-11-23"}
LENA = {"given_name": "Lena", "family_name": "Osei", "birth_date": "1990-06-17"}
PEOPLE: dict[str, dict[str, Any]] = {"anna": ANNA, "hugo": HUGO, "lena": LENA}


def weight(attributes: dict[str, Any]) -> float:
    """The weight of two records that say the same, under the model that ships."""
    features = features_of(attributes)
    return score(default_model(), features, features).weight_bits


def with_join(bits: float, name: str = "strict", **thresholds: float) -> MatchModel:
    """The model that ships with another join threshold."""
    spec = default_model().to_spec()
    spec["version"] = name
    spec["thresholds"] |= {"join_bits": bits, "review_bits": min(bits, -3.0), **thresholds}
    return MatchModel.from_spec(spec)


def stored(model: MatchModel, **more: Any) -> MatchModelVersion:
    return MatchModelVersion.objects.create(version=model.version, spec=model.to_spec(), **more)


def between() -> float:
    """A threshold that Anna's records still reach and those of Hugo and Lena do not."""
    return (weight(ANNA) + max(weight(HUGO), weight(LENA))) / 2


def everybody_arrives() -> None:
    """Each person in two sources; the model that ships joins all three."""
    for name, attributes in PEOPLE.items():
        for source in ("crm", "shop"):
            arrive(source, name, **attributes)
    resolve()
    assert all(are_together(record("crm", each), record("shop", each)) for each in PEOPLE)


def handmade(**decisions: str) -> Records:
    """The same six records without a database: anna 0, hugo 1, lena 2; again 3, 4, 5."""
    features = [features_of(each) for each in PEOPLE.values()] * 2
    keys = [(source, name) for source in ("crm", "shop") for name in PEOPLE]
    places = {name: (number, number + 3) for number, name in enumerate(PEOPLE)}
    said = {places[name]: verdict for name, verdict in decisions.items()}
    return Records(keys, features, frozenset(range(6)), said)


PAIRS = [(0, 3), (0, 4), (1, 4), (2, 5)]


def test_the_report_counts_pairs_and_customers_that_change() -> None:
    records = handmade()
    loose, strict = with_join(1.0), with_join(between())

    report = compare(outcome(loose, records, PAIRS), outcome(strict, records, PAIRS), records)

    assert report["pairs"]["joined"] == {"before": 3, "after": 1, "gained": 0, "lost": 2}
    assert report["pairs"]["asked"] == {"before": 0, "after": 2, "gained": 2, "lost": 0}
    clusters = report["clusters"]
    assert (clusters["before"], clusters["after"]) == (3, 5)
    assert (clusters["joined"], clusters["split"]) == (0, 2)
    assert (clusters["largest_before"], clusters["largest_after"]) == (2, 2)
    assert clusters["examples"]["split"] == [
        [["crm hugo"], ["shop hugo"]],
        [["crm lena"], ["shop lena"]],
    ]


def test_the_other_way_round_customers_are_joined() -> None:
    records = handmade()
    loose, strict = with_join(1.0), with_join(between())

    report = compare(outcome(strict, records, PAIRS), outcome(loose, records, PAIRS), records)

    assert report["pairs"]["joined"]["gained"] == 2
    assert report["clusters"]["joined"] == 2
    assert report["clusters"]["split"] == 0


def test_the_report_tells_how_a_version_agrees_with_decisions() -> None:
    records = handmade(anna="same", hugo="different", lena="same")
    loose, strict = with_join(1.0), with_join(between())

    said = compare(outcome(loose, records, PAIRS), outcome(strict, records, PAIRS), records)[
        "decisions"
    ]

    assert said["decided"] == 3
    assert said["before"]["contradicted"] == 1
    assert said["after"]["contradicted"] == 0
    assert said["before"]["precision"]["share"] == pytest.approx(0.6667)
    assert said["after"]["precision"]["share"] == 1
    assert said["before"]["recall"]["share"] == 1
    assert said["after"]["recall"]["share"] == 0.5


def test_a_source_that_only_suggests_joins_nothing_in_the_report_either() -> None:
    records = handmade()
    suggesting = Records(records.keys, records.features, frozenset(range(3)), {})

    found = outcome(with_join(1.0), suggesting, PAIRS)

    assert not found.joined
    assert len(found.asked) == 3


def test_an_interval_of_a_share_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)


@given(whole=st.integers(1, 2000), data=st.data())
def test_an_interval_holds_its_share_and_narrows(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))

    low, high = wilson(part, whole)
    narrower = wilson(part * 10, whole * 10)

    assert 0 <= low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= high <= 1
    assert narrower[1] - narrower[0] < high - low


@pytest.mark.django_db
def test_a_draft_becomes_a_shadow_with_a_report_and_changes_nothing() -> None:
    everybody_arrives()
    stored(with_join(between()))

    report = compare_with_live("strict")

    shadow = MatchModelVersion.objects.get(version="strict")
    assert shadow.state == "shadow"
    assert shadow.report == report
    assert report["against"] == live_model().version == default_model().version
    assert (report["records"], report["records_stored"]) == (6, 6)
    assert report["clusters"]["split"] == 2
    assert not DirtyRecord.objects.exists()


@pytest.mark.django_db
def test_the_report_names_records_and_never_what_they_say() -> None:
    everybody_arrives()
    stored(with_join(between()))

    told = repr(compare_with_live("strict"))

    assert "shop hugo" in told
    for value in ("Brandt", "brandt", "1971", "example.org"):
        assert value not in told


@pytest.mark.django_db
def test_of_very_many_records_a_sample_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_arrives()
    stored(with_join(between()))
    monkeypatch.setattr(versions, "MOST_COMPARED", 4)

    report = compare_with_live("strict")

    assert (report["records"], report["records_stored"]) == (4, 6)
    assert report["pairs"]["joined"]["before"] <= 3


@pytest.mark.django_db
def test_records_that_are_only_observed_are_neither_compared_nor_learnt_from() -> None:
    everybody_arrives()
    Source.objects.filter(slug="shop").update(stage="observe")

    seen = read_all()

    assert [source for source, _ in seen.keys] == ["crm"] * 3
    assert seen.candidate_pairs(default_model().generic_limits()) == []


@pytest.mark.django_db
def test_a_published_version_resolves_everything_again_and_rolls_back() -> None:
    everybody_arrives()
    first = live_model().version
    stored(with_join(between()))

    done = publish("strict")

    assert (done.retired, done.marked) == (first, 6)
    assert live_model().version == "strict"
    assert MatchModelVersion.objects.get(version=first).state == "retired"
    resolve()
    assert are_together(record("crm", "anna"), record("shop", "anna"))
    assert not are_together(record("crm", "hugo"), record("shop", "hugo"))
    assert set(Link.objects.values_list("model_version_id", flat=True)) == {"strict"}
    assert everything_off() == []

    publish(first)
    resolve()

    assert are_together(record("crm", "hugo"), record("shop", "hugo"))
    assert MatchModelVersion.objects.get(version="strict").state == "retired"
    assert everything_off() == []


@pytest.mark.django_db
def test_what_people_decided_outlives_every_version() -> None:
    everybody_arrives()
    say("same", record("crm", "hugo"), record("shop", "hugo"))
    stored(with_join(between()))

    publish("strict")
    resolve()

    assert are_together(record("crm", "hugo"), record("shop", "hugo"))
    assert not are_together(record("crm", "lena"), record("shop", "lena"))


@pytest.mark.django_db
def test_a_version_is_compared_with_the_one_it_replaces_before_it_goes_live() -> None:
    everybody_arrives()
    first = live_model().version
    stored(with_join(between()))
    stored(with_join(1.0, "loose"))
    compare_with_live("loose")

    publish("strict")
    publish("loose")

    against = dict(MatchModelVersion.objects.values_list("version", "report__against"))
    assert against["strict"] == first
    assert against["loose"] == "strict"


@pytest.mark.django_db
def test_a_version_that_is_not_there_or_not_sound_is_refused() -> None:
    live = live_model().version
    MatchModelVersion.objects.create(version="broken", spec={"version": "broken"})
    MatchModelVersion.objects.create(version="alias", spec=with_join(4.0).to_spec())

    for name, told in (
        ("nowhere", "there is no version nowhere"),
        ("broken", "the spec of broken cannot be used: prior is missing"),
        ("alias", "calls itself strict"),
        (live, "is live already"),
    ):
        with pytest.raises(VersionError, match=told):
            publish(name)

    assert live_model().version == live
    assert not DirtyRecord.objects.exists()


@pytest.mark.django_db
def test_a_name_is_free_or_found() -> None:
    first = free_name(MatchModelVersion, prefix="trained")
    stored(with_join(4.0, first))

    assert free_name(MatchModelVersion, prefix="trained") == f"{first}-2"
    with pytest.raises(VersionError, match="exists already"):
        free_name(MatchModelVersion, first, prefix="trained")
    with pytest.raises(VersionError, match="too long"):
        free_name(MatchModelVersion, "x" * 41, prefix="trained")


@pytest.fixture
def committed_versions(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Two drafts beside the live version, seen by every connection; deleted afterwards."""
    with django_db_blocker.unblock():
        stored(with_join(4.0))
        stored(with_join(2.0, "loose"))
        yield live_model().version
        Publication.objects.all().delete()
        MatchModelVersion.objects.all().delete()
        connections.close_all()


def test_of_two_that_publish_at_once_one_wins_and_the_other_is_told(
    committed_versions: str,
) -> None:
    with ThreadPoolExecutor(1) as others, transaction.atomic():
        replace_live(committed_versions, "strict")
        late = others.submit(publish_late, committed_versions)
        wait_until_somebody_waits()
        assert not late.done()
    assert "no longer live" in late.result(timeout=20)
    assert live_model().version == "strict"


def publish_late(old: str) -> str:
    try:
        replace_live(old, "loose")
    except PublishedMeanwhile as problem:
        return str(problem)
    finally:
        connection.close()
    return "published"


def wait_until_somebody_waits() -> None:
    """Until another connection waits for a row that we hold."""
    give_up = monotonic() + 20
    while monotonic() < give_up:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.05)
    raise AssertionError("nobody waited")
