"""The Celery application. Its messages are hints; what must not be lost is in PostgreSQL."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init, worker_ready
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "c360.settings")

from django.conf import settings

from c360.checks import refuse_to_start
from c360.garbage import collect_seldom
from c360.liveness import EVERY_SECONDS

SWEEP_SECONDS = 5
PERMISSION_SECONDS = 10
FIT_SECONDS = 900
SIGN_SECONDS = 300
JOB_SECONDS = 10
COUNT_SECONDS = 300
STAKE_SECONDS = 60
CHECK_SECONDS = 600
SPREAD_SECONDS = 10
END_SECONDS = 10

app = Celery("c360")
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # the queue may be away for long; keep trying
    broker_transport_options={
        "visibility_timeout": 600,  # no task runs longer than a minute
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "health_check_interval": 10,
    },
    worker_cancel_long_running_tasks_on_connection_loss=False,  # its work is in PostgreSQL
    # Gossip and remote control stay on: a worker with neither never hears from a restarted
    # queue again (seen with Celery 5.7).
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_acks_on_failure_or_timeout=True,  # what failed is tried again from its table
    task_ignore_result=True,
    task_soft_time_limit=50,
    task_time_limit=60,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=5,
    task_serializer="json",
    accept_content=["json"],
    # The canary has a queue of its own: behind a long row of hints it would look like a deaf
    # worker.
    task_queues=[Queue("celery"), Queue("canary")],
    task_default_queue="celery",
    task_routes={"c360.tasks.canary": {"queue": "canary"}},
    timezone="UTC",
    beat_schedule_filename=str(settings.C360_DATA_DIR / "beat-schedule"),
    beat_schedule={
        "sweep": {
            "task": "matching.tasks.sweep",
            "schedule": SWEEP_SECONDS,
            "options": {"expires": SWEEP_SECONDS},
        },
        "permissions": {
            "task": "consent.tasks.catch_up",
            "schedule": PERMISSION_SECONDS,
            "options": {"expires": PERMISSION_SECONDS},
        },
        "fit": {
            "task": "matching.tasks.fit_model",
            "schedule": FIT_SECONDS,
            "options": {"expires": FIT_SECONDS},
        },
        "stakes": {
            "task": "matching.tasks.refresh_stakes",
            "schedule": STAKE_SECONDS,
            "options": {"expires": STAKE_SECONDS},
        },
        "sign heads": {
            "task": "consent.tasks.sign_heads",
            "schedule": SIGN_SECONDS,
            "options": {"expires": SIGN_SECONDS},
        },
        "jobs": {
            "task": "c360.tasks.run_jobs",
            "schedule": JOB_SECONDS,
            "options": {"expires": JOB_SECONDS},
        },
        "count quality": {
            "task": "matching.tasks.count_quality",
            "schedule": COUNT_SECONDS,
            "options": {"expires": COUNT_SECONDS},
        },
        "check joins": {
            "task": "matching.tasks.check_joins",
            "schedule": CHECK_SECONDS,
            "options": {"expires": CHECK_SECONDS},
        },
        "spread rules": {
            "task": "profiles.tasks.spread_rules",
            "schedule": SPREAD_SECONDS,
            "options": {"expires": SPREAD_SECONDS},
        },
        "end overrides": {
            "task": "profiles.tasks.end_overrides",
            "schedule": END_SECONDS,
            "options": {"expires": END_SECONDS},
        },
        "canary": {"task": "c360.tasks.canary", "schedule": EVERY_SECONDS},
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def log_like_the_pages(**_: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)


@worker_process_init.connect
def do_without_pauses(**_: Any) -> None:
    collect_seldom()


@worker_init.connect
def run_as_the_lesser_role(**_: Any) -> None:
    """End here if a mistake of a worker could change tables or the ledger."""
    refuse_to_start()


@worker_ready.connect
def send_first_canary(**_: Any) -> None:
    """Do not wait for the clock to show that this worker takes tasks."""
    app.send_task("c360.tasks.canary", queue="canary")
