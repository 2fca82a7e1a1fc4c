"""Settings of the atlas: one file, everything from the environment.

Values come from the process environment, then from `secrets.env` among the credentials that systemd gives to a service,
then from `.env` beside manage.py, then from `local.env` and `served.env` in the data folder, which `scripts/run` writes for
a trial on one's own machine. A missing or malformed value stops the start.
Every variable is described in `.env.example`.
"""

import os
import re
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from atlas_site import cache_clients, databases, log_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if "CREDENTIALS_DIRECTORY" in os.environ:  # as in docs/operations.md, Sealed keys
    environ.Env.read_env(Path(os.environ["CREDENTIALS_DIRECTORY"]) / "secrets.env")
environ.Env.read_env(BASE_DIR / ".env")
DATA_DIR = Path(env.str("ATLAS_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
environ.Env.read_env(DATA_DIR / "local.env")
environ.Env.read_env(DATA_DIR / "served.env")  # the address at which scripts/run serves this folder, or did last


def switch(name: str, default: bool = False) -> bool:
    """Read an on/off variable; anything but 1, 0, true, false, yes, no, on, off stops the start."""
    text = env.str(name, default="1" if default else "0").strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} is {text!r}: write 1 or 0.")


def whole_number(name: str, default: int) -> int:
    """Read a whole number that is not negative."""
    text = env.str(name, default=str(default)).strip()
    if not text.isascii() or not text.isdigit():
        raise ImproperlyConfigured(f"{name} is {text!r}: write a whole number.")
    return int(text)


def all_like(name: str, pattern: str, example: str, default: list[str]) -> list[str]:
    """Read a list separated by commas, each item of this pattern; what does not fit stops the start."""
    items = [item.strip() for item in env.list(name, default=default)]
    wrong = [item for item in items if not re.fullmatch(pattern, item)]
    if wrong:
        raise ImproperlyConfigured(f"{name} holds {wrong[0]!r}: write {example}.")
    return items


ORIGIN = r"https?://[^/?#@\s]+"

# --- What kind of start this is -----------------------------------------------------------------------------------
# DEBUG shows Django's technical error pages and is for developers. ATLAS_LOCAL is what `scripts/run` uses: the product
# as its readers see it, on one's own machine, with one-time logins printed to the terminal.
DEBUG = switch("DEBUG")
LOCAL = switch("ATLAS_LOCAL") or DEBUG

# Read as it stands: environ takes a value that begins with $ for the name of another variable.
SECRET_KEY = os.environ.get("SECRET_KEY", "").strip()
if not SECRET_KEY and DEBUG:
    SECRET_KEY = "for-development-only-never-used-outside-debug"  # noqa: S105 - refused below unless DEBUG is on
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it in the environment or .env, or use scripts/run to try the atlas."
    )

ALLOWED_HOSTS = all_like(
    "ALLOWED_HOSTS", r"[^/\s]+", "host names without https://", ["127.0.0.1", "localhost", "[::1]"] if LOCAL else []
)
CSRF_TRUSTED_ORIGINS = all_like("CSRF_TRUSTED_ORIGINS", ORIGIN, "addresses such as https://atlas.example.org", [])

# --- The atlas's own switches -------------------------------------------------------------------------------------
ATLAS_URL = env.str("ATLAS_URL", default="http://127.0.0.1:8000").rstrip("/")
if not re.fullmatch(ORIGIN, ATLAS_URL):
    raise ImproperlyConfigured(f"ATLAS_URL is {ATLAS_URL!r}: write an address such as https://atlas.example.org.")
ATLAS_ONE_PERSON = switch("ATLAS_ONE_PERSON")
ADMIN_PATH = env.str("ADMIN_PATH", default="admin/").strip("/") + "/"
if ADMIN_PATH == "/":
    raise ImproperlyConfigured("ADMIN_PATH is empty: write a path such as admin/.")
if not re.fullmatch(r"[\w/-]+", ADMIN_PATH, re.ASCII):
    raise ImproperlyConfigured("ADMIN_PATH has other characters than letters, digits, hyphens and slashes.")

