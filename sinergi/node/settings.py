"""Django settings of one node. Everything that differs between nodes lives in the node's own folder (SINERGI_DATA)."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages

from sinergi.kernel import files
from sinergi.node.features import FEATURES as FEATURES

ROOT = Path(__file__).resolve().parents[2]

# Without a folder (tests, linters) a node lives in a throw-away one.
DATA = Path(os.environ.get("SINERGI_DATA") or Path(tempfile.gettempdir()) / f"sinergi-{os.getuid()}").resolve()
files.make_folder(DATA)


def _secret() -> str:
    """The key for sessions and forms, made once per node and readable by its user only."""
    path = DATA / "secret"
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            files.keep_new(path, secrets.token_urlsafe(48).encode())
    return path.read_text()


def _database() -> dict[str, object]:
    """SQLite in the node's folder, or the PostgreSQL server that SINERGI_DATABASE names."""
    address = os.environ.get("SINERGI_DATABASE")
    if address:
        parts = urlsplit(address)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": None,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "node.sqlite3",
        # A persistent connection is worth a factor of ten on SQLite.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # FULL: in WAL mode NORMAL may lose the last commits at power loss, and a receipt must not vanish.
            # secure_delete: what is erased must not linger in free pages.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "PRAGMA secure_delete=ON; PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;"
            ),
        },
    }


def _mail() -> dict[str, object]:
    """The server of e-mail that SINERGI_MAIL names, or none; MAIL_FLAW says what is wrong with the two settings."""
    address, sender = os.environ.get("SINERGI_MAIL", ""), os.environ.get("SINERGI_SENDER", "")
    off: dict[str, object] = {"EMAIL_HOST": "", "MAIL_FLAW": ""}
    if not address:
        return off
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return off | {"MAIL_FLAW": "address"}
    if parts.scheme not in ("smtp", "smtps") or not host:
        return off | {"MAIL_FLAW": "address"}
    if sender.count("@") != 1 or not sender.isprintable() or " " in sender:
        return off | {"MAIL_FLAW": "sender"}
    is_secure = parts.scheme == "smtps"
    return {
        "MAIL_FLAW": "",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or (465 if is_secure else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": is_secure,
        # A password and an address cross no line in the clear but the one inside this machine.
        "EMAIL_USE_TLS": not is_secure and host not in ("localhost", "127.0.0.1", "::1"),
        "DEFAULT_FROM_EMAIL": sender,
    }


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = [*os.environ.get("SINERGI_HOSTS", "").split(), "127.0.0.1", "localhost", "[::1]"]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "sinergi.ledger",
    "sinergi.access",
    "sinergi.web",
    "sinergi.sync",
    *FEATURES,
    "sinergi.node",
]

MIDDLEWARE = [
    "sinergi.node.middleware.JournalMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sinergi.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sinergi.access.middleware.ActorMiddleware",
    "sinergi.web.recipients.RecipientMiddleware",
    "sinergi.web.middleware.ReadingMiddleware",
    "sinergi.web.scope.ScopeMiddleware",
    "sinergi.web.middleware.KeptFormMiddleware",
    "sinergi.web.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "sinergi.node.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "sinergi.web.shell.shell",
            ],
            "builtins": ["sinergi.web.templatetags.sinergi"],
        },
    }
]

AUTH_USER_MODEL = "access.User"
LOGIN_URL = "/masuk/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/masuk/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "service_number")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "sinergi.web.middleware.form_expired"
# The name keeps sessions of several nodes on one laptop apart: cookies know no port.
SESSION_COOKIE_NAME = f"sinergi_session_{os.environ.get('SINERGI_PORT', '0')}"
CSRF_COOKIE_NAME = f"sinergi_form_{os.environ.get('SINERGI_PORT', '0')}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(os.environ.get("SINERGI_HTTPS"))
# Only for the throttle of sign-ins: the last hop of X-Forwarded-For is a reverse proxy of ours.
BEHIND_PROXY = bool(os.environ.get("SINERGI_PROXY"))
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# The text in code and templates is Indonesian; English is its complete translation.
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [ROOT / "sinergi" / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "var" / "static"
# WhiteNoise warns about a folder that set-up has not filled yet; tests need none.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "sinergi.web.vendor.VendorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "blobs"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

globals().update(_mail())

# The words of the design system for what a page tells after an action.
MESSAGE_TAGS = {messages.SUCCESS: "good", messages.WARNING: "warn", messages.ERROR: "bad"}

# Uploads are refused by size before anything parses them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
# The largest form is a draft: 40 articles, 80 obligations with all their due rules, and those that a template offers.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000

# journal.py sets logging up when a node is served.
LOGGING_CONFIG = None

# Files of the product are found where they lie; a browser keeps one for an hour and then asks with its ETag.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
