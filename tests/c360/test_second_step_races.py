"""Two at the same moment, on connections of their own and rows really committed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.core.cache import cache
from django.db import connections

from c360.models import User
from c360.second_step import keeping
from c360.second_step.codes import new_secret
from c360.second_step.model import SecondStep
from tests.c360.phones import with_phone
from tests.committed import committed_rows
from tests.staff import staff

T = TypeVar("T")


def forget() -> None:
    User.objects.all().delete()
    cache.clear()


rows_are_committed = committed_rows(forget)


def twice_at_once(act: Callable[[], T]) -> list[T]:
    together = Barrier(2)

    def run(_which: int) -> T:
        try:
            together.wait(timeout=10)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


def is_let_in(ana: User, code: str) -> bool:
    try:
        keeping.prove(ana, code, "127.0.0.1")
    except keeping.WrongCode:
        return False
    return True


def test_of_two_who_give_one_code_at_the_same_moment_one_is_let_in() -> None:
    ana = staff("ana")
    phone, codes = with_phone(ana)
    code = phone.shows()

    assert sorted(twice_at_once(lambda: is_let_in(ana, code))) == [False, True]
    assert sorted(twice_at_once(lambda: is_let_in(ana, codes[0]))) == [False, True]


def test_two_pages_at_the_same_moment_make_one_second_step() -> None:
    ana = staff("ana")

    def set_up() -> str:
        try:
            keeping.set_up(ana, new_secret(), step_used=0)
        except keeping.AlreadySetUp:
            return "there already"
        return "made"

    assert sorted(twice_at_once(set_up)) == ["made", "there already"]
    assert SecondStep.objects.filter(user=ana).count() == 1
