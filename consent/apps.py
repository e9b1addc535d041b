from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    """The consent ledger and what may be done with a customer's data."""

    name = "consent"
    verbose_name = _("Consent")

    def ready(self) -> None:
        from consent import bases, news, receivers, rehearsal  # noqa: F401  # connects them
        from consent.access import log as access_log  # noqa: F401  # connects them
        from consent.api import allowed_part
        from consent.attention import SEE_ANSWER, allowed_words, contact_bans
        from consent.foretelling import permissions_told
        from consent.permitting.effect import pairs_that_change
        from consent.views.panel import contact_panel, contact_to_read
        from matching.alike.objections import register_objection
        from matching.telling.foretelling import register_foreteller
        from profiles.api.parts import register_part
        from profiles.desk.attention.registry import register_attention
        from profiles.desk.brief import register_word
        from profiles.desk.news import register_news
        from profiles.desk.panels import register_panel

        register_foreteller(permissions_told)
        register_panel("contact", contact_panel, in_frames=contact_to_read)
        register_attention("contact", contact_bans)
        register_word("contact", allowed_words)
        register_objection(pairs_that_change)
        register_part("may_contact", allowed_part)
        register_news("permissions", news.mark, news.say, SEE_ANSWER)
