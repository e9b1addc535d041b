"""What choosing asks of records and sources; models and light rows have it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol


class SourceFacts(Protocol):
    """What survivorship asks of a source."""

    @property
    def slug(self) -> str: ...
    @property
    def priority(self) -> int: ...


class Saying(Protocol):
    """Whatever says something of a person: a record, or a version of one."""

    @property
    def attributes(self) -> Mapping[str, Any]: ...


class RecordFacts(Saying, Protocol):
    """What survivorship asks of a record: one of the model, or a light row with the same."""

    @property
    def pk(self) -> int: ...
    @property
    def external_id(self) -> str: ...
    @property
    def source_updated_at(self) -> datetime | None: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def source(self) -> SourceFacts: ...


class OverrideFacts(Protocol):
    """What survivorship asks of a steward's override: one of the model, or a light row."""

    @property
    def pk(self) -> Any: ...
    @property
    def record_id(self) -> int: ...
    @property
    def attribute(self) -> str: ...
    @property
    def value_hash(self) -> str: ...
    @property
    def said_at(self) -> datetime: ...
    @property
    def until(self) -> datetime: ...