# --- Private contributions ------------------------------------------------------------------------------------------
# Missing key lists stop the start of a server (contributions/keys.py); commands that need no key still run.
ATLAS_ENCRYPTION_KEYS = env.str("ATLAS_ENCRYPTION_KEYS", default="")
ATLAS_RECEIPT_KEYS = env.str("ATLAS_RECEIPT_KEYS", default="")
ATLAS_TRUSTED_PROXIES = whole_number("ATLAS_TRUSTED_PROXIES", 0)
ATLAS_ERASURE_LEDGER = Path(env.str("ATLAS_ERASURE_LEDGER", default=str(DATA_DIR / "erasures.log")))
ATLAS_BACKUP_DAYS = whole_number("ATLAS_BACKUP_DAYS", 30)
# Where `backup` writes, and the folder of PostgreSQL's programs where they are not on the PATH.
ATLAS_BACKUPS_DIR = Path(env.str("ATLAS_BACKUPS_DIR", default=str(DATA_DIR / "backups")))
ATLAS_POSTGRES_BIN = env.str("ATLAS_POSTGRES_BIN", default="")
# Where `export_atlas` writes its releases, and what /data/ lists.
ATLAS_RELEASES_DIR = Path(env.str("ATLAS_RELEASES_DIR", default=str(DATA_DIR / "releases")))
# Megabytes of a file of references that is imported at once; a larger one is refused before it is read.
ATLAS_IMPORT_MEGABYTES = whole_number("ATLAS_IMPORT_MEGABYTES", 100)
# The same for a file that an editor sends through the admin, where somebody waits for the answer.
ATLAS_UPLOAD_MEGABYTES = whole_number("ATLAS_UPLOAD_MEGABYTES", 20)

# --- Outside sources of bibliography --------------------------------------------------------------------------------
# Read by studies/outside.py. The services want a mail address; without one none of them is asked.
ATLAS_CONTACT = env.str("ATLAS_CONTACT", default="").strip()
if ATLAS_CONTACT and not re.fullmatch(r"[!-~]+@[!-~]+", ATLAS_CONTACT):
    raise ImproperlyConfigured(f"ATLAS_CONTACT is {ATLAS_CONTACT!r}: write a mail address.")
# Who runs this atlas and where they are, for readers: shown with the address above on the pages about the atlas and privacy.
ATLAS_OPERATOR = " ".join(env.str("ATLAS_OPERATOR", default="").split())
ATLAS_TOOL_NAME = env.str("ATLAS_TOOL_NAME", default="mecfs-study-atlas").strip()
if not re.fullmatch(r"[\w.-]+", ATLAS_TOOL_NAME, re.ASCII):
    raise ImproperlyConfigured("ATLAS_TOOL_NAME has other characters than letters, digits, dots and hyphens.")
ATLAS_SOURCE_ADDRESSES = {
    "pubmed": env.str("ATLAS_PUBMED_URL", default=""),
    "crossref": env.str("ATLAS_CROSSREF_URL", default=""),
    "europepmc": env.str("ATLAS_EUROPEPMC_URL", default=""),
    "openalex": env.str("ATLAS_OPENALEX_URL", default=""),
    "retraction_watch": env.str("ATLAS_RETRACTION_WATCH_URL", default=""),
}
for _name, _address in ATLAS_SOURCE_ADDRESSES.items():
    if _address and not re.match(ORIGIN, _address):
        raise ImproperlyConfigured(
            f"ATLAS_{_name.upper()}_URL is {_address!r}: write an address such as https://mirror.example.org/."
        )
ATLAS_SOURCE_API_KEYS = {
    "pubmed": env.str("ATLAS_NCBI_API_KEY", default="").strip(),
    "openalex": env.str("ATLAS_OPENALEX_API_KEY", default="").strip(),
}
ATLAS_SOURCES_LOOPBACK = switch("ATLAS_SOURCES_LOOPBACK")

# --- The parts ----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "atlas_site.staff.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "crispy_forms",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "atlas_site.apps.HallConfig",
    "studies",
    "contributions",
]

