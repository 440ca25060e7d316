"""Django's settings. Reads `conf` and the home only; nothing is decided here that a city would set."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from luoshi import conf as _conf
from luoshi import home as _home
from luoshi.installed import LINES

CONF = _conf.load()
BASE = Path(__file__).parent

SECRET_KEY = _home.secret(CONF.home, "django")
DEBUG = False
_public = urlsplit(CONF.text("public_url"))
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *([_public.hostname] if _public.hostname else [])]
CSRF_TRUSTED_ORIGINS = [CONF.text("public_url")] if _public.hostname else []
_secure = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = CONF.number("session_hours") * 3600
SESSION_ENGINE = "luoshi.people.door"
SESSION_COOKIE_NAME = "luoshi_session"
CSRF_COOKIE_NAME = "luoshi_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "luoshi.web.errors.csrf"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "axes",
    "luoshi.kernel",
    "luoshi.people",
    "luoshi.web",
    *(f"luoshi.{name}" for name in LINES),
    *(["luoshi.ports.open311", "luoshi.ports.importer"] if "cases" in LINES else []),
    "luoshi.ports.notify",
    "luoshi.api",
    "luoshi.privacy",
    "luoshi.log",
    "luoshi.figures",
]
MIDDLEWARE = [
    "luoshi.web.middleware.Packed",
    "luoshi.web.middleware.Edge",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "luoshi.web.middleware.Language",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "luoshi.web.middleware.Who",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "luoshi.urls"
WSGI_APPLICATION = "luoshi.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "luoshi.web.context.page"],
            "builtins": ["luoshi.web.templatetags.luoshi"],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "ENGINE": "luoshi.db.engine",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Statements are prepared once a connection: a third of the database's CPU. No page has work for two processes.
        "OPTIONS": {
            "options": "-c timezone=UTC -c jit=off -c max_parallel_workers_per_gather=0",
            "server_side_binding": True,
            "prepare_threshold": 5,
        },
    }


# The command line sets LUOSHI_DB_URL for the role it needs (app for serving, owner for migrating).
DATABASES = {"default": _database(os.environ.get("LUOSHI_DB_URL", CONF.text("database_url")))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "luoshi.people.door.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "luoshi.people.once.Once"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "name"), "max_similarity": 0.5},
    },
]
LOGIN_URL = "/login/"
AXES_FAILURE_LIMIT = CONF.number("login_tries")
AXES_COOLOFF_TIME = 1
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # log-ins are in `sign_in`, without addresses
AXES_LOCKOUT_CALLABLE = "luoshi.web.errors.locked"
AXES_CLIENT_IP_CALLABLE = "luoshi.web.client.address"

LANGUAGE_CODE = "zh-hans"
USE_I18N = False  # our own two languages: kernel/text.py
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATIC_ROOT = CONF.home / "static"
# Without collected files (in tests) the packages' own are served; `luoshi serve` collects and compresses.
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
FILE_UPLOAD_MAX_MEMORY_SIZE = CONF.number("upload_max_mb") * 1_000_000
# The largest form that any page takes, whatever stands before the server: four photographs, or a file to take in.
BODY_MOST = max(4 * CONF.number("upload_max_mb"), CONF.number("import_max_mb")) * 1_000_000 + 1_000_000
FILE_UPLOAD_HANDLERS = [
    "luoshi.web.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["luoshi.kernel.upkeep", "luoshi.kernel.ledger.nightly"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"codes": {"()": "luoshi.serve.codes.WithoutCodes"}},
    "formatters": {
        "line": {"class": "luoshi.serve.codes.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["codes"]}},
    "root": {"handlers": ["stderr"], "level": CONF.text("log_level").upper()},
}
