"""Marks a kept page that is shown while the database is away."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from atlas_site.caching import words
from atlas_site.caching.shelf import Kept
from atlas_site.preferences import Look

BEGINNING = b'<main id="main" class="wrap" tabindex="-1">'
# What would tell that the page is good for later.
LEFT_OUT = {"ETag", "Last-Modified", "Content-Length", "Cache-Control"}


def marked(page: Kept, look: str) -> HttpResponse:
    """The page with a sentence at its beginning, in its language. No cache may keep it."""
    with translation.override(Look.from_cookie(look).language):
        notice = render_to_string("includes/kept_page.html", {"at": datetime.fromtimestamp(page.current, UTC)})
    before, mark, after = page.body.partition(BEGINNING)
    head = {name: value for name, value in page.head if name not in LEFT_OUT}
    body = before + mark + b"\n" + notice.encode() + after if mark else page.body
    response = HttpResponse(body, headers=head)
    response["Cache-Control"], response[words.CACHE_HEADER] = words.NO_STORE, words.STALE
    return response
