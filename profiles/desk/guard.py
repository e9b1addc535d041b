"""The one way a customer's values leave for pages and interfaces: masked, but what was asked.

A `Guard` belongs to one answer about one customer. Templates use it through the tags `value`
and `told`, interfaces call it. Pages of stewards, who compare records value by value, do
without; `[unmasked]` of `tests/c360/authorisation.toml` lists them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from re import Match, Pattern

from profiles.desk.masking import is_sensitive, masked
from profiles.desk.secrets import pattern_of, secrets_of, spelt_any_way
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
        return self._pattern.sub(self._hint, text) if self._pattern and text else text

    @cached_property
    def masked_spellings(self) -> str:
        """A pattern for the database of what `told` masks; empty where there is nothing."""
        return pattern_of(self._secrets)

    @cached_property
    def _secrets(self) -> list[tuple[str, str]]:
        return [each for each in secrets_of(self.records) if self.masks(each[0])]

    @cached_property
    def _pattern(self) -> Pattern[str] | None:
        return spelt_any_way(self._secrets)

    def _hint(self, found: Match[str]) -> str:
        attribute, value = self._secrets[int(str(found.lastgroup).removeprefix("s"))]
        return masked(attribute, value)


LOCKED = Guard()
