"""The settings as a process of its own reads them from the environment."""

import json
import subprocess
import sys
import tempfile

from tests.clock import PATIENCE
from tests.running import ROOT, bare_environment

NAMES = """SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY
    CSRF_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE CSRF_COOKIE_SAMESITE SESSION_COOKIE_DOMAIN CSRF_COOKIE_DOMAIN
    SESSION_COOKIE_PATH SESSION_EXPIRE_AT_BROWSER_CLOSE SESSION_COOKIE_AGE CSRF_COOKIE_AGE SECURE_SSL_REDIRECT
    SECURE_HSTS_SECONDS SECURE_PROXY_SSL_HEADER ATLAS_TRUSTED_PROXIES USE_X_FORWARDED_HOST USE_X_FORWARDED_PORT
    DEBUG""".split()
SCRIPT = f"""
import json, django
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES!r}}}))
"""


def started(**variables: str) -> dict[str, object]:
    """What the settings of NAMES are where the environment says this, and nothing else."""
    return dict(json.loads(_told(SCRIPT, **variables)))


def _told(script: str, **variables: str) -> str:
    """What this script prints."""
    with tempfile.TemporaryDirectory() as data:
        environment = bare_environment() | {
            "SECRET_KEY": "long enough for a test of the settings, and used for nothing else",
            "ALLOWED_HOSTS": "atlas.example.org",
            "ATLAS_DATA_DIR": data,
            "DJANGO_SETTINGS_MODULE": "atlas_site.settings",
            **variables,
        }
        words = [sys.executable, "-c", script]
        done = subprocess.run(
            words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True
        )
    return done.stdout


def effective_level(logger: str) -> str:
    """The level at which a server that sets nothing writes lines of this logger."""
    script = (
        "import django, logging; django.setup(); "
        f"print(logging.getLevelName(logging.getLogger({logger!r}).getEffectiveLevel()))"
    )
    return _told(script).strip()
