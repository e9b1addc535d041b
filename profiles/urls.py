"""Pages about customers."""

from django.urls import path

from profiles import views

app_name = "profiles"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("c/<str:profile_id>/", views.customer, name="customer"),
    path("c/<str:profile_id>/timeline/", views.timeline, name="timeline"),
    path("c/<str:profile_id>/field/<path:attribute>/", views.field, name="field"),
    path("c/<str:profile_id>/records/", views.records, name="records"),
]
