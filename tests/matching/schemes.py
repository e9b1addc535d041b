"""Other versions of the code that makes block keys, as an upgrade brings them."""

from collections.abc import Callable, Iterable

import pytest

from matching.core import blocking
from matching.core.blocking import KEY_SCHEME
from matching.core.features import Features
from matching.resolving import keys, rekeying

PlainKeys = Callable[[Features], Iterable[tuple[str, str]]]
TakesOver = Callable[..., None]
AS_SHIPPED: PlainKeys = blocking.plain_keys


def take_over(
    monkeypatch: pytest.MonkeyPatch,
    plain_keys: PlainKeys = AS_SHIPPED,
    *,
    scheme: int = KEY_SCHEME + 1,
) -> None:
    """From now on all code of this process makes keys in this way, under that number."""
    monkeypatch.setattr(blocking, "plain_keys", plain_keys)
    monkeypatch.setattr(keys, "KEY_SCHEME", scheme)
    monkeypatch.setattr(rekeying, "KEY_SCHEME", scheme)


def by_birth_date(features: Features) -> Iterable[tuple[str, str]]:
    """A scheme that has no key in common with any other."""
    if features.birth[0]:
        yield "date", f"born {features.birth}"
