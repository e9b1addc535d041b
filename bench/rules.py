"""A change of thresholds over many records: simulated, published, taken back exactly.

    python -m bench.rules [RECORDS]

Invents RECORDS customers (4,000), resolves them in a database of its own, answers pairs by the
truth, simulates a draft that joins less, publishes it as a second person, resolves, takes it
back, resolves, and compares what `export_clusters` writes before and after. Meanwhile an agent
and a steward ask for pages. Prints one JSON object; ends with 1 where a single line differs.
Seconds are wall time, milliseconds those of pages while it went on.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.bulk_load import load
from bench.customers import write_customers
from bench.meanwhile import Page, asking
from bench.own_database import own_database

ANSWERED = 400
SEED = 7
STRICTER_BITS = 6.0
ANA, SOL, KIM = (f"{name}@harbourpine.example" for name in ("ana", "sol", "kim"))


def main(arguments: list[str]) -> int:
    records = int(arguments[0]) if arguments else 4000
    os.environ["C360_LOOKUPS_PER_MINUTE"] = "9999"
    with own_database() as data:
        found = measure(data / "files", records)
    print(json.dumps(found, indent=2))
    return 0 if found["taken_back_exactly"] else 1


class Stopwatch:
    """Wall seconds by what was done, and what pages took meanwhile."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.milliseconds: dict[str, dict[str, dict[str, float]]] = {}

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 1)

    @contextmanager
    def beside_pages(self, name: str, pages: Sequence[Page]) -> Iterator[None]:
        with asking(pages) as self.milliseconds[name], self.on(name):
            yield


def measure(folder: Path, records: int) -> dict[str, Any]:
    """The whole way; the servers run."""
    from c360.jobs.working import run_waiting
    from matching.fitting.versions import model_of
    from matching.models import MatchModelVersion
    from matching.resolving.resolve import resolve_all
    from matching.rules.publishing import publish_on_evidence, take_back
    from matching.rules.simulating import start_simulation

    watch = Stopwatch()
    with watch.on("load"):
        write_customers(folder, records=records, seed=SEED)
        load(records, seed=SEED)
        resolve_all()
    sol, kim = _stewards()
    _answer(folder, sol)
    before = _exported(folder / "before.csv")
    draft = _draft(sol)
    pages = _pages()
    with watch.beside_pages("simulate", pages):
        job = start_simulation(draft, whole=True, by=sol)
        run_waiting()
    job.refresh_from_db()
    draft.refresh_from_db()
    publish_on_evidence(draft, scope="all", by=kim)
    with watch.beside_pages("publish", pages):
        resolve_all()
    changed = _exported(folder / "changed.csv")
    take_back(by=sol)
    with watch.on("take_back"):
        resolve_all()
    after = _exported(folder / "after.csv")
    live = MatchModelVersion.objects.get(state="live").version
    return {
        "records": records,
        "live": live,
        "join_bits": model_of(live).join_bits,
        "simulated": job.result,
        "seconds": watch.seconds,
        "pages_meanwhile": watch.milliseconds,
        "lines_changed_by_publishing": sum(
            one != other for one, other in zip(before, changed, strict=True)
        ),
        "taken_back_exactly": before == after,
    }


def _stewards() -> tuple[Any, Any]:
    """Two of those who may sign in, as in the demo."""
    from c360.demo.accounts import make_sign_ins
    from c360.models import User

    make_sign_ins()
    sol, kim = (User.objects.get(email=email) for email in (SOL, KIM))
    return sol, kim


def _pages() -> list[Page]:
    """What an agent and another steward look at: pages that anybody waits for."""
    from profiles.models import Profile

    customer = Profile.objects.filter(record_count=2).order_by("pk")[0]
    return [
        Page("customer", ANA, f"/c/{customer.pk}/"),
        Page("search", ANA, "/search/", {"q": customer.display_name}),
        Page("queue", KIM, "/review/"),
        Page("lab", KIM, "/rules/"),
    ]


def _answer(folder: Path, by: Any) -> None:
    """Let somebody who knows the truth answer links, one in so many, by the usual way."""
    from matching.deciding.decisions import record_decision
    from matching.fitting.evaluation import read_truth, true_pairs
    from matching.models import Link, ReviewCase
    from matching.refusals import DecisionRefused

    true = true_pairs(read_truth(folder / "truth.csv"))
    links = list(Link.objects.order_by("lo", "hi").values_list("lo_id", "hi_id"))
    for lo, hi in links[:: max(1, len(links) // ANSWERED)]:
        verdict = "same" if (lo, hi) in true else "different"
        facts = {"lo_id": lo, "hi_id": hi, "weight_bits": 0.0}
        case = ReviewCase.objects.open().filter(lo=lo, hi=hi).first()
        case = case or ReviewCase.objects.create(**facts, reason=ReviewCase.Reason.AUDIT)
        try:
            record_decision(case, lo=lo, hi=hi, verdict=verdict, decided_by=by)
        except DecisionRefused:
            case.delete()


def _draft(by: Any) -> Any:
    from matching.models import MatchModelVersion
    from matching.rules.drafts import make_draft

    live = MatchModelVersion.objects.get(state="live")
    bits = live.spec["thresholds"]
    return make_draft(
        live,
        name="stricter",
        join_bits=bits["join_bits"] + STRICTER_BITS,
        review_bits=bits["review_bits"],
        limits={},
        made_by=by,
    )


def _exported(path: Path) -> list[str]:
    from django.core.management import call_command

    call_command("export_clusters", str(path), verbosity=0, stdout=sys.stderr)
    return path.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
