"""Pages about what a customer allowed."""

from django.urls import path

from consent.views import (
    activities,
    audit,
    bases,
    capture,
    effect,
    ledger,
    own_data,
    panel,
    policies,
    purposes,
    receipts,
)

app_name = "consent"
urlpatterns = [
    path("c/<str:profile_id>/contact/", panel.panel, name="panel"),
    path("review/<int:pk>/consent/", effect.effect, name="effect"),
    path("c/<str:profile_id>/consent/", ledger.ledger, name="ledger"),
    path("c/<str:profile_id>/own-data/", own_data.own_data, name="own-data"),
    path("c/<str:profile_id>/contact/say/", capture.say, name="say"),
    path("consent/", ledger.whole_ledger, name="entries"),
    path("consent/<uuid:entry_id>/proof/", receipts.proof, name="proof"),
    path("consent/<uuid:entry_id>/correct/", ledger.correct, name="correct"),
    path("consent/receipts/<uuid:entry_id>.jsonld", receipts.jsonld, name="receipt"),
    path("consent/purposes/", purposes.purposes, name="purposes"),
    path("consent/purposes/new/", purposes.new_purpose, name="new-purpose"),
    path("consent/purposes/<slug:key>/", purposes.purpose, name="purpose"),
    path("consent/texts/", policies.texts, name="texts"),
    path("consent/texts/new/", policies.new_text, name="new-text"),
    path("consent/texts/<int:text_id>/", policies.text, name="text"),
    path("consent/texts/<int:text_id>/publish/", policies.publish, name="publish"),
    path("consent/activities/", activities.activities, name="activities"),
    path("consent/activities.csv", activities.activities_csv, name="activities-csv"),
    path("consent/activities.json", activities.activities_json, name="activities-json"),
    path("consent/activities/new/", activities.new_activity, name="new-activity"),
    path("consent/activities/<int:activity_id>/", activities.activity, name="activity"),
    path("consent/bases/", bases.bases, name="bases"),
    path("audit/", audit.audit, name="audit"),
    path("audit/verify/", audit.verify, name="audit-verify"),
]
