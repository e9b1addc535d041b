"""What the tests of the two logs share."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def heads_file(settings: Settings, tmp_path: Path) -> Path:
    """Signed heads go to a file of the test's own."""
    settings.LEDGER_HEADS = str(tmp_path / "elsewhere" / "heads.ndjson")
    return Path(settings.LEDGER_HEADS)
