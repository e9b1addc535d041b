"""Addresses other systems and scripts ask about consent, below `api/v1/`."""

from django.urls import path

from consent.api import CheckView, ConsentView, MayContactView

app_name = "consent-api"
urlpatterns = [
    path("profiles/<str:profile_id>/consent/", ConsentView.as_view(), name="consent"),
    path(
        "profiles/<str:profile_id>/may-contact/", MayContactView.as_view(), name="may-contact"
    ),
    path("permissions/check", CheckView.as_view(), name="check"),
]
