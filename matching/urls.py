"""Pages about matches: the review queue, splitting, history, and fragments of other pages."""

from django.urls import path

from matching.views import (
    fragments,
    group,
    history,
    quality,
    queue,
    relations,
    report,
    rules,
    studio,
    trust,
    why,
)

app_name = "matching"
CELL = "<str:metric>/<slug:source>/<path:attribute>/"
urlpatterns = [
    path("review/", queue.queue, name="queue"),
    path("review/badge/", fragments.badge, name="badge"),
    path("review/undo/<uuid:action>/", history.undo, name="undo"),
    path("review/reading/<int:reading_id>/", queue.reading, name="reading"),
    path("review/<int:pk>/", queue.case, name="case"),
    path("review/group/<int:pk>/", group.group, name="group"),
    path("review/<int:pk>/decide/", queue.decide, name="decide"),
    path("clusters/<str:profile_id>/", studio.studio, name="studio"),
    path("clusters/<str:profile_id>/news/", studio.studio_news, name="studio-news"),
    path("rules/", rules.lab, name="rules"),
    path("rules/rollout/", rules.rollout, name="rules-rollout"),
    path("rules/train/", rules.train, name="rules-train"),
    path("rules/take-back/", rules.take_back, name="rules-take-back"),
    path("rules/spread/", rules.spread, name="rules-spread"),
    path("rules/jobs/<int:job_id>/cancel/", rules.cancel_job, name="rules-cancel"),
    path("rules/badge/", trust.badge, name="rules-badge"),
    path("rules/stage/<slug:slug>/", trust.move_source, name="rules-stage"),
    path("rules/risky/<path:version>/<int:number>/", trust.risky_pair, name="rules-risky"),
    path("rules/draft/<path:version>/", rules.draft, name="rules-draft"),
    path("rules/report/<path:version>/", rules.report, name="rules-report"),
    path("rules/simulate/<path:version>/", rules.simulate, name="rules-simulate"),
    path("rules/publish/<path:version>/", rules.publish, name="rules-publish"),
    path("rules/version/<path:version>/", rules.version, name="rules-version"),
    path("quality/", quality.quality, name="quality"),
    path("quality/news/", quality.quality_news, name="quality-news"),
    path("quality/count/", quality.count_again, name="quality-count"),
    path("quality/figures.csv", quality.quality_csv, name="quality-csv"),
    path(f"quality/cell/{CELL}", quality.quality_cell, name="quality-cell"),
    path(f"quality/file/{CELL}", quality.quality_file, name="quality-file"),
    path(f"quality/limit/{CELL}", quality.quality_limit, name="quality-limit"),
    path("reports/", report.reports, name="reports"),
    path("c/<str:profile_id>/relations/", relations.relations, name="relations"),
    path("c/<str:profile_id>/report/", report.report, name="report"),
    path("c/<str:profile_id>/history/", history.history, name="history"),
    path("c/<str:profile_id>/why/", why.why, name="why"),
    path("c/<str:profile_id>/under-review/", fragments.uncertain, name="uncertain"),
    path("c/<str:profile_id>/confidence/", fragments.confidence, name="confidence"),
]
