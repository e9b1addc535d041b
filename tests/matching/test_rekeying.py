"""Block keys made again after the code that makes them has changed."""

import io
import json
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from matching.core.features import Features
from matching.models import BlockKey, DirtyRecord, KeyedRecord, MergeEvent
from matching.progress import Stage
from matching.resolving import marks, rekeying
from profiles.models import SourceRecord
from tests.matching.arrivals import (
    are_together,
    arrive,
    depart,
    everything_off,
    record,
    resolve,
)
from tests.matching.schemes import TakesOver, by_birth_date, take_over

pytestmark = pytest.mark.django_db
ANNA: dict[str, Any] = {
    "given_name": "Anna",
    "family_name": "Kowalska",
    "birth_date": "1984-03-02",
    "email": ["anna@example.com"],
}


@pytest.fixture
def new_code(monkeypatch: pytest.MonkeyPatch) -> TakesOver:
    """Another version of the code, which makes keys in its own way, once it is called."""
    return partial(take_over, monkeypatch)


def by_nothing(features: Features) -> Iterable[tuple[str, str]]:
    return ()


def keys_of(*records: SourceRecord) -> list[set[int]]:
    return [set(each.block_keys.values_list("key", flat=True)) for each in records]


def rekey(**options: Any) -> dict[str, Any]:
    """The report of the command."""
    out = io.StringIO()
    call_command("rekey", json=True, stdout=out, **options)
    report: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return report


def test_records_made_by_this_version_are_left_alone() -> None:
    arrive("crm", "1", **ANNA)
    resolve()

    assert rekeying.records_behind() == 0
    assert rekey() == {"records": 0, "lost_keys": 0, "failed": 0}
    assert not DirtyRecord.objects.exists()


def test_an_older_record_meets_a_newer_one_only_after_rekey(
    new_code: TakesOver,
) -> None:
    new_code(by_nothing, scheme=0)
    older = arrive("crm", "1", **ANNA)
    resolve()
    new_code(scheme=1)
    newer = arrive("shop", "2", **ANNA)
    resolve()
    assert not are_together(older, newer)
    assert rekeying.records_behind() == 1

    assert rekey() == {"records": 1, "lost_keys": 0, "failed": 0}
    resolve()

    assert are_together(older, newer)
    assert rekeying.records_behind() == 0
    assert everything_off() == []


def test_a_record_of_which_nobody_knows_the_scheme_is_behind() -> None:
    """As all records are that were stored before schemes were noted."""
    arrive("crm", "1", **ANNA)
    KeyedRecord.objects.all().delete()

    assert rekeying.records_behind() == 1
    assert rekey()["records"] == 1
    assert rekeying.records_behind() == 0


def test_outdated_keys_go_and_the_record_is_looked_at_under_them(
    new_code: TakesOver,
) -> None:
    anna = arrive("crm", "1", **ANNA)
    resolve()
    (before,) = keys_of(anna)
    new_code(by_birth_date)

    assert rekey() == {"records": 1, "lost_keys": 1, "failed": 0}

    (after,) = keys_of(anna)
    assert len(after) == 1
    assert after.isdisjoint(before)
    mark = DirtyRecord.objects.get()
    assert set(mark.touched_keys) == before


def test_nobody_is_split_for_a_moment_while_keys_change(
    new_code: TakesOver,
) -> None:
    """One record has new keys, the other still the old ones, and a worker looks at both."""
    crm, shop = arrive("crm", "1", **ANNA), arrive("shop", "2", **ANNA)
    resolve()
    receipts = MergeEvent.objects.count()
    new_code(by_birth_date)

    with pytest.MonkeyPatch.context() as small:
        small.setattr(rekeying, "AT_ONCE", 1)
        with pytest.raises(KeyboardInterrupt):
            rekeying.rekey(tell=interrupt)
    marks.mark_dirty([crm.pk, shop.pk])
    resolve()
    assert rekeying.records_behind() == 2

    assert rekey() == {"records": 1, "lost_keys": 2, "failed": 0}
    resolve()
    assert are_together(crm, shop)
    assert MergeEvent.objects.count() == receipts
    assert everything_off() == []


def interrupt(stage: Stage) -> None:
    raise KeyboardInterrupt


def test_a_record_that_arrives_anew_meanwhile_needs_no_rekey(
    new_code: TakesOver,
) -> None:
    anna = arrive("crm", "1", **ANNA)
    new_code(by_birth_date)
    with pytest.raises(KeyboardInterrupt):
        rekeying.rekey(tell=interrupt)
    assert rekeying.records_behind() == 1  # outdated keys still stand beside the new one

    arrive("crm", "1", **ANNA | {"birth_date": "1984-03-03"})

    assert rekeying.records_behind() == 0
    assert len(keys_of(anna)[0]) == 1
    assert rekey() == {"records": 0, "lost_keys": 0, "failed": 0}


def test_a_deleted_record_has_no_keys_whatever_the_scheme(
    new_code: TakesOver,
) -> None:
    arrive("crm", "1", **ANNA)
    depart("crm", "1")
    new_code(by_birth_date)

    assert rekey()["records"] == 1
    assert not BlockKey.objects.exists()


def test_keys_that_are_wrong_by_mistake_are_named_by_verify_and_mended_by_rekey_all() -> None:
    anna = arrive("crm", "1", **ANNA)
    resolve()
    (right,) = keys_of(anna)
    BlockKey.objects.filter(record=anna, kind="email").delete()
    assert [each.check for each in everything_off()] == ["block keys"]

    assert rekey() == {"records": 0, "lost_keys": 0, "failed": 0}
    assert rekey(all=True)["records"] == 1

    assert keys_of(anna) == [right]
    resolve()
    assert everything_off() == []


def test_a_record_that_breaks_the_code_holds_up_no_other(
    new_code: TakesOver,
) -> None:
    arrive("crm", "1", **ANNA)
    arrive("crm", "2", **ANNA | {"given_name": "Breaks"})

    def breaking(features: Features) -> Iterable[tuple[str, str]]:
        if features.given == "breaks":
            raise ValueError
        return by_birth_date(features)

    before = keys_of(record("crm", "2"))
    new_code(breaking)
    with pytest.raises(CommandError, match="1 records cannot be read"):
        rekey()

    assert len(keys_of(record("crm", "1"))[0]) == 1
    assert keys_of(record("crm", "2")) == before
    assert rekeying.records_behind() == 1


def test_resolve_says_so_in_one_line_while_records_are_behind(
    new_code: TakesOver,
) -> None:
    arrive("crm", "1", **ANNA)
    new_code(by_birth_date)

    def told() -> str:
        out = io.StringIO()
        call_command("resolve", fit=False, stdout=out)
        return out.getvalue()

    assert "1 records have block keys of another version of Customer 360" in told()
    rekey()
    assert "block keys" not in told()
