"""The whole product with its demo: what the journeys talk to, by HTTP and by command only."""

import contextlib
import csv
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from c360.services.attach import ROOT
from c360.services.ports import free_port
from tests.tree import Tree, health_at, manage, running, wait_for

SHOW_SECONDS = 8  # of a masked value that was asked for
PEOPLE = "800"  # some seventy pairs to review; loaded in seconds


PHONES = [
    ("shop.csv", "mobile"),
    ("app.csv", "mobile"),
    ("crm.csv", "phone_mobile"),
    ("crm.csv", "phone_home"),
    ("loyalty.csv", "TEL"),
    ("support.csv", "phone"),
]


def _number(written: str) -> str:
    """A British number as `+447700900123`, however somebody wrote it."""
    digits = "".join(filter(str.isdigit, written))
    return "+44" + digits.removeprefix("0044").removeprefix("44").removeprefix("0")


@dataclass(frozen=True)
class Product:
    """One `manage.py up` with a real worker, and the folder of its data."""

    tree: Tree
    desk: int  # a port; what runs there may show customers in frames

    @property
    def address(self) -> str:
        return self.tree.address

    @property
    def demo(self) -> Path:
        """The folder with the files of the demo."""
        return self.tree.data / "demo"

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command on the data of the product."""
        return manage(*arguments, C360_DATA_DIR=str(self.tree.data))

    @contextlib.contextmanager
    def beside(self, **settings: str) -> Iterator[str]:
        """A second web process on the same data with other settings; yields its address."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        web = self.tree.processes()["web"][0]
        env = dict(
            each.split("=", 1)
            for each in Path(f"/proc/{web}/environ").read_text().split("\0")
            if "=" in each
        )
        serve = ["uvicorn", "c360.asgi:application", f"--port={port}", "--lifespan=off"]
        quiet = ["--log-level=warning", "--timeout-graceful-shutdown=1"]
        with subprocess.Popen(
            [sys.executable, "-m", *serve, *quiet], env=env | settings, cwd=ROOT
        ) as process:
            try:
                wait_for(lambda: health_at(address), 60, "a second web process")
                yield address
            finally:
                process.terminate()

    def settles(self) -> None:
        """Wait until the worker has resolved everything that came."""
        wait_for(self._is_settled, 30, "all records resolved")

    def _is_settled(self) -> bool:
        return bool(self.tree.health().get("backlog", {}).get("dirty") == 0)

    def is_verified(self) -> bool:
        """Whether everything derived is what the facts say; differences are printed."""
        self.settles()
        done = self.manage("verify")
        print(done.stdout, done.stderr)  # noqa: T201 - shown by pytest when the test fails
        return done.returncode == 0

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of one file of the demo, e.g. `shop.csv`."""
        with (self.demo / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def own_number(self) -> str:
        """A telephone number that stands in one record only, of all files."""
        return next(iter(self._own_numbers()))

    def only_shopper_of_a_number(self) -> dict[str, str]:
        """A row of `shop.csv` with a postcode and a number that no other record has."""
        own = set(self._own_numbers())
        return next(
            row
            for row in self.rows("shop.csv")
            if row["ship_to_postcode"] and _number(row["mobile"]) in own
        )

    def _own_numbers(self) -> list[str]:
        numbers = Counter(
            _number(row[column]) for name, column in PHONES for row in self.rows(name)
        )
        return [each for each in numbers if numbers[each] == 1 and len(each) == 13]


@contextlib.contextmanager
def started() -> Iterator[Product]:
    """The product with the demo loaded and resolved."""
    desk = free_port()
    told = {
        "C360_DOUBLE_READS": "0",  # drawn by chance: tests/matching/test_readings.py
        "C360_LOOKUPS_PER_MINUTE": "900",  # one Ana for all tests
        "C360_SHOW_SECONDS": str(SHOW_SECONDS),
        "C360_EMBED_ORIGINS": f"http://127.0.0.1:{desk}",
    }
    with running("--no-demo", **told) as tree:
        product = Product(tree, desk)
        done = product.manage("demo", "--people", PEOPLE)
        assert done.returncode == 0, done.stderr
        product.settles()
        wait_for(tree.is_well, 60, "health with the demo loaded")
        yield product
