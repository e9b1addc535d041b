"""What open pages are sent by the stream, without a stream."""

from collections.abc import Callable
from typing import Any

import pytest

from c360.live import announcing

Published = Callable[[Callable[[], object]], str]


@pytest.fixture
def published(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Published:
    """Do something, and return the signals that open pages are sent afterwards."""
    heard: list[str] = []
    monkeypatch.setattr(announcing._publisher, "publish", heard.append)

    def of(act: Callable[[], object]) -> str:
        heard.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return " ".join(heard)

    return of
