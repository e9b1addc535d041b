"""The cache on profiles: equal to what the joined records say, and to nothing else."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from profiles import projection
from profiles.finding.search import search
from profiles.models import Membership, Profile, SourceRecord
from profiles.projection import COLUMNS, Face, computed, differences, refresh
from tests.profiles.customers import LONG_AGO, make_event, make_record

pytestmark = pytest.mark.django_db

ANNA = {
    "given_name": "Anna",
    "family_name": "Müller-West",
    "email": ["anna@example.com"],
    "address": {"line1": "1 Quay", "city": "Dover", "postal_code": "CT16 1AA"},
}
BO = {
    "given_name": "Bo",
    "family_name": "Lindqvist",
    "organisation": "Nord AB",
    "email": ["bo@example.org"],
    "address": {"line1": "2 Mill Lane", "city": "Hull", "postal_code": "HU1 2AB"},
}


def join(*records: SourceRecord) -> Profile:
    """Move records into the profile of the first and refresh all profiles concerned."""
    first = records[0].birth_profile
    Membership.objects.filter(record__in=records).update(profile=first)
    refresh([record.birth_profile.pk for record in records])
    return Profile.objects.get(pk=first.pk)


def cached(profile_id: str) -> dict[str, Any]:
    profile = Profile.objects.get(pk=profile_id)
    return {name: getattr(profile, name) for name in (*COLUMNS, "updated_at")}


def row_version(profile: Profile) -> str:
    """Where the row lies and who wrote it; any write changes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ctid::text || xmax FROM profiles_profile WHERE id = %s", [profile.pk]
        )
        return str(cursor.fetchone()[0])


def everything_shown(profile_id: str) -> str:
    return json.dumps(cached(profile_id), default=str, ensure_ascii=False).casefold()


def test_a_profile_shows_what_its_records_say() -> None:
    crm = make_record("crm", **ANNA)
    shop = make_record("shop", given_name="Anne", family_name="Müller-West", middle_name="Q")
    newest = make_event(crm)
    make_event(shop, occurred_at=LONG_AGO - timedelta(days=90))

    profile = join(shop, crm)

    assert profile.record_count == 2
    assert profile.golden["email"]["value"] == "anna@example.com"
    assert profile.golden["email"]["record"] == crm.pk
    assert profile.display_name in ("Anna Müller-West", "Anne Q Müller-West")
    assert profile.search_name == "anna muller-west anne q"
    assert "AN" in profile.name_sounds
    assert "" not in profile.name_sounds
    assert profile.postcode_norm == ["CT16 1AA"]
    assert profile.last_event_at == newest.occurred_at
    assert profile.updated_at is not None


@pytest.mark.parametrize("word", ["muler", "anne", "mewler"])
def test_a_refreshed_profile_is_found_by_its_names(word: str) -> None:
    profile = join(make_record("crm", **{**ANNA, "family_name": "Müller"}))

    assert [hit.profile for hit in search(word).hits] == [profile]


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"organisation": "Nord AB", "email": ["bo@example.org"]}, "Nord AB"),
        ({"email": ["bo.lind@example.org"], "phone": ["+447700900909"]}, "bo.lind"),
        ({}, "N-1"),
    ],
)
def test_a_profile_without_a_name_is_called_something_sensible(
    attributes: dict[str, Any], name: str
) -> None:
    record = make_record("crm", **attributes)
    SourceRecord.objects.filter(pk=record.pk).update(external_id="N-1")

    assert join(record).display_name == name


def test_names_and_codes_longer_than_their_column_do_not_stop_a_batch() -> None:
    record = make_record("crm", given_name="A" * 500, address={"postal_code": "9" * 40})

    profile = join(record)

    assert len(profile.display_name) == 240
    assert profile.postcode_norm == []


def test_refreshing_twice_changes_nothing() -> None:
    profile = join(make_record("crm", **ANNA), make_record("shop", **BO))
    precisely = datetime(2025, 5, 1, 1, 2, 3, 456789, tzinfo=UTC)
    make_event(profile.birth_record, occurred_at=precisely)
    refresh([profile.pk])
    before = (cached(profile.pk), row_version(profile))

    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        refresh([profile.pk])

    assert (cached(profile.pk), row_version(profile)) == before
    assert before[0]["last_event_at"] == precisely


def test_an_event_alone_is_no_change_of_what_a_profile_shows() -> None:
    profile = join(make_record("crm", **ANNA))
    event = make_event(profile.birth_record)

    refresh([profile.pk])

    after = cached(profile.pk)
    assert after["last_event_at"] == event.occurred_at
    assert after["updated_at"] == profile.updated_at


def test_a_profile_whose_records_left_shows_nothing() -> None:
    stays, leaves = make_record("crm", **ANNA), make_record("shop", **BO)
    refresh([leaves.birth_profile.pk])

    join(stays, leaves)

    assert computed([leaves.birth_profile.pk]) == {leaves.birth_profile.pk: Face()}
    assert not list(differences([leaves.birth_profile.pk]))
    for value in ("lindqvist", "nord", "bo@", "hu1"):
        assert value not in everything_shown(leaves.birth_profile.pk)


