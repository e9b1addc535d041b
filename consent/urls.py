"""Pages about what a customer allowed."""

from django.urls import path

from consent.views import ledger, panel

app_name = "consent"
urlpatterns = [
    path("c/<str:profile_id>/contact/", panel.panel, name="panel"),
    path("c/<str:profile_id>/consent/", ledger.ledger, name="ledger"),
]
