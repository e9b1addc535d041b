"""Tasks of the frame itself."""

from celery import shared_task
from django.conf import settings

from c360 import liveness


@shared_task(expires=liveness.DEAF_AFTER_SECONDS)
def canary() -> None:
    """Show that a worker takes tasks. Safe to repeat."""
    liveness.note(settings.REDIS_URL)
