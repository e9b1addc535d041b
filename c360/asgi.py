"""The one entry for web servers: `uvicorn c360.asgi:application`.

Pages are ordinary synchronous Django and run in a pool of threads that live as long as the
process, each with its own database connection; docs/decisions/0006 has the measurements.
Streams of live signals must not hold a thread: they are told apart in `application`.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "c360.settings")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from c360.bodies import with_lengths
from c360.checks import refuse_to_start
from c360.garbage import collect_seldom
from c360.live.listener import PATH
from c360.live.stream import Application, Live, Receive, Scope, Send
from c360.rehearsing import rehearsed_pool

THREADS = 8

wsgi = WSGIMiddleware(with_lengths(get_wsgi_application()))
pages: Application = wsgi
live = Live(pages)
refuse_to_start()
wsgi.executor = rehearsed_pool(THREADS)
collect_seldom()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    is_stream = scope["type"] == "http" and scope["path"] == PATH
    await (live if is_stream else pages)(scope, receive, send)
