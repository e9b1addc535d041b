"""What several tests of matching end with."""

from collections.abc import Iterator

import pytest

from matching.models import DirtyRecord
from tests.matching.arrivals import everything_off


@pytest.fixture
def nothing_is_off_afterwards() -> Iterator[None]:
    """Whatever a test does, what is stored must be what the facts say."""
    yield
    if not DirtyRecord.objects.exists():
        assert everything_off() == []
