"""Settings of Customer 360, read from the environment; the README has the table."""

import os
from pathlib import Path

import dj_database_url

from c360.checks import YES, check_environment, https
from c360.services import StartError, complain
from c360.services.addresses import app_credentials, database_url, redis_url
from c360.services.attach import data_folder

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_FOLDER = data_folder()
C360_DATA_DIR = DATA_FOLDER.path
try:
    check_environment(os.environ)
    SAVED = DATA_FOLDER.saved  # made at the first start; the environment comes first
except StartError as error:
    complain(error)

SECRET_KEY = os.environ.get("SECRET_KEY") or SAVED.get("secret_key", "")
BLOCK_KEY_SECRET = os.environ.get("C360_BLOCK_KEY_SECRET") or SAVED.get("block_key_secret", "")
EVIDENCE_KEY = os.environ.get("C360_EVIDENCE_KEY") or SAVED.get("evidence_key", "")
LEDGER_KEY = os.environ.get("C360_LEDGER_KEY") or SAVED.get("ledger_key", "")
LEDGER_HEADS = os.environ.get("C360_LEDGER_HEADS", "")
DEBUG = False
ALLOWED_HOSTS = (os.environ.get("ALLOWED_HOSTS") or "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "c360",
    "profiles",
    "matching",
    "consent",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "c360.middleware.ErrorId",
    "c360.middleware.PrivatePages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "c360.middleware.SessionLimits",
    "c360.personal.Personal",
    "c360.middleware.SignInRequired",
    "c360.second_step.required.SecondStepRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "c360.middleware.MovedCustomers",
    "consent.middleware.AccessLog",  # the last: it sees what the views themselves answer
]

ROOT_URLCONF = "c360.urls"
ASGI_APPLICATION = "c360.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "c360.navigation.navigation",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        database_url(os.environ, DATA_FOLDER),
        conn_max_age=60 * 60,  # a new one has to plan everything again
        conn_health_checks=True,
    )
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
DATABASE_APP_ROLE, DATABASE_APP_PASSWORD = app_credentials(os.environ, DATA_FOLDER)
REDIS_URL = redis_url(os.environ, DATA_FOLDER)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            "pool_class": "c360.cache.SharedPool",
            "socket_timeout": 3,
            "socket_connect_timeout": 3,
        },
    }
}

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "c360.tokens.refusals.tell",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Customer 360",
    "DESCRIPTION": "Records in, customers out: for systems that send and desks that embed.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SORT_OPERATIONS": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "PREPROCESSING_HOOKS": ["c360.api_docs.only_calls"],
}

AUTH_USER_MODEL = "c360.User"
AUTHENTICATION_BACKENDS = ["c360.backends.RolesBackend"]
_CHECKS = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _CHECKS + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _CHECKS + "UserAttributeSimilarityValidator"},
    {"NAME": _CHECKS + "CommonPasswordValidator"},
    {"NAME": _CHECKS + "NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
CSRF_FAILURE_VIEW = "c360.views.csrf_failure"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
SESSION_COOKIE_AGE = 8 * 60 * 60  # c360.middleware.SessionLimits ends idle ones earlier
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]  # each in its own words
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["c360.formats"]
TIME_ZONE = os.environ.get("TIME_ZONE") or "Europe/London"
USE_TZ = True
C360_DEFAULT_REGION = os.environ.get("C360_DEFAULT_REGION") or "GB"
C360_LOOKUPS_PER_MINUTE = int(os.environ.get("C360_LOOKUPS_PER_MINUTE") or 30)
# Receipts of consent name whose data it is, and where a person takes a yes back.
# Of the joins of a version, a source or two, at least this share must be right, 0 to 1.
C360_PRECISION_FLOOR = float(os.environ.get("C360_PRECISION_FLOOR") or 0.95)
# Risky joins need a second person.
C360_FOUR_EYES = (os.environ.get("C360_FOUR_EYES") or "on").lower() in YES
# The share of answered pairs that a second steward is asked blind, 0 to 1.
C360_DOUBLE_READS = float(os.environ.get("C360_DOUBLE_READS") or 0.05)
C360_ORGANISATION = os.environ.get("C360_ORGANISATION") or "The operator"
C360_PRIVACY_CONTACT = os.environ.get("C360_PRIVACY_CONTACT") or ""
# Pages of these origins may show the compact panel of a customer in a frame.
C360_EMBED_ORIGINS = list(filter(None, os.environ.get("C360_EMBED_ORIGINS", "").split(",")))
# What pages and interfaces show only on demand; profiles.desk.masking reads it.
C360_MASKED = (
    os.environ.get("C360_MASKED")
    or "phone,birth_date,identifiers.*,!identifiers.loyalty*,!identifiers.customer*,"
    "custom.*,!custom.segment"
).split(",")
C360_SHOW_SECONDS = int(os.environ.get("C360_SHOW_SECONDS") or 60)
# Agents see masked values only once the caller has told two facts; profiles.desk.verified.
C360_VERIFY_CALLERS = os.environ.get("C360_VERIFY_CALLERS", "").lower() in YES

# Groups whose people set up a second step of sign-in before anything else.
C360_REQUIRE_SECOND_STEP = list(
    filter(None, os.environ.get("C360_REQUIRE_SECOND_STEP", "").split(","))
)

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"

C360_HTTPS = https(os.environ)
if C360_HTTPS:
    # With the prefix __Host- a browser takes the cookie from this very host by https only.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from inside, by http

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "private": {
            "()": "c360.logs.PrivateFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "private"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "celery": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
