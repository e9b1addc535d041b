"""How many statements an answer costs: what was read is passed along, not read again."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.matching.pages import HTMX
from tests.matching.pairs import ANNA, ANNE, make_pair
from tests.matching.test_review_pages import decide, same_customer, seen_in
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
TRANSACTION = 2  # a test counts its begin and its end, as those of a savepoint


@pytest.mark.parametrize("records", [1, 4])
@pytest.mark.parametrize(("verdict", "most"), [("same", 47), ("different", 47), ("later", 24)])
def test_an_answer_and_the_next_pair_cost_few_statements(
    verdict: str,
    most: int,
    records: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    left, right = ([make_record("shop", **who) for _ in range(records)] for who in (ANNA, ANNE))
    make_customer(*left)
    make_customer(*right)
    first, pair = make_pair(weight_bits=9.0), make_pair(left[0], right[0], weight_bits=6.0)
    following = make_pair(weight_bits=3.0)
    sol = signed_in("sol")
    decide(sol, first, verdict)
    said = {"verdict": verdict, "seen": seen_in(sol.get("/review/"))}

    with django_assert_max_num_queries(most + TRANSACTION):
        answer = sol.post(f"/review/{pair.pk}/decide/", said, headers=HTMX)

    assert f'action="/review/{following.pk}/decide/"' in answer.content.decode()
    assert same_customer(pair) == (verdict == "same")
