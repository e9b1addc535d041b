from django.apps import AppConfig


class C360Config(AppConfig):
    """The frame: users, settings, commands. No customer logic lives here."""

    name = "c360"
    verbose_name = "Customer 360"
