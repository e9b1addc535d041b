"""What several tests of matching begin and end with."""

from collections.abc import Iterator

import pytest

from matching import live
from matching.models import DirtyRecord
from profiles.models import SourceRecord
from tests.matching.anna import three_of_anna
from tests.matching.arrivals import everything_off


@pytest.fixture(autouse=True)
def no_model_of_another_test() -> None:
    """Versions are parsed once a process, and tests give different ones the same name."""
    live._parsed.cache_clear()


@pytest.fixture
def nothing_is_off_afterwards() -> Iterator[None]:
    """Whatever a test does, what is stored must be what the facts say."""
    yield
    if not DirtyRecord.objects.exists():
        assert everything_off() == []


@pytest.fixture
def anna() -> tuple[SourceRecord, SourceRecord, SourceRecord]:
    return three_of_anna()