MIDDLEWARE = [
    "atlas_site.headers.HeadersMiddleware",  # on every answer, a probe's and an error's too
    "atlas_site.watching.probes.ProbesMiddleware",  # before everything: a watcher comes without host name and HTTPS
    "atlas_site.watching.measuring.MeasureMiddleware",
    "atlas_site.private_pages.PrivatePagesMiddleware",  # what follows may log
    "atlas_site.caching.middleware.StalePageMiddleware",  # sees what is left when no database answered
    "atlas_site.replicas.middleware.ReplicasMiddleware",  # what follows may ask the database
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "atlas_site.caching.middleware.PageCacheMiddleware",  # after what chooses the database, before what makes a page
    "atlas_site.preferences.LookMiddleware",
    "atlas_site.languages.LanguageMiddleware",
    "contributions.views.keeping.KeepTextMiddleware",
    "atlas_site.staff_outage.KeepTextInOutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "atlas_site.staff_text.KeepStaffTextMiddleware",  # inside all that an answer needs
]

ROOT_URLCONF = "atlas_site.urls"
WSGI_APPLICATION = "atlas_site.wsgi.application"
APPEND_SLASH = True
# An address of 10 kB may hold 5,000 parameters. What is odd in it is ignored and said; the page is an ordinary one.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000
# Twice the longest message in a script whose letters take nine bytes each. Files of references do not count.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

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
                "atlas_site.pages.site",
            ],
            "builtins": ["django.templatetags.i18n", "studies.templatetags.language"],
        },
    },
]

# --- Databases ----------------------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = databases.configured(
    env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'atlas.sqlite3'}",
    env.list("ATLAS_REPLICA_URLS", default=[]),
    kept_for=whole_number("DATABASE_CONN_MAX_AGE", 600),
    pool=whole_number("DATABASE_POOL", 0),
)
DATABASE_ROUTERS = ["atlas_site.replicas.router.ReplicaRouter"]
# A replica that is further behind than so many seconds is not asked until it has caught up.
ATLAS_REPLICA_LAG_SECONDS = whole_number("ATLAS_REPLICA_LAG_SECONDS", 30)
# Seconds that PostgreSQL may work on one statement of a web process (atlas_site/patience.py); 0 for no limit.
ATLAS_STATEMENT_SECONDS = whole_number("ATLAS_STATEMENT_SECONDS", 30)

