"""What the tests of the two logs share."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import OperationalError
from pytest_django import Settings


@pytest.fixture
def heads_file(settings: Settings, tmp_path: Path) -> Path:
    """Signed heads go to a file of the test's own."""
    settings.LEDGER_HEADS = str(tmp_path / "elsewhere" / "heads.ndjson")
    return Path(settings.LEDGER_HEADS)


@pytest.fixture
def log_is_away() -> Iterator[None]:
    """The access log takes no entries."""
    with patch("consent.middleware.write", side_effect=OperationalError("no room")):
        yield
