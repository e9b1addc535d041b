"""Bodies sent in chunks (`Transfer-Encoding: chunked`), which say not how long they are.

Django reads as much of a body as its `Content-Length` says, so of these it would read nothing.
"""

from collections.abc import Callable
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import RequestDataTooBig

CHUNKED = "HTTP_TRANSFER_ENCODING"
Application = Callable[[Any, Any], Any]  # what a web server calls: environment, start_response


class Stream(Protocol):
    """A body as the server hands it over."""

    def read(self, size: int) -> bytes: ...
    def readline(self, size: int) -> bytes: ...


def with_lengths(application: Application) -> Application:
    """Let the application read bodies in chunks, up to `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes.

    Nothing is read before the application asks: who may not send holds no thread for long.
    """

    def measured(environ: Any, start_response: Any) -> Any:
        if environ.get(CHUNKED):
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            environ |= {
                "CONTENT_LENGTH": str(most),  # nobody reads beyond it
                "wsgi.input": AtMost(environ["wsgi.input"], most),
            }
        return application(environ, start_response)

    return measured


class AtMost:
    """A body of unknown length; one that goes on after `most` bytes is refused, never cut."""

    def __init__(self, stream: Stream, most: int) -> None:
        self._stream, self._left = stream, most

    def read(self, size: int) -> bytes:
        """Raises `RequestDataTooBig`, which Django answers with 400."""
        return self._counted(self._stream.read(size))

    def readline(self, size: int) -> bytes:
        """Raises `RequestDataTooBig`, which Django answers with 400."""
        return self._counted(self._stream.readline(size))

    def _counted(self, part: bytes) -> bytes:
        self._left -= len(part)
        if self._left <= 0 and self._stream.read(1):
            raise RequestDataTooBig("The body is larger than DATA_UPLOAD_MAX_MEMORY_SIZE.")
        return part
