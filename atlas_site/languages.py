"""The reader's language: taken from their own choice alone, never from what a browser asks for.

`Accept-Language` would give one address several texts that no cache could tell apart, and would put English studies
into frames of another language for people who did not ask for it.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from atlas_site.preferences import look_of
from studies.languages import ENGLISH

# What programs read is the same for everybody: an address with a suffix, or below one of these. Of several suffixes the last
# one decides: were they read as one, a long row of dots would be tried from each of its dots again.
FOR_PROGRAMS = re.compile(r"^/(?:api|oai|unapi|static)(?:/|$)|\.[a-z0-9-]+$")


class LanguageMiddleware:
    """Shows the site's own words in the language of the cookie `look`. The admin and what programs read stay English."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_for(request)
        if language == ENGLISH:
            return self.get_response(request)
        with translation.override(language, deactivate=True):
            return self.get_response(request)


def language_for(request: HttpRequest) -> str:
    """The language that this address is shown in to this reader."""
    path = request.path_info
    if path.startswith(f"/{settings.ADMIN_PATH}") or FOR_PROGRAMS.search(path):
        return ENGLISH
    return look_of(request).language
