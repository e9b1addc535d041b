"""Bodies sent in chunks are read as others are, and refused where they are too long."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest
import uvicorn
from a2wsgi import WSGIMiddleware
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from pytest_django import Settings

from c360.bodies import AtMost, with_lengths
from profiles.api.bodies import MOST_BYTES
from profiles.models import SourceRecord, SourceToken
from tests.profiles.customers import make_source, may_hold

ANNA = {"external_id": "s-1", "attributes": {"given_name": "Anna"}}
CALL = json.dumps({"source": "shop", "records": [ANNA]}).encode()


@pytest.fixture
def token(db: None) -> str:
    """Of a shop that may hold names."""
    shop = make_source("shop")
    may_hold(shop, "given_name")
    return SourceToken.rotate(shop)


class Unread(io.BytesIO):
    """A body nobody may read."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("read before the token was looked at")


class InChunks(ClientHandler):
    """Hands calls to Django as the server does when they came in chunks."""

    def __init__(self, body: io.BytesIO) -> None:
        super().__init__(enforce_csrf_checks=True)
        self._body = body

    def __call__(self, environ: dict[str, Any]) -> Any:
        del environ["CONTENT_LENGTH"]
        environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": self._body}
        handle = super().__call__
        return with_lengths(lambda measured, _: handle(measured))(environ, None)


def send(body: io.BytesIO, *, token: str) -> Any:
    """The answer to records sent in chunks."""
    client = Client()
    client.handler = InChunks(body)
    headers = {"Authorization": f"Bearer {token}"}
    return client.post("/api/v1/records/", CALL, "application/json", headers=headers)


def test_records_sent_in_chunks_are_stored(token: str) -> None:
    answer = send(io.BytesIO(CALL), token=token)

    assert (answer.status_code, answer.json()["new"]) == (200, 1)
    assert SourceRecord.objects.get().attributes == {"given_name": "Anna"}


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 5 * MOST_BYTES])
def test_too_many_bytes_in_chunks_are_refused_as_others_are(size: int, token: str) -> None:
    answer = send(io.BytesIO(CALL.ljust(size)), token=token)

    assert answer.status_code == 413
    assert "1 MB" in answer.json()["detail"]
    assert not SourceRecord.objects.exists()


def test_just_as_many_bytes_as_may_be_are_taken(token: str) -> None:
    assert send(io.BytesIO(CALL.ljust(MOST_BYTES)), token=token).status_code == 200


@pytest.mark.django_db
def test_without_a_token_nothing_of_them_is_read() -> None:
    assert send(Unread(CALL), token="c360_wrong").status_code == 401


def whole(body: bytes) -> bytes:
    """The body as a page of ours reads it."""
    read: list[bytes] = []

    def application(environ: dict[str, Any], start_response: Any) -> None:
        read.append(WSGIRequest(environ).body)

    environ = RequestFactory().generic("POST", "/").environ
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(body)}
    with_lengths(application)(environ, None)
    return read[0]


def test_a_page_reads_up_to_the_limit_and_refuses_more(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    assert whole(b"") == b""
    assert whole(b"0123456789") == b"0123456789"
    with pytest.raises(RequestDataTooBig):
        whole(b"0123456789A")


def test_lines_are_counted_like_everything_else() -> None:
    assert AtMost(io.BytesIO(b"one\ntwo"), 7).readline(7) == b"one\n"
    with pytest.raises(RequestDataTooBig):
        AtMost(io.BytesIO(b"one\ntwo"), 4).readline(4)


def test_a_body_with_a_length_is_left_alone() -> None:
    seen: list[dict[str, Any]] = []
    environ = RequestFactory().post("/", b"abc", content_type="text/plain").environ

    with_lengths(lambda environ, _: seen.append(environ))(dict(environ), None)

    assert seen == [environ]


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [WSGIRequest(environ).body]


@contextmanager
def served(application: Any) -> Iterator[int]:
    """The port at which the real web server serves it."""
    server = uvicorn.Server(
        uvicorn.Config(WSGIMiddleware(application), port=0, log_level="error", lifespan="off")
    )
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def ask(port: int, parts: list[bytes]) -> bytes:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", "/", iter(parts), encode_chunked=True)
        return connection.getresponse().read()


def test_over_the_wire_the_chunks_come_together() -> None:
    with served(with_lengths(echo)) as port:
        assert ask(port, [b"one ", b"two ", b"three"]) == b"one two three"
    with served(echo) as port:  # what Django would read by itself
        assert ask(port, [b"one ", b"two ", b"three"]) == b""