# --- Words, time, static files --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
# Each named in itself. A reader chooses one at /preferences/ (atlas_site/preferences.py); the first stands for "en" there.
LANGUAGES = [
    ("en-gb", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("nb", "Norsk bokmål"),
    ("nl", "Nederlands"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("ATLAS_STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages name the hashed files; the others would only be compressed in vain
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# An address typed without http(s):// means https, as Django 6 takes it; the setting goes with Django 5.
FORMS_URLFIELD_ASSUME_HTTPS = True

CRISPY_ALLOWED_TEMPLATE_PACKS = ("atlas",)
CRISPY_TEMPLATE_PACK = "atlas"

# --- Safety ---------------------------------------------------------------------------------------------------------
# HTTPS is assumed wherever ATLAS_URL says so; a trial on one's own machine has none.
HTTPS = ATLAS_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS and switch("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = whole_number("SECURE_HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if switch("TRUST_PROXY_HEADERS") else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # no script of ours reads a cookie of these
if HTTPS:  # with this prefix a browser takes them from this host alone, over HTTPS alone
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # second_factor.py ends a staff session after these hours, however busy it is
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_AGE = None  # it goes with the browser: nobody who uses it later sees that somebody wrote to us
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "contributions.views.keeping.csrf_failure"
LOGIN_URL = "admin:login"
OTP_TOTP_ISSUER = "Study Atlas"  # what the app on the phone calls it
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "atlas_site.passwords.MaximumLengthValidator"},
    {"NAME": "atlas_site.passwords.UnlikeTheGivenValidator"},
]
PASSWORD_HASHERS = [
    "atlas_site.passwords.KeyedScryptHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "manifest-src": ["'self'"],
}


# --- Mail -----------------------------------------------------------------------------------------------------------
def mail() -> dict[str, Any]:
    """EMAIL_URL as Django's settings. Without it: printed on one's own machine, not sent elsewhere. No fault repeats it."""
    address = env.str("EMAIL_URL", default="consolemail://" if LOCAL else "dummymail://")
    try:
        return env.email_url_config(address)
    except (ImproperlyConfigured, ValueError):
        raise ImproperlyConfigured("EMAIL_URL cannot be read: write smtp+tls://user:password@host:587.") from None


_mail = mail()
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="atlas@localhost")


def cache() -> dict[str, Any]:
    """CACHE_URL as Django's dictionary. No fault repeats it."""
    try:
        named = dict(env.cache_url("CACHE_URL", default="locmemcache://"))
    except (ImproperlyConfigured, ValueError):
        raise ImproperlyConfigured("CACHE_URL cannot be read: write locmemcache:// or redis://host.") from None
    return cache_clients.ready(named)


def rates(shared: dict[str, Any]) -> dict[str, Any]:
    """The cache in which requests of programs are counted: one of its own, since beside other things counts would be dropped.

    It is in memory, here or in a server that all processes share, and never in a database or a file.
    """
    if any(word in shared["BACKEND"] for word in ("redis", "memcache")):
        return shared | {"KEY_PREFIX": "rates"}
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "rates",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }


def pages(shared: dict[str, Any]) -> dict[str, Any]:
    """The cache in which processes share pages; without one each process keeps its own (atlas_site/caching/).

    One in the database would be no faster than a page, and away when the database is.
    """
    if any(word in shared["BACKEND"] for word in ("redis", "memcache", "filebased")):
        return shared | {"KEY_PREFIX": "pages"}
    return {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}


CACHES = {"default": cache(), "rates": rates(cache()), "pages": pages(cache())}
# Whether public pages are kept until something public changes, and the memory for them in each process.
ATLAS_PAGE_CACHE = switch("ATLAS_PAGE_CACHE", default=not DEBUG)
ATLAS_PAGE_CACHE_MEGABYTES = whole_number("ATLAS_PAGE_CACHE_MEGABYTES", 32)
# Seconds after which a cache between the atlas and its readers asks whether a page changed.
ATLAS_CDN_SECONDS = whole_number("ATLAS_CDN_SECONDS", 10)
# Requests to /api/v1/ from one neighbourhood of the network: searches a minute, everything an hour; 0 for no limit.
ATLAS_API_PER_MINUTE = whole_number("ATLAS_API_PER_MINUTE", 120)
ATLAS_API_PER_HOUR = whole_number("ATLAS_API_PER_HOUR", 6_000)

# --- Watching -------------------------------------------------------------------------------------------------------
# Whoever names this token reads /metrics; without it there is no such page and nothing is counted.
ATLAS_METRICS_TOKEN = env.str("ATLAS_METRICS_TOKEN", default="").strip()
# Where the processes of one server share what they counted.
ATLAS_METRICS_DIR = Path(env.str("ATLAS_METRICS_DIR", default=str(DATA_DIR / "metrics")))
# Whom `alarm` mails, and from how many requests within an hour; 0 for no limit of requests.
ATLAS_ALARM_MAIL = all_like("ATLAS_ALARM_MAIL", r"[!-~]+@[!-~]+", "mail addresses", list(filter(None, [ATLAS_CONTACT])))
ATLAS_ALARM_REQUESTS = whole_number("ATLAS_ALARM_REQUESTS", 100_000)
# Statements that take so many milliseconds are logged, without any value; 0 for none.
ATLAS_SLOW_STATEMENT_MS = whole_number("ATLAS_SLOW_STATEMENT_MS", 500)

LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured(f"LOG_LEVEL is {LOG_LEVEL!r}: write DEBUG, INFO, WARNING, ERROR or CRITICAL.")

# Lines for people, or one JSON object a line for a program.
LOG_FORMAT = env.str("LOG_FORMAT", default="line").lower()
if LOG_FORMAT not in {"line", "json"}:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}: write line or json.")

DEFAULT_EXCEPTION_REPORTER = "atlas_site.reporting.QuietReporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "atlas_site.reporting.QuietFilter"
LOGGING = log_settings.logging_of(level=LOG_LEVEL, form=LOG_FORMAT)
