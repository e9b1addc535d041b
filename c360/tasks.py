"""Tasks of the frame itself."""

from celery import shared_task
from django.conf import settings

from c360 import liveness

LONGEST_JOB = 4 * 3600  # seconds, all that wait together


@shared_task(expires=liveness.DEAF_AFTER_SECONDS)
def canary() -> None:
    """Show that a worker takes tasks. Safe to repeat."""
    liveness.note(settings.REDIS_URL)


@shared_task(acks_late=True, soft_time_limit=LONGEST_JOB, time_limit=LONGEST_JOB + 60)
def run_jobs() -> int:
    """Do the jobs that wait, unless another worker is at it. Safe to repeat."""
    from c360.jobs.working import run_waiting_gently

    return run_waiting_gently()
