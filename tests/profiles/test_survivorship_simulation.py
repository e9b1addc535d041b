"""Shadow runs of survivorship: what they tell is what publishing does, and they do nothing."""

import pytest

from c360.jobs.model import Job
from c360.jobs.working import run_waiting
from profiles.survivorship import publishing, simulating, spreading
from profiles.survivorship.live import live_version
from tests.profiles.survivors import (
    a_customer,
    a_draft,
    a_record,
    anna,
    bo,
    hashes,
    nothing_is_off,
    phone_of,
    simulated,
)
from tests.staff import staff

pytestmark = pytest.mark.django_db
CRM, SHOP = "+442079460001", "+442079460002"


def test_a_simulation_tells_what_would_flip_and_changes_nothing() -> None:
    customer, _ = anna(), bo()
    before = hashes()

    report = simulated().report

    assert report is not None
    assert (report["customers"], report["customers_stored"]) == (2, 2)
    assert (report["customers_changed"], report["flips"]) == (1, {"phone": 1})
    flip = {"profile": customer.pk, "attribute": "phone", "before": "shop", "after": "crm"}
    assert report["examples"] == [flip]
    assert CRM not in str(report)
    assert hashes() == before


def test_the_same_value_from_another_source_is_counted_and_does_not_flip() -> None:
    bo()

    order = {**live_version().spec["strategies"], "phone": ["priority"]}
    report = simulated(strategies=order, trust={"phone": ["shop"]}).report

    assert report is not None
    assert (report["flips"], report["other_source"]) == ({}, {"phone": 1})


def test_a_sample_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        anna()
    monkeypatch.setattr(simulating, "SAMPLE", 2)
    made = a_draft()

    job = simulating.start_simulation(made, whole=False, by=staff("sol"))
    assert simulating.start_simulation(made, whole=False, by=staff("kim")) == job
    run_waiting()

    told = Job.objects.get(pk=job.pk).result
    assert told is not None
    assert (told["customers"], told["customers_stored"]) == (2, 3)
    assert "examples" not in told


def test_examples_take_attributes_in_turn_and_are_few() -> None:
    for number in range(25):
        crm = a_record("crm", email=[f"{number}@crm.org"], phone=[f"+44207946{number:04}"])
        shop = a_record("shop", email=[f"{number}@shop.org"], phone=[f"+44207947{number:04}"])
        a_customer(crm, shop)
    spec = live_version().spec
    order = {"phone": ["priority"], "email": ["priority"]}

    report = simulated(
        strategies={**spec["strategies"], **order},
        trust={"phone": ["shop"], "email": ["shop"]},
    ).report

    assert report is not None
    assert report["flips"] == {"email": 25, "phone": 25}
    assert [each["attribute"] for each in report["examples"]] == ["email", "phone"] * 10


def test_what_was_foretold_is_what_publishing_does() -> None:
    customers = [anna(), bo(), anna()]
    before = {each.pk: phone_of(each) for each in customers}
    version = simulated()

    publishing.publish(version, scope="all", by=staff("kim"))
    spreading.spread()

    flipped = {each.pk for each in customers if phone_of(each) != before[each.pk]}
    assert version.report is not None
    assert flipped == {each["profile"] for each in version.report["examples"]}
    assert len(flipped) == version.report["flips"]["phone"] == 2
    assert nothing_is_off()
