"""The WSGI entry point."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")

BOOT_FAILED = 3  # gunicorn's code for a worker that cannot start: it stops instead of starting the next one


def load() -> WSGIHandler:
    """The application; a bad setting or a missing key list ends the process with one line instead of a traceback."""
    try:
        application = get_wsgi_application()
        require_keys()
        return application
    except ImproperlyConfigured as error:
        print(f"The atlas cannot start: {error}", file=sys.stderr, flush=True)
        raise SystemExit(BOOT_FAILED) from None


def require_keys() -> None:
    from contributions import keys  # after Django is set up

    keys.require()


application = load()
