"""What is rehearsed is what the next pair asks, and changes nothing."""

import pytest
from django.db import connection

from c360.rehearsing import rehearse
from matching import review
from matching.models import ReviewCase
from tests.matching.pages import HTMX
from tests.matching.pairs import make_pair
from tests.matching.test_review_pages import decide
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


def planned() -> set[str]:
    """Every statement this connection has planned for good."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return {statement for (statement,) in cursor.fetchall()}


def test_the_next_pair_asks_nothing_that_a_rehearsed_connection_has_not_planned() -> None:
    make_pair()
    sol = signed_in("sol")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    rehearse()
    rehearsed = planned()

    answer = sol.get("/review/", headers=HTMX)

    assert "/decide/" in answer.content.decode()
    assert planned() == rehearsed


def test_what_an_answer_reads_is_planned_by_then() -> None:
    pair, sol = make_pair(), signed_in("sol")
    make_pair()  # the next one
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    rehearse()
    rehearsed = planned()

    decide(sol, pair, "different")

    assert {each.split()[0] for each in planned() - rehearsed} == {"UPDATE"}


def test_a_rehearsal_takes_no_pair_from_anybody() -> None:
    mine, free = make_pair(weight_bits=9.0), make_pair()
    assert review.claim_next(staff("sol")) == mine
    before = list(ReviewCase.objects.order_by("pk").values())

    rehearse()

    assert list(ReviewCase.objects.order_by("pk").values()) == before
    assert review.claim_next(staff("kim")) == free
