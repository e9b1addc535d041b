"""Pages about customers."""

from django.urls import path

from profiles.views import (
    attention,
    brief,
    corrections,
    customer,
    embed,
    embed_call,
    news,
    notes,
    override,
    provenance,
    reveal,
    search,
    timeline,
    verify,
)

app_name = "profiles"
urlpatterns = [
    path("embed/", embed_call.embed_call, name="embed-call"),
    path("embed/c/<str:profile_id>/", embed.embed, name="embed"),
    path("embed/link/<str:secret>/", embed.embed_link, name="embed-link"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("pop/", search.pop, name="pop"),
    path("c/<str:profile_id>/", customer.customer, name="customer"),
    path("c/<str:profile_id>/timeline/", timeline.timeline, name="timeline"),
    path("c/<str:profile_id>/timeline/<str:place>/", timeline.steps, name="steps"),
    path("c/<str:profile_id>/brief/", brief.brief, name="brief"),
    path("c/<str:profile_id>/attention/", attention.attention, name="attention"),
    path("c/<str:profile_id>/field/<path:attribute>/", provenance.field, name="field"),
    path("c/<str:profile_id>/news/", news.news, name="news"),
    path("c/<str:profile_id>/reveal/<path:attribute>/", reveal.reveal, name="reveal"),
    path("c/<str:profile_id>/verify/", verify.verify, name="verify"),
    path("c/<str:profile_id>/notes/", notes.notes, name="notes"),
    path("c/<str:profile_id>/notes/close/", notes.close, name="close-note"),
    path("c/<str:profile_id>/wrong/<path:attribute>/", corrections.wrong, name="wrong"),
    path("c/<str:profile_id>/correct/<path:attribute>/", corrections.correct, name="correct"),
    path(
        "c/<str:profile_id>/corrections/<uuid:proposal_id>/withdraw/",
        corrections.withdraw,
        name="withdraw-correction",
    ),
    path("c/<str:profile_id>/choose/<path:attribute>/", override.override, name="override"),
    path(
        "c/<str:profile_id>/choices/<uuid:override_id>/take-back/",
        override.take_back,
        name="take-back-override",
    ),
    path("c/<str:profile_id>/records/", customer.records, name="records"),
]
