"""The ledger of consent and the purposes it speaks of."""

from consent.models.ledger import LedgerEntry, LedgerOnlyGrows
from consent.models.purpose import Purpose

__all__ = ["LedgerEntry", "LedgerOnlyGrows", "Purpose"]
