"""The match model in force, and the features of records under it."""

import json
from collections.abc import Set
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from c360.once import once
from c360.sql.prepared import ask
from matching.core.blocking import (
    IDENTIFYING,
    KEY_SCHEME,
    block_keys,
    value_keys,
    without_generic,
)
from matching.core.codec import as_text, from_json
from matching.core.features import Features, features_of
from matching.core.model import MatchModel, default_model
from matching.models import MatchModelVersion


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
    return block_keys(features, secret=_secret())


def _secret() -> bytes:
    return settings.BLOCK_KEY_SECRET.encode()


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


class Folded(NamedTuple):
    """A record's features, and the block keys of those values that identify by themselves."""

    features: Features
    values: tuple[int, ...]

    def as_text(self) -> str:
        """As it is kept beside the record's block keys."""
        return as_text(self.features, self.values)

    def telling(self, generic: Set[int]) -> Features:
        """The features without values that too many records share."""
        if generic.isdisjoint(self.values):
            return self.features
        return without_generic(self.features, generic, secret=_secret())

    def is_told_by(self, generic: Set[int]) -> bool:
        """Whether the record has any of these values."""
        return not generic.isdisjoint(self.values)


def fold(attributes: dict[str, Any]) -> Folded:
    """Take a record's attributes apart."""
    return with_values(features_of(attributes))


def with_values(features: Features) -> Folded:
    return Folded(features, value_keys(features, secret=_secret()))


# What a query reads of a record `r` beside `k`, its row of `KeyedRecord`: the text of the
# features made with its keys, and of its attributes only where this code would make other ones.
WHAT_IT_SAYS = f"""
coalesce(CASE WHEN k.version = r.version AND k.scheme = {KEY_SCHEME} THEN k.folded END,
    r.attributes::text)
"""
_parsed_json = json.JSONDecoder().raw_decode  # `json.loads` looks for more before it begins


def read(said: dict[str, Any] | list[Any]) -> Folded:
    """What `WHAT_IT_SAYS` gave of a record as a value: its attributes or its features."""
    return fold(said) if isinstance(said, dict) else Folded(*from_json(said))


def read_text(said: str) -> Folded:
    """The same from the text that `WHAT_IT_SAYS` gives."""
    what, _ = _parsed_json(said)
    return read(what)


class FeatureCache:
    """Features of the newest version seen of each record, so that they are read once."""

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._known: dict[int, tuple[int, Folded]] = {}

    def version(self, record_id: int) -> int:
        """The version whose features are at hand; 0 is none."""
        return self._known[record_id][0] if record_id in self._known else 0

    def get(self, record_id: int, version: int, said: str | None) -> Folded:
        """Features of a version; what was read may be left out where `version` names it."""
        known = self._known.get(record_id)
        if known is not None and known[0] == version:
            return known[1]
        if said is None:
            raise KeyError(f"version {version} of record {record_id}")
        return self.put(record_id, version, read_text(said))

    def put(self, record_id: int, version: int, folded: Folded) -> Folded:
        if len(self._known) >= self._limit:
            self._known.clear()
        self._known[record_id] = version, folded
        return folded

    def forget(self) -> None:
        self._known.clear()


FEATURES = FeatureCache()  # of this process
