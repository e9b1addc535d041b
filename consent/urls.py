"""Pages about what a customer allowed."""

from django.urls import path

from consent import views

app_name = "consent"
urlpatterns = [
    path("c/<str:profile_id>/contact/", views.panel, name="panel"),
    path("c/<str:profile_id>/consent/", views.ledger, name="ledger"),
]
