"""The match model in force, and the features of records under it."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from matching.blocking import IDENTIFYING, block_keys, has_generic_values, without_generic
from matching.features import Features, features_of
from matching.model import MatchModel, default_model
from matching.models import MatchModelVersion
from profiles.desk.once import once
from profiles.prepared import ask


def live_model() -> MatchModel:
    """The published model; the shipped default is published when there is none yet.

    One query. Parsed specs are kept per version, since the spec of a version never changes.
    """
    found = live_versions()
    return _parsed(found[0]) if found else _publish_default()


def live_versions() -> list[str]:
    """The version that is published, if one is. One query."""
    return _versions_in("live")


@once
def _versions_in(state: str) -> list[str]:
    return _column("SELECT version FROM matching_matchmodelversion WHERE state = %s", [state])


def model_of_version(version: str) -> MatchModel:
    """The model that wrote a stored link or receipt."""
    return _parsed(version)


@lru_cache(maxsize=8)
def _parsed(version: str) -> MatchModel:
    return MatchModel.from_spec(MatchModelVersion.objects.get(version=version).spec)


def _publish_default() -> MatchModel:
    model = default_model()
    MatchModelVersion.objects.get_or_create(
        version=model.version,
        defaults={
            "state": "live",
            "spec": model.to_spec(),
            "is_automatic": True,
            "published_at": timezone.now(),
        },
    )
    return model


def keys_of(features: Features) -> frozenset[tuple[str, int]]:
    """Block keys, hashed with the secret that lives outside the database."""
    return block_keys(features, secret=settings.BLOCK_KEY_SECRET.encode())


def generic_values() -> frozenset[int]:
    """Block keys of the identifiers, e-mails and phones that too many records share."""
    return _generic_of(IDENTIFYING)


@once
def _generic_of(kinds: tuple[str, ...]) -> frozenset[int]:
    query = "SELECT key FROM matching_generickey WHERE kind = ANY(%s::varchar[])"
    return frozenset(_column(query, [list(kinds)]))


def _column(query: str, parameters: list[Any]) -> list[Any]:
    """The first column of a query. Both are asked for every record that is resolved."""
    return [row[0] for row in ask(query, parameters)]


def telling(features: Features, generic: Collection[int]) -> Features:
    """The features without values that too many records share."""
    return without_generic(features, generic, secret=settings.BLOCK_KEY_SECRET.encode())


def is_told_by(features: Features, generic: Collection[int]) -> bool:
    """Whether a record has any of these values."""
    return has_generic_values(features, generic, secret=settings.BLOCK_KEY_SECRET.encode())


class FeatureCache:
    """Features of the newest version seen of each record, so that its values are read once."""

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._known: dict[int, tuple[int, Features]] = {}

    def version(self, record_id: int) -> int:
        """The version whose features are at hand; 0 is none."""
        return self._known[record_id][0] if record_id in self._known else 0

    def get(self, record_id: int, version: int, attributes: dict[str, Any] | None) -> Features:
        """Features of a version; the attributes may be left out where `version` names it."""
        known = self._known.get(record_id)
        if known is not None and known[0] == version:
            return known[1]
        if attributes is None:
            raise KeyError(f"version {version} of record {record_id}")
        return self.put(record_id, version, features_of(attributes))

    def put(self, record_id: int, version: int, features: Features) -> Features:
        if len(self._known) >= self._limit:
            self._known.clear()
        self._known[record_id] = version, features
        return features


FEATURES = FeatureCache()  # of this process
