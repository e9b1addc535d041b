"""`/healthz`: can people work, and is anything piling up? For probes; no customer data.

Each part is asked in a thread of its own and given a second, so that the answer comes even
when a part is down or silent.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from c360 import liveness
from c360.showing import shows_no_customer_data
from matching.resolving.queue import set_aside, waiting

PATIENCE_SECONDS = 0.9
EMPTY: dict[str, Any] = {"dirty": None, "oldest_seconds": None, "set_aside": None}
_askers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="health")


@shows_no_customer_data
@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, queue and worker are at work; 503 otherwise."""
    database = _askers.submit(_ask_database)
    queue = _askers.submit(_ask_queue)
    waits = _in_time(database.result)
    worker = _in_time(queue.result)
    states = {
        "database": _word(waits is not None),
        "queue": _word(worker is not None),
        "worker": _word(bool(worker)),
    }
    well = set(states.values()) == {"ok"}
    report = {"status": _word(well), **states, "backlog": waits or EMPTY}
    return JsonResponse(report, status=200 if well else 503)


def _word(well: bool) -> str:
    return "ok" if well else "down"


def _in_time(result: Callable[[float], Any]) -> Any:
    try:
        return result(PATIENCE_SECONDS)
    except (TimeoutError, DatabaseError, redis.RedisError):
        return None


def _ask_database() -> dict[str, int]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '800ms'")
        return backlog()
    finally:
        connection.close()  # this thread's own


def backlog() -> dict[str, int]:
    """How many records wait to be resolved, for how long the oldest does, how many failed."""
    found = waiting().aggregate(dirty=Count("pk"), oldest=Min("created_at"))
    oldest = found["oldest"]
    age = (timezone.now() - oldest).total_seconds() if oldest else 0
    return {
        "dirty": found["dirty"],
        "oldest_seconds": max(0, int(age)),
        "set_aside": set_aside().count(),
    }


def _ask_queue() -> bool:
    """Whether a worker took a task lately. Raises `RedisError` if the queue is down."""
    return liveness.is_recent(liveness.seen(settings.REDIS_URL))
