"""The one entry for web servers: `uvicorn c360.asgi:application`.

Pages are ordinary synchronous Django and run in a pool of threads that live as long as the
process, each with its own database connection; docs/decisions/0006 has the measurements. A kind
of request that must not hold a thread, like a stream of live signals, is told apart in
`application` and gets its own handler.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "c360.settings")

from a2wsgi import WSGIMiddleware
from a2wsgi.asgi_typing import Receive, Scope, Send
from django.core.wsgi import get_wsgi_application

from c360.bodies import with_lengths
from c360.checks import refuse_to_start

THREADS = 8

pages = WSGIMiddleware(
    with_lengths(get_wsgi_application()),
    workers=THREADS,
)
refuse_to_start()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    await pages(scope, receive, send)
