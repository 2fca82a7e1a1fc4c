"""The least that Django can do: no middleware, no database, one constant of as many bytes as ATLAS_BENCH_BYTES says."""

import os

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import re_path  # noqa: E402

settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
BODY = b"x" * int(os.environ["ATLAS_BENCH_BYTES"])


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY)


urlpatterns = [re_path("", constant)]
application = get_wsgi_application()
