"""What comes in while people look: the import, the worker and the page together."""

import csv
import time
from pathlib import Path

import pytest

from tests.e2e.journeys import sources_joined
from tests.e2e.people import Person
from tests.e2e.product import Product
from tests.tree import wait_for

pytestmark = pytest.mark.e2e
SECONDS = 10


def card_of(shopper: dict[str, str], file: Path) -> Path:
    """Write a file in which the loyalty scheme knows a customer of the shop, in its own way."""
    row = {
        "MEMBER_ID": "M0999001",
        "CARD_NO": shopper["loyalty_card"],
        "TITLE": "MS",
        "FORENAME": shopper["firstname"].upper(),
        "SURNAME": shopper["surname"].upper(),
        "DOB": "",
        "TEL": shopper["mobile"],
        "EMAIL": shopper["email_address"].upper(),
        "ADDRESS_1": shopper["ship_to_street"].upper(),
        "TOWN": shopper["ship_to_city"].upper(),
        "POSTCODE": shopper["ship_to_postcode"],
        "LAST_CHANGED": time.strftime("%d/%m/%Y"),
    }
    with file.open("w", encoding="utf-8", newline="") as written:
        rows = csv.DictWriter(written, fieldnames=list(row))
        rows.writeheader()
        rows.writerow(row)
    return file


def test_a_new_record_is_on_its_customers_page_within_ten_seconds(
    ana: Person, product: Product
) -> None:
    ana.searches("magdalena brzozowska")
    ana.opens("Magdalena Brzozowska")
    before = sources_joined(ana)
    shopper = next(row for row in product.rows("shop.csv") if row["surname"] == "Brzozowska")

    done = product.manage(
        "import_records", "loyalty", str(card_of(shopper, product.demo / "new.csv"))
    )

    assert done.returncode == 0, done.stderr
    assert "1 new" in done.stdout

    def is_joined() -> bool:
        ana.page.reload()
        return sorted(sources_joined(ana)) == sorted([*before, "Loyalty card"])

    wait_for(is_joined, SECONDS, "the new record on the page")
    assert product.is_verified()
