from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Which records are one person: candidates, weights, clusters, review."""

    name = "matching"

    def ready(self) -> None:
        from matching import pressure, receivers  # noqa: F401  # importing connects them
        from matching.views import fragments
        from profiles.desk.panels import register_panel

        register_panel("confidence", fragments.confidence_panel)
        register_panel("uncertain", fragments.uncertain_panel)
