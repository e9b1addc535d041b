"""The one way a customer's values leave for pages and interfaces: masked, but what was asked.

A `Guard` belongs to one answer about one customer. Templates use it through the tags `value`
and `told`, interfaces call it. Pages of stewards, who compare records value by value, do
without; `[unmasked]` of `tests/c360/authorisation.toml` lists them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from re import Match

from c360.once import once
from profiles.desk.masking import is_sensitive, masked
from profiles.desk.secrets import Secret, likely_in, pattern_of, secrets_of, spelt_any_way
from profiles.models import SourceRecord


@dataclass(frozen=True)
class Guard:
    """What one answer may show of the customer whose joined records these are.

    `shown` are the attributes it was asked for and may show in full.
    """

    records: Iterable[SourceRecord] = field(default=(), repr=False)
    shown: frozenset[str] = frozenset()

    def masks(self, attribute: str) -> bool:
        """Whether values of an attribute are masked in this answer."""
        return attribute not in self.shown and is_sensitive(attribute)

    def value(self, attribute: str, text: str) -> str:
        """A value as this answer may show it."""
        return masked(attribute, text) if self.masks(attribute) else text

    def told(self, text: str) -> str:
        """A text of a source, in which people write anything, with masked values masked."""
        likely = likely_in(text, self._secrets)
        pattern = spelt_any_way(likely)
        return pattern.sub(partial(_hint, likely), text) if pattern else text

    @cached_property
    def masked_spellings(self) -> str:
        """A pattern for the database of what `told` masks; empty where there is nothing."""
        return pattern_of(self._secrets)

    @cached_property
    def _secrets(self) -> list[Secret]:
        return [each for each in secrets_of(self.records) if self.masks(each.attribute)]


def _hint(secrets: Sequence[Secret], found: Match[str]) -> str:
    secret = secrets[int(str(found.lastgroup).removeprefix("s"))]
    return masked(secret.attribute, secret.value)


def guard_of(records: Sequence[SourceRecord]) -> Guard:
    """The guard of an answer that shows nothing in full; the parts of a page share one."""
    return _shared(tuple(record.pk for record in records), records)


@once
def _shared(record_ids: tuple[int, ...], records: Sequence[SourceRecord]) -> Guard:
    return Guard(records)


LOCKED = Guard()
