"""The WSGI entry point."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from atlas_site import breaker, patience
from contributions import keys

if TYPE_CHECKING:
    from atlas_site.caching.first import KeptFirst

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")

BOOT_FAILED = 3  # gunicorn's code for a worker that cannot start: it stops instead of starting the next one


def load() -> KeptFirst:
    """The application; a bad setting or a missing key list ends the process with one line instead of a traceback."""
    try:
        keys.require()
        patience.limit(settings.DATABASES, seconds=settings.ATLAS_STATEMENT_SECONDS)
        application = get_wsgi_application()
        breaker.start()
        from atlas_site.caching.first import KeptFirst  # it knows models, which are there now

        return KeptFirst(application)
    except ImproperlyConfigured as error:
        print(f"The atlas cannot start: {error}", file=sys.stderr, flush=True)
        raise SystemExit(BOOT_FAILED) from None


application = load()
