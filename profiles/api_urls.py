"""Addresses other systems send to, below `api/v1/`."""

from django.urls import path

from profiles.api.attention import AttentionView
from profiles.api.embed_links import EmbedLinksView
from profiles.api.lookup import LookupView
from profiles.api.profile import ProfileView
from profiles.api.records import RecordsView
from profiles.api.timeline import TimelineView

app_name = "api"
urlpatterns = [
    path("records/", RecordsView.as_view(), name="records"),
    path("profiles/lookup/", LookupView.as_view(), name="lookup"),
    path("profiles/<str:profile_id>/", ProfileView.as_view(), name="profile"),
    path("profiles/<str:profile_id>/attention/", AttentionView.as_view(), name="attention"),
    path("embed-links/", EmbedLinksView.as_view(), name="embed-links"),
    path("profiles/<str:profile_id>/timeline/", TimelineView.as_view(), name="timeline"),
]
