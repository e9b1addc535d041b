"""Two stewards at the same moment, on connections of their own and rows really committed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, connections, transaction
from django.utils import timezone

from c360.models import User
from matching import review
from matching.models import Link, MatchModelVersion, ReviewCase
from profiles.models import Membership, Profile, Source, SourceRecord
from tests.committed import committed_rows
from tests.matching.pairs import make_pair
from tests.staff import staff

MADE_HERE = (
    ReviewCase, Link, Membership, Profile, SourceRecord, Source, MatchModelVersion, User
)  # fmt: skip


def forget() -> None:
    for model in MADE_HERE:
        model._default_manager.all().delete()


rows_are_committed = committed_rows(forget)


def test_stewards_who_ask_at_the_same_moment_never_get_the_same_pair() -> None:
    for bits in range(10):
        make_pair(weight_bits=float(bits))
    together = Barrier(2)

    def answer_five(user: User) -> list[int]:
        given = []
        try:
            for _ in range(5):
                together.wait(timeout=10)
                case = review.claim_next(user)
                assert case is not None
                given.append(case.pk)
                ReviewCase.objects.filter(pk=case.pk).update(settled_at=timezone.now())
        finally:
            connections.close_all()
        return given

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(answer_five, [staff("sol"), staff("kim")])

    assert not set(first) & set(second)
    assert len(first + second) == 10


def test_a_pair_that_is_being_taken_is_skipped_without_waiting() -> None:
    best, second = make_pair(weight_bits=6.0), make_pair(weight_bits=5.0)
    kim = staff("kim")

    def ask(user: User) -> ReviewCase | None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            return review.claim_next(user)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        ReviewCase.objects.select_for_update().get(pk=best.pk)
        assert pool.submit(ask, kim).result(timeout=10) == second
