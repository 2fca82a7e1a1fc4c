"""What search engines and other programs look for first: robots.txt, sitemaps, the description of the search, llms.txt."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as django_sitemaps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from studies.models import PublicState
from studies.sitemaps import SITEMAPS

HOUR, DAY = 3_600, 86_400
PLAIN = "text/plain; charset=utf-8"
OPENSEARCH = "application/opensearchdescription+xml"
MARKDOWN = "text/markdown; charset=utf-8"


@require_safe
@cache_control(public=True, max_age=DAY)
def robots(request: HttpRequest) -> HttpResponse:
    """Everything is open, to every program; only endless combinations of filters are not worth anybody's time."""
    return render(request, "programs/robots.txt", content_type=PLAIN)


@require_safe
@cache_control(public=True, max_age=DAY)
def opensearch(request: HttpRequest) -> HttpResponse:
    """How a browser searches the atlas (OpenSearch 1.1)."""
    return render(request, "programs/opensearch.xml", content_type=OPENSEARCH)


@require_safe
@cache_control(public=True, max_age=HOUR)
def llms(request: HttpRequest) -> HttpResponse:
    """What a program that reads for people should know of the atlas (llmstxt.org)."""
    state = PublicState.objects.first() or PublicState()
    return render(request, "programs/llms.txt", {"state": state}, content_type=MARKDOWN)


@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Django names the host that was asked; the atlas has one address."""
    response = django_sitemaps.index(request, filled(), sitemap_url_name="studies:sitemap")
    for part in response.context_data["sitemaps"]:
        where = urlsplit(part.location)
        part.location = settings.ATLAS_URL + where.path + (f"?{where.query}" if where.query else "")
    return response


@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    return django_sitemaps.sitemap(request, filled(section), section)


def filled(*sections: str) -> dict[str, type[Sitemap]]:
    """The kinds of pages, or those of them that are named, of which there is at least one: no sitemap may be empty."""
    chosen = {name: kind for name, kind in SITEMAPS.items() if not sections or name in sections}
    return {name: kind for name, kind in chosen.items() if kind().paginator.count}
