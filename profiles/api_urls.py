"""Addresses other systems send to, below `api/v1/`."""

from django.urls import path

from profiles.api.records import RecordsView

app_name = "api"
urlpatterns = [path("records/", RecordsView.as_view(), name="records")]
