import logging
import sys

import pytest

from c360.logs import PrivateFormatter


def formatted(**fields: object) -> str:
    record = logging.LogRecord("c360", logging.ERROR, __file__, 1, "failed", (), None)
    record.__dict__.update(fields)
    return PrivateFormatter("%(levelname)s %(message)s").format(record)


def test_an_exception_is_told_by_class_and_line_and_never_by_its_words() -> None:
    try:
        try:
            raise KeyError("ana@example.org")
        except KeyError as error:
            raise ValueError("Key (email)=(ana@example.org) already exists") from error
    except ValueError:
        text = formatted(exc_info=sys.exc_info())

    assert "ana@example.org" not in text.replace(
        'raise KeyError("ana@example.org")', ""
    ).replace('raise ValueError("Key (email)=(ana@example.org) already exists")', "")
    assert "builtins.KeyError" in text
    assert text.endswith("builtins.ValueError")
    assert "test_logs.py" in text


def test_a_failed_task_is_told_by_name_and_id() -> None:
    data = {"name": "matching.tasks.sweep", "id": "7", "exc": "ValueError('ana@example.org')"}

    text = formatted(name="celery.app.trace", msg="%(exc)s", args=data, data=data)

    assert text == "ERROR task matching.tasks.sweep 7 failed"


def test_an_ordinary_line_stays_as_it_is() -> None:
    assert formatted() == "ERROR failed"


@pytest.mark.parametrize("name", ["django.request", "celery.worker", "c360.errors"])
def test_every_logger_of_ours_ends_in_the_private_format(name: str) -> None:
    logger: logging.Logger | None = logging.getLogger(name)
    handlers = []
    while logger is not None:
        handlers += [h for h in logger.handlers if type(h) is logging.StreamHandler]
        logger = logger.parent if logger.propagate else None

    assert handlers
    assert all(isinstance(each.formatter, PrivateFormatter) for each in handlers)
