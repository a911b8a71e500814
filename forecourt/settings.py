"""Django's settings. What differs between installations comes from the environment and from FORECOURT_HOME."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from forecourt.faces.backoffice import look
from forecourt.faces.watch import logs
from forecourt.kernel import database
from forecourt.kernel.crypto import secret

PACKAGE = Path(__file__).parent

SECRET_KEY = secret("django_key")
DEBUG = os.environ.get("FORECOURT_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("FORECOURT_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("FORECOURT_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "forecourt.faces.backoffice",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "forecourt.kernel",
    "forecourt.organisation",
    "forecourt.catalogue",
    "forecourt.customers",
    "forecourt.loyalty",
    "forecourt.offers",
    "forecourt.coupons",
    "forecourt.sales",
    "forecourt.rewards",
    "forecourt.games",
    "forecourt.occasions",
    "forecourt.accounts",
    "forecourt.connectors.pos",
    "forecourt.faces.api",
    "forecourt.faces.jobs",
]

MIDDLEWARE = [
    "forecourt.faces.watch.middleware.WatchMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "forecourt.faces.backoffice.middleware.OfficeMiddleware",
]

ROOT_URLCONF = "forecourt.faces.urls"
WSGI_APPLICATION = "forecourt.faces.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database.django_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisation.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["forecourt.faces.signin.StaffBackend"]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = os.environ.get("FORECOURT_ZONE", "Asia/Shanghai")
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

UNFOLD = look.UNFOLD
LOGGING = logs.configuration()

DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
"""Bytes of one request's body: a list of 5,000 sales fits."""
