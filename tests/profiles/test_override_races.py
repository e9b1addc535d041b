"""Two stewards who choose a value at the same moment, on connections of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

from django.db import connections

from c360.models import User
from matching.models import DirtyRecord
from profiles.models import Membership, Override, Profile, Source, SourceRecord
from profiles.survivorship.overrides import (
    DAY,
    OverrideRefused,
    Preferred,
    fingerprint,
    first_and_last_day,
    say_override,
    value_hash,
)
from tests.committed import committed_rows
from tests.profiles.survivors import anna
from tests.staff import staff

MADE_HERE = (Override, DirtyRecord, Membership, Profile, SourceRecord, Source, User)


def forget() -> None:
    for model in MADE_HERE:
        model._default_manager.all().delete()


rows_are_committed = committed_rows(forget)


def test_of_two_choices_at_the_same_moment_one_stands_and_the_other_is_told() -> None:
    customer = anna()
    records = dict(
        SourceRecord.objects.filter(membership__profile=customer).values_list(
            "source__slug", "pk"
        )
    )
    seen = fingerprint(Profile.objects.get(pk=customer.pk).golden["phone"])
    together = Barrier(2)

    def choose(asked: tuple[User, str, str]) -> Override | None:
        steward, source, phone = asked
        try:
            together.wait(timeout=10)
            return say_override(
                customer,
                "phone",
                Preferred(records[source], value_hash("phone", phone)),
                form=uuid4(),
                seen=seen,
                reason="She rang.",
                day=first_and_last_day()[0] + 30 * DAY,
                said_by=steward,
            )
        except OverrideRefused:
            return None
        finally:
            connections.close_all()

    asked = [
        (staff("sol"), "crm", "+442079460001"),
        (staff("kim"), "shop", "+442079460002"),
    ]
    with ThreadPoolExecutor(2) as pool:
        made = [each for each in pool.map(choose, asked) if each is not None]

    assert len(made) == 1
    assert list(Override.objects.standing()) == made
    shown = Profile.objects.get(pk=customer.pk).golden["phone"]
    assert shown["override"]["id"] == str(made[0].pk)
