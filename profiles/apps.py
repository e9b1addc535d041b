from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    """Sources, source records as they arrived, profiles and timelines."""

    name = "profiles"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from c360.jobs import register_kind
        from c360.live import register_topic
        from c360.sentences import know
        from profiles import corrections  # noqa: F401  # importing connects its receiver
        from profiles.access import SEARCH
        from profiles.announcing import CUSTOMER
        from profiles.sentences import SENTENCES
        from profiles.survivorship import overrides, simulating  # noqa: F401  # connects them

        know(*SENTENCES)
        register_topic(CUSTOMER, SEARCH)
        register_kind(simulating.SIMULATE, simulating.simulate)
