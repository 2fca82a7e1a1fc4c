"""The addresses of the atlas (see the list in docs/addresses.md)."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path(settings.ADMIN_PATH, admin.site.urls),
    path("", include("studies.urls")),
]
