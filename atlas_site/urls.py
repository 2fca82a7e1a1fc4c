"""The addresses of the atlas."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from atlas_site import one_time, preferences_pages, security_txt

urlpatterns = [
    path(f"{settings.ADMIN_PATH}once/<str:token>/", one_time.sign_in, name="one_time_login"),
    path(settings.ADMIN_PATH, admin.site.urls),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("preferences/", preferences_pages.preferences, name="preferences"),
    path("", include("studies.urls")),
    path("", include("contributions.urls")),
]

handler400 = "atlas_site.errors.bad_request"
handler500 = "atlas_site.errors.server_error"
