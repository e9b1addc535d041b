"""Which function does which kind of job."""

from collections.abc import Callable
from typing import Any

from c360.jobs.run import Run

Work = Callable[..., dict[str, Any]]
_work_of: dict[str, Work] = {}


def register_kind(kind: str, work: Work) -> None:
    """Let `work(run, **arguments)` do the jobs of a kind; what it returns is their result.

    An app registers its kinds when it starts. The work tells `run` how far it is, which also
    ends it where somebody has cancelled; it raises `Unable` for what people should read.
    """
    _work_of[kind] = work


def work_on(run: Run, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do the work of one job. Raises `KeyError` for a kind nobody has registered."""
    return _work_of[kind](run, **arguments)
