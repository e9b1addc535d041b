"""The tables of docs/benchmarks.md from what the benchmarks print.

python -m bench.tables quality.json [live.json]
"""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


def main(arguments: list[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    for argument in arguments:
        report = json.loads(Path(argument).read_text(encoding="utf-8"))
        is_live = "sizes" in report
        print(table(*(live(report) if is_live else quality(report))), end="\n\n")
    return 0


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def quality(report: dict[str, Any]) -> tuple[Sequence[str], list[list[object]]]:
    """Ours at default settings beside Splink at its best and at two fixed thresholds."""
    header = (
        *("set", "records", "B³ F1", "Splink best", "at 0.95", "at 0.99", "join precision"),
        *(
            "Splink at 0.95",
            "before fitting",
            "closure recall",
            "candidates",
            "missed",
            "not asked",
            "queue",
            "questions",
        ),
    )
    return header, [_of_set(each) for each in report["sets"]]


def _of_set(found: dict[str, Any]) -> list[object]:
    ours, splink = found["ours"], found.get("splink")
    theirs: list[object] = ["", "", ""]
    if splink:
        theirs = [_f(splink[at]["b_cubed"]["f1"]) for at in ("best", "at_0.95", "at_0.99")]
    return [
        *(found["set"], f"{found['records']:,}", _f(ours["b_cubed"]["f1"]), *theirs),
        _f(ours["join_precision"]),
        _f(splink["at_0.95"]["join_precision"]) if splink else "",
        _f(ours["as_shipped"]["b_cubed"]["f1"]),
        *(_f(ours["closure_recall"]), ours["candidates_per_record"]),
        f"{ours['missed_reachable']:.1%}",
        f"{ours['missed_unasked']:.1%}",
        f"{ours['review_pairs_per_record']:.1%}",
        f"{ours['questions_per_record']:.1%}",
    ]


def live(report: dict[str, Any]) -> tuple[Sequence[str], list[list[object]]]:
    """Milliseconds by the number of stored records."""
    header = (
        *("stored", "candidates + weights p50", "p95", "p99"),
        *("one new record p50", "p95", "p99", "records/s in batches"),
    )
    return header, [
        [
            f"{each['stored']:,}",
            *(each["candidates_and_weights"][cut] for cut in ("p50", "p95", "p99")),
            *(each["one_new_record"][cut] for cut in ("p50", "p95", "p99")),
            each["arriving_in_batches"]["records_per_second"],
        ]
        for each in report["sizes"]
    ]


def _f(value: float) -> str:
    return f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
