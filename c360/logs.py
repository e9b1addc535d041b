"""Log lines that name what failed and where, never the values it failed on."""

import logging
import traceback
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class PrivateFormatter(logging.Formatter):
    """Leaves out what exceptions say: a duplicate key is told with the customer's e-mail.

    The class of the exception and the lines of code are kept, along the chain of causes.
    """

    def format(self, record: logging.LogRecord) -> str:
        data = getattr(record, "data", None)
        if record.name == "celery.app.trace" and isinstance(data, dict):
            record.msg, record.args = "task %s %s failed", (data["name"], data["id"])
        record.exc_text = None  # of another formatter
        return super().format(record)

    def formatException(self, ei: ExcInfo | tuple[None, None, None]) -> str:
        return "\n".join(_without_words(ei[1])) if ei[1] is not None else ""


def _without_words(error: BaseException) -> list[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [*_without_words(cause), "-- which led to:"] if cause is not None else []
    frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    kind = type(error)
    return [*before, frames, f"{kind.__module__}.{kind.__qualname__}"]
