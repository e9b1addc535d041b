"""Settings of all tests: no example is timed, and nothing is slow, or left to chance, that no
test is about.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from c360.garbage import collect_seldom
from profiles.survivorship import live
from tests.announced import published  # noqa: F401  # a fixture of all tests

settings.register_profile(
    "c360", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("c360")

collect_seldom()  # what is imported from here on stays


def pytest_collection_finish() -> None:
    """Leave alone what was imported: looking through it took an eighth of the time of tests."""
    collect_seldom()


@pytest.fixture(autouse=True, scope="session")
def _nothing_is_slow_on_purpose() -> None:
    """Static files are found when asked for, and a password is hashed in no time.

    Each test client loads the middleware anew, which else lists all files; and hashing is made
    to take a third of a second.
    """
    django_settings.WHITENOISE_AUTOREFRESH = True
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _no_answer_is_drawn_by_chance() -> None:
    """Answers are read again where a test says so: `tests/matching/test_readings.py`."""
    django_settings.C360_DOUBLE_READS = 0.0


@pytest.fixture(autouse=True)
def _no_language_of_another_test() -> None:
    """Whoever asked last in German leaves the thread German until the next request."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_rules_of_another_test() -> None:
    """Rules are parsed once a process, and tests give different ones the same name."""
    live._parsed.cache_clear()


@pytest.fixture(autouse=True)
def _no_tries_of_another_test(request: pytest.FixtureRequest) -> None:
    """All tests sign in, look up and call from one address, which may not do so for ever."""
    if not any(map(request.node.get_closest_marker, ("e2e", "faults"))):
        cache.clear()  # of this process; a product that is run whole has its own


@pytest.fixture(scope="module")
def rows_of_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For fixtures that make rows for all tests of a module: each test happens inside.

    What a test does to the rows is undone after it, as everything is. For modules without
    tests that commit, and in which no test is about what else is there.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
