"""Anna, whom three systems know, her sister, and others like them."""

from typing import Any

from django.utils import timezone

from matching.live import live_model
from matching.models import MatchModelVersion
from matching.resolving import marks
from profiles.models import SourceRecord
from tests.matching.arrivals import are_together, arrive, day, resolve

# All three are Anna: the mailbox ties shop to CRM, the telephone ties app to CRM.
CRM: dict[str, Any] = {
    "given_name": "Anna",
    "family_name": "Kowalska",
    "email": ["anna.kowalska@example.org"],
    "phone": ["+447700900111"],
    "birth_date": "1984-03-02",
}
SHOP: dict[str, Any] = {
    "given_name": "Anna",
    "family_name": "Kowalska",
    "email": ["anna.kowalska@example.org"],
}
APP: dict[str, Any] = {
    "given_name": "Ania",
    "family_name": "Kowalska",
    "phone": ["+447700900111"],
}
HOME = {"line1": "2 Mill Lane", "city": "Leeds", "postal_code": "LS1 4AB"}
# Her twin sister, of whom only the post knows.
SISTER: dict[str, Any] = {
    "given_name": "Maria",
    "family_name": "Kowalska",
    "birth_date": "1984-03-02",
    "address": HOME,
}
ELSE: dict[str, Any] = {
    "given_name": "Boris",
    "family_name": "Yilmaz",
    "email": ["boris@example.net"],
    "birth_date": "1961-11-30",
}


def three_of_anna() -> tuple[SourceRecord, SourceRecord, SourceRecord]:
    """Joined: CRM and shop by mailbox, app by telephone."""
    crm = arrive("crm", "A-1", updated_at=day(1), **CRM)
    shop = arrive("shop", "S-1", updated_at=day(2), **SHOP)
    app = arrive("app", "X-1", updated_at=day(3), **APP)
    resolve()
    assert are_together(crm, shop, app)
    return crm, shop, app


def two_to_ask_about() -> tuple[SourceRecord, SourceRecord]:
    """A pair in the review band."""
    one = arrive("crm", "A-1", updated_at=day(1), **CRM, address=HOME)
    other = arrive("post", "P-1", updated_at=day(2), **SISTER)
    resolve()
    assert not are_together(one, other)
    return one, other


def publish(version: str, **thresholds: float) -> None:
    """Make another model live, as publishing will, and have everyone looked at again."""
    spec = live_model().to_spec()
    spec["version"], spec["thresholds"] = version, spec["thresholds"] | thresholds
    MatchModelVersion.objects.filter(state="live").update(state="retired")
    MatchModelVersion.objects.create(
        version=version, state="live", spec=spec, published_at=timezone.now()
    )
    marks.mark_all_dirty()
    resolve()
