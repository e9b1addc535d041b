"""How the bodies of calls are read: JSON of a bounded size, every key once."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from profiles.mappings.canonical import Malformed

MOST_BYTES = 1_000_000


class TooLarge(APIException):
    """More than one call may hold."""

    status_code = 413
    default_detail = gettext_lazy(
        "The body is larger than 1 MB. Send fewer records at once; nothing was stored."
    )
    default_code = "too_large"


class Unanswerable(APIException):
    """A question that makes no sense; the message says what would."""

    status_code = 422
    default_code = "unanswerable"


class SmallJSON(BaseParser):
    """JSON of at most 1 MB, with every key once and every number a number."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            return json.loads(body, parse_constant=_refuse, object_pairs_hook=_each_key_once)
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        except Malformed as problem:
            raise ParseError(str(problem)) from None
        except json.JSONDecodeError as problem:
            where = {"line": problem.lineno, "column": problem.colno}
            told = _("The body is not JSON: see line %(line)s, column %(column)s.")
            raise ParseError(told % where) from None
        except ValueError:  # no UTF-8, or a number of thousands of digits
            raise ParseError(_("The body is not JSON in UTF-8.")) from None


def _refuse(name: str) -> NoReturn:
    raise Malformed(f"{name} is no JSON value.")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("An object of the body has the same key twice.")
    return found
