"""Moving records to another customer: previewed, one action, one undo, never risky alone."""

import re
from typing import Any

import pytest
from django.test import Client

from matching.deciding.decisions import undo
from matching.models import Decision
from profiles.models import Profile, SourceRecord
from tests.matching.anna import ELSE
from tests.matching.arrivals import (
    are_together,
    arrive,
    day,
    profile_of,
    resolve,
    snapshot_hash,
)
from tests.matching.pages import HTMX, Answer, text
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def boris() -> SourceRecord:
    """Another customer."""
    found = arrive("crm", "B-1", updated_at=day(4), **ELSE)
    resolve()
    return found


def post(browser: Client, profile: Profile, step: str, *records: int, **more: Any) -> Answer:
    data = {"step": step, "records": records, **more}
    headers = HTMX if step == "move" else None
    return browser.post(f"/clusters/{profile.pk}/", data, headers=headers)


def move(browser: Client, record: SourceRecord, target: Profile, **more: Any) -> Answer:
    """Preview and confirm, as a browser does."""
    profile = profile_of(record)
    preview = post(browser, profile, "move", record.pk, target=target.pk)
    found = re.search(r'name="seen" value="([^"]+)"', preview.content.decode())
    assert found is not None, text(preview)
    fields = {"target": target.pk, "seen": found[1], **more}
    return post(browser, profile, "confirm-move", record.pk, **fields)


def test_a_record_moves_and_one_undo_moves_it_back(
    anna: tuple[SourceRecord, ...], boris: SourceRecord
) -> None:
    crm, shop, app = anna
    before = snapshot_hash()

    done = move(signed_in("sol"), app, profile_of(boris), reason="his telephone")

    assert done["Location"] == f"/c/{profile_of(boris).pk}/history/"
    assert are_together(app, boris)
    assert are_together(crm, shop)
    assert not are_together(app, crm)
    resolve()
    assert are_together(app, boris)
    assert {row.reason for row in Decision.objects.binding()} == {"his telephone"}
    undo(Decision.objects.values_list("action").distinct().get()[0], decided_by=staff("kim"))
    assert snapshot_hash() == before


def test_the_preview_shows_both_customers_and_changes_nothing(
    anna: tuple[SourceRecord, ...], boris: SourceRecord
) -> None:
    before = snapshot_hash()

    answer = post(
        signed_in("sol"), profile_of(anna[0]), "move", anna[2].pk, target=profile_of(boris).pk
    )

    body = text(answer)
    assert f"Move 1 record to {profile_of(boris).pk}" in body
    assert "Takes them in" in body
    assert snapshot_hash() == before
    assert not Decision.objects.exists()


def test_a_risky_move_is_not_made_by_one_person(
    anna: tuple[SourceRecord, ...], boris: SourceRecord
) -> None:
    crm = anna[0]  # born on another day than Boris
    target = profile_of(boris)
    preview = post(signed_in("sol"), profile_of(crm), "move", crm.pk, target=target.pk)
    assert "One person alone may not move these" in text(preview)
    assert 'value="confirm-move"' not in text(preview)

    fields = {"target": target.pk, "seen": "whatever"}
    answer = post(signed_in("sol"), profile_of(crm), "confirm-move", crm.pk, **fields)

    assert answer.status_code == 409
    assert not Decision.objects.exists()


def test_nobody_but_stewards_moves(anna: tuple[SourceRecord, ...], boris: SourceRecord) -> None:
    for name in ("ana", "pia", "ada", "otto"):
        for step in ("move", "confirm-move"):
            target = profile_of(boris).pk
            answer = post(signed_in(name), profile_of(anna[0]), step, anna[2].pk, target=target)
            assert answer.status_code == 403
    assert not Decision.objects.exists()


def test_a_stale_move_and_one_to_nobody_or_to_itself_are_refused(
    anna: tuple[SourceRecord, ...], boris: SourceRecord
) -> None:
    sol, profile = signed_in("sol"), profile_of(anna[0])
    target = profile_of(boris).pk

    stale = move(sol, anna[2], profile_of(boris), seen="as it was")
    nobody = post(sol, profile, "move", anna[2].pk, target="P-000000000000")
    itself = post(sol, profile, "move", anna[2].pk, target=profile.pk)

    assert (stale.status_code, nobody.status_code, itself.status_code) == (409, 422, 409)
    assert "while you looked" in text(stale)
    assert "No customer answers to this id." in text(nobody)
    assert "belong to this customer already" in text(itself)
    assert not are_together(anna[2], boris)
    assert target == profile_of(boris).pk
