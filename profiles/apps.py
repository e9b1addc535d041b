from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    """Sources, source records as they arrived, profiles and timelines."""

    name = "profiles"
