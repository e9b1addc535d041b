"""What the tests of pages share: a request as htmx sends it, an answer as one line of text."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

    Answer = _MonkeyPatchedWSGIResponse
else:
    Answer = object

HTMX = {"HX-Request": "true"}


def text(answer: Answer) -> str:
    """The body on one line, without the marks inside compared values."""
    body = answer.content.decode().replace("<mark>", "").replace("</mark>", "")
    return " ".join(body.split())
