"""How well the shipped model matches data with a known truth, beside Splink 5 if asked.

    python -m bench.quality [--splink] [FOLDER …]

Folders are described in `bench.truth`; without any, customers are invented (10,000 and
100,000 records). Nothing is tuned to a set. With `--splink` the same records, read by the same
mappings and cleaned by the same code, go through Splink 5 in the same run (`bench.peer`), which
needs the packages of requirements-bench.lock. Prints one JSON object.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import ours, peer
from bench.clock import machine
from bench.customers import write_customers
from bench.truth import read_set
from matching.core.model import MatchModel, default_model

INVENTED = {"invented_10k": (10_000, 21), "invented_100k": (100_000, 22)}


def measure(folder: Path, model: MatchModel, *, with_splink: bool = False) -> dict[str, Any]:
    """Run one folder through our engine, and through Splink where asked."""
    data = read_set(folder)
    found: dict[str, Any] = {
        "set": data.name,
        "records": len(data.records),
        "true_pairs": len(data.true_pairs),
        "refused_rows": data.refused,
        "ours": ours.figures(data, model),
    }
    if with_splink:
        found["splink"] = peer.figures(data)
    return found


@contextmanager
def invented() -> Iterator[list[Path]]:
    """Folders of invented customers, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="c360-bench-") as temporary:
        folders = []
        for name, (records, seed) in INVENTED.items():
            folders.append(Path(temporary) / name)
            write_customers(folders[-1], records=records, seed=seed)
        yield folders


def report(folders: list[Path], *, with_splink: bool) -> dict[str, Any]:
    model = default_model()
    return {
        "machine": machine(),
        "sets": [measure(folder, model, with_splink=with_splink) for folder in folders],
    }


def main(arguments: list[str]) -> int:
    with_splink = "--splink" in arguments
    folders = [Path(each) for each in arguments if not each.startswith("-")]
    if {each for each in arguments if each.startswith("-")} - {"--splink"}:
        print(__doc__, file=sys.stderr)
        return 2
    if folders:
        print(json.dumps(report(folders, with_splink=with_splink), indent=2))
    else:
        with invented() as made:
            print(json.dumps(report(made, with_splink=with_splink), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
