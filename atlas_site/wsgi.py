"""The WSGI entry point."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from atlas_site import patience
from contributions import keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")

BOOT_FAILED = 3  # gunicorn's code for a worker that cannot start: it stops instead of starting the next one


def load() -> WSGIHandler:
    """The application; a bad setting or a missing key list ends the process with one line instead of a traceback."""
    try:
        keys.require()
        patience.limit(settings.DATABASES, seconds=settings.ATLAS_STATEMENT_SECONDS)
        return get_wsgi_application()
    except ImproperlyConfigured as error:
        print(f"The atlas cannot start: {error}", file=sys.stderr, flush=True)
        raise SystemExit(BOOT_FAILED) from None


application = load()
