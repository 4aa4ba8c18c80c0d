"""Django's settings, made from `kernel.base.config`; nothing here is a secret."""

import os
import sys
from typing import Any

from anlan.kernel.base.config import config
from anlan.kernel.base.database_line import watched
from anlan.kernel.people.rules import PASSWORD_LENGTH

_config = config()

SECRET_KEY = os.environ.get("ANLAN_SECRET_KEY_FOR_TESTS") or _config.secret("secret_key_file")
DEBUG = False
ALLOWED_HOSTS = ["*"]  # nginx of the installation decides which names are answered
ROOT_URLCONF = "anlan.app.urls"
WSGI_APPLICATION = "anlan.app.wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "zh-hans"
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.gis",
    "axes",
    "procrastinate.contrib.django",
    "anlan.kernel.base",
    "anlan.kernel.places",
    "anlan.kernel.people",
    "anlan.kernel.documents",
    "anlan.kernel.messaging",
    "anlan.kernel.sketches",
    "anlan.kernel.screens",
    "anlan.kernel.subjects",
    "anlan.kernel.sensing",
    "anlan.kernel.maps",
    "anlan.kernel.alerts",
    "anlan.kernel.search",
    "anlan.systems.data_honesty",
    "anlan.systems.data_quality",
    "anlan.systems.firm_day",
    "anlan.systems.desk",
    "anlan.systems.hazchem",
    "anlan.systems.escalation",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]


#: What the address says of TLS (libpq); dropped, the line would go on in clear text.
_TLS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey"})


def database(url: str, role: str) -> dict[str, Any]:
    """Return Django's entry for `postgresql:///name?host=…`, as the process's own role."""
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": parts.get("dbname", "anlan"),
        "USER": role,
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": role,
            # Django forbids prepared statements; ours are prepared where their caller asks for it
            "prepare_threshold": sys.maxsize,
            # row security makes a plan cost ten times its execution: what is prepared is planned once
            # a page of 50 rows waits longer for the planner's helpers to start than for its rows
            "options": "-c plan_cache_mode=force_generic_plan -c max_parallel_workers_per_gather=0",
            **{name: value for name, value in parts.items() if name in _TLS},
            **watched(parts),
        },
    }


DATABASES = {"default": database(_config.database_url, _config.db_role)}
TEST_RUNNER = "django.test.runner.DiscoverRunner"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# a lock ends half an hour after the last try that was checked, however long somebody goes on typing
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# nginx overwrites this header; without it everybody would come from one address, and five wrong
# tries by anybody would lock a name for all
AXES_IPWARE_META_PRECEDENCE_ORDER = ("HTTP_X_REAL_IP", "REMOTE_ADDR")
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

SESSION_COOKIE_NAME = "anlan_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _config.public_url.startswith("https:")
SESSION_COOKIE_AGE = _config.session_idle_minutes * 60
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_NAME = "anlan_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_TRUSTED_ORIGINS = [_config.public_url]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024**2
# gis.W001: GDAL older than 3.9 can be led to files by a spatial reference; no reference or file
# given by a user ever reaches django.contrib.gis.gdal, shapes come in as GeoJSON by shapely.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "anlan.app.log_lines.PlainLines"},
        "json": {"()": "anlan.app.log_lines.JsonLines", "process": _config.db_role},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": _config.log_format},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # it says at every start of every command that it has jobs
    # httpx would write whole addresses, and some hold the credentials of a map service
    "loggers": {
        "procrastinate.blueprints": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
