from django.apps import AppConfig


class C360Config(AppConfig):
    """The frame: users, settings, commands. No customer logic lives here."""

    name = "c360"
    verbose_name = "Customer 360"

    def ready(self) -> None:
        """Make the Celery application known, so that tasks are sent to our queue."""
        import c360.celery  # noqa: F401 - importing it is the point
