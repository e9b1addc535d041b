"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from c360 import api_docs, views
from c360.health import healthz
from c360.live.listener import PATH
from c360.live.views import live
from c360.second_step.sign_in import SignInCode
from c360.second_step.views import end, renew, second_step
from c360.tokens.views import revoke_token, tokens

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.SignIn.as_view(), name="login"),
    path("login/code/", SignInCode.as_view(), name="login-code"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("preferences/", views.preferences, name="preferences"),
    path("second-step/", second_step, name="second-step"),
    path("second-step/recovery-codes/", renew, name="second-step-codes"),
    path("second-step/end/", end, name="second-step-end"),
    path("tokens/", tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", revoke_token, name="revoke-token"),
    path("healthz", healthz, name="healthz"),
    path(PATH.removeprefix("/"), live, name="live"),
    path("admin/login/", views.admin_sign_in),
    path("admin/logout/", views.SignOut.as_view()),
    path("admin/", admin.site.urls),
    path("api/", api_docs.page, name="api-docs"),
    path("api/schema/", api_docs.SchemaView.as_view(), name="api-schema"),
    path("api/v1/", include("profiles.api_urls")),
    path("api/v1/", include("matching.api_urls")),
    path("api/v1/", include("consent.api_urls")),
    path("", include("profiles.urls")),
    path("", include("matching.urls")),
    path("", include("consent.urls")),
]

handler500 = "c360.views.server_error"
