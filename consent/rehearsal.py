"""What bringing permissions up to date asks of the database, asked before anybody waits."""

from typing import Any

from django.dispatch import receiver

from c360.rehearsing import rehearsing
from c360.sql.arrays import id_array, key_array
from c360.sql.prepared import ask
from consent.permitting.evidence import customers_of, rules_now
from consent.permitting.projection import INTERESTING, LARGE, LARGE_ONES
from consent.permitting.rows import stored

NOBODY = key_array([])


@receiver(rehearsing)
def rehearse_permissions(sender: Any, **kwargs: Any) -> None:
    """As `projection.refresh_permissions` reads: of no customer, without the lock."""
    ask(INTERESTING, {"profiles": NOBODY, "records": id_array([])})
    ask(LARGE_ONES, [NOBODY, LARGE])
    rules_now()
    customers_of([])
    stored([])