@pytest.mark.parametrize("gone", ["deleted_at", "erased_at"])
def test_nothing_is_shown_of_a_record_its_source_no_longer_has(gone: str) -> None:
    stays, leaves = make_record("crm", **ANNA), make_record("shop", **BO)
    make_event(leaves)
    profile = join(stays, leaves)
    assert "lindqvist" in everything_shown(profile.pk)

    SourceRecord.objects.filter(pk=leaves.pk).update(**{gone: timezone.now()})
    refresh([profile.pk])

    after = cached(profile.pk)
    assert (after["record_count"], after["last_event_at"]) == (1, None)
    for value in ("lindqvist", "nord", "bo@", "hu1"):
        assert value not in everything_shown(profile.pk)


def test_after_a_split_each_profile_shows_its_own_values_again() -> None:
    anna, bo = make_record("crm", **ANNA), make_record("shop", **BO)
    make_event(anna)
    ids = [anna.birth_profile.pk, bo.birth_profile.pk]
    refresh(ids)
    alone = computed(ids)
    join(anna, bo)

    Membership.objects.filter(record=bo).update(profile=bo.birth_profile)
    refresh(ids)

    assert computed(ids) == alone
    assert not list(differences(ids))
    assert "lindqvist" not in everything_shown(ids[0])
    assert "anna" not in everything_shown(ids[1])


def test_records_that_are_not_joined_never_appear() -> None:
    anna, bo = (
        make_record("crm", **ANNA),
        make_record("crm", **{**BO, "phone": ["+447700900909"]}),
    )
    make_event(bo)

    refresh([anna.birth_profile.pk, bo.birth_profile.pk])

    shown = everything_shown(anna.birth_profile.pk)
    for value in ("bo@", "lindqvist", "nord", "hull", "909", bo.external_id):
        assert value not in shown
    assert cached(anna.birth_profile.pk)["last_event_at"] is None


def test_only_the_profiles_asked_for_are_written() -> None:
    asked, other = make_record("crm", **ANNA), make_record("shop", **BO)

    refresh([asked.birth_profile.pk, asked.birth_profile.pk, "P-UNKNOWN00000"])

    assert cached(asked.birth_profile.pk)["record_count"] == 1
    assert cached(other.birth_profile.pk)["record_count"] == 0


def test_computing_stores_nothing() -> None:
    record = make_record("crm", **ANNA)

    face = computed([record.birth_profile.pk])[record.birth_profile.pk]

    assert face.display_name == "Anna Müller-West"
    assert cached(record.birth_profile.pk)["display_name"] == ""


@pytest.mark.parametrize("profiles", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_profiles(
    profiles: int, django_assert_num_queries: Any
) -> None:
    projection._KNOWN_SOUNDS.clear()
    ids = []
    for number in range(profiles):
        record = make_record(f"source{number % 3}", **ANNA)
        make_event(record)
        ids.append(record.birth_profile.pk)

    with django_assert_num_queries(3):
        refresh(ids)


def test_words_met_before_are_not_asked_for_again(django_assert_num_queries: Any) -> None:
    record = make_record("crm", **ANNA)
    refresh([record.birth_profile.pk])

    with django_assert_num_queries(2):
        refresh([record.birth_profile.pk])

    shown = Profile.objects.get(pk=record.birth_profile.pk)
    assert "AN" in shown.name_sounds


def test_many_profiles_are_stored_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = 'Än"na \\N {x,"y"} \\'
    records = [
        make_record("crm", given_name=name, address={"line1": name, "postal_code": name[:16]})
        for name in (odd, "O'Brien, Jr", "Zoë")
    ]
    make_event(records[1])
    ids = [record.birth_profile.pk for record in records]
    gone = records[2].birth_profile.pk
    Membership.objects.filter(record=records[2]).update(profile=ids[0])

    refresh(ids)
    one_by_one = [cached(pk) for pk in ids]
    versions = [row_version(Profile.objects.get(pk=pk)) for pk in ids]
    monkeypatch.setattr("profiles.projection.MANY", 1)
    refresh(ids)  # nothing has changed, so nothing is written
    assert [row_version(Profile.objects.get(pk=pk)) for pk in ids] == versions
    Profile.objects.filter(pk__in=ids).update(golden={}, search_name="", record_count=9)
    refresh(ids)

    for pk, before in zip(ids, one_by_one, strict=True):
        assert {**cached(pk), "updated_at": None} == {**before, "updated_at": None}
    assert cached(ids[0])["golden"]["given_name"]["value"] in (odd, "Zoë")
    assert cached(gone)["record_count"] == 0


def test_no_profiles_need_no_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        refresh([])


def test_differences_name_the_profile_and_the_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("profiles.projection.CHUNK", 2)
    records = [make_record("crm", **ANNA) for _ in range(5)]
    ids = [record.birth_profile.pk for record in records]
    refresh(ids)
    assert list(differences()) == []

    Profile.objects.filter(pk=ids[3]).update(display_name="Eve", postcode_norm=[])
    Profile.objects.filter(pk=ids[1]).update(record_count=7)

    found = set(differences())
    assert found == {
        (ids[1], "record_count"),
        (ids[3], "display_name"),
        (ids[3], "postcode_norm"),
    }
    assert set(differences([ids[1]])) == {(ids[1], "record_count")}
