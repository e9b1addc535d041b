from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Which records are one person: candidates, weights, clusters, review."""

    name = "matching"

    def ready(self) -> None:
        from c360.jobs import register_kind
        from c360.live import register_topic
        from c360.sentences import know
        from matching import pressure, receivers, rehearsal  # noqa: F401  # connects them
        from matching.api import confidence_of_each, confidence_part
        from matching.confidence import doubted_records
        from matching.data_quality.counting import QUALITY
        from matching.reports.outcomes import suspects
        from matching.review import QUEUE, REVIEW
        from matching.rules import simulating
        from matching.rules.drafts import train_in_background
        from matching.rules.topics import RULES
        from matching.sentences import SENTENCES
        from matching.telling import news
        from matching.views import fragments, quality, report
        from matching.views.relations import relations_panel
        from profiles.api.parts import register_part
        from profiles.desk.attention.registry import register_doubt
        from profiles.desk.brief import register_word
        from profiles.desk.news import register_news
        from profiles.desk.panels import register_panel
        from profiles.desk.suspects import register_suspects

        know(*SENTENCES)
        register_kind(simulating.SIMULATE, simulating.simulate)
        register_kind(simulating.TRAIN, train_in_background)
        register_topic("job", REVIEW)
        register_topic(RULES, REVIEW)
        register_word("confidence", fragments.confidence_word)
        register_topic(QUEUE, REVIEW)
        register_topic(QUALITY, quality.SEE)
        register_panel("confidence", fragments.confidence_panel)
        register_panel("uncertain", fragments.uncertain_panel)
        register_panel("reports", report.reports_panel)
        register_panel("relations", relations_panel, in_frames=lambda request, profile: "")
        register_suspects(suspects)
        register_doubt("review", doubted_records)
        register_part("confidence", confidence_part, of_each=confidence_of_each)
        register_news("joins", news.joins_mark, news.say_joins)
        register_news("locks", news.locks_mark, news.say_locks, permission=REVIEW)
        register_news("questions", news.questions_mark, news.say_questions)
