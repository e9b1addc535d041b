"""Addresses other systems and scripts ask about matches, below `api/v1/`."""

from django.urls import path

from matching.api import ExplainView

app_name = "matching-api"
urlpatterns = [
    path("profiles/<str:profile_id>/explain/", ExplainView.as_view(), name="explain"),
]
