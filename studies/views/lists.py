"""One page of a list of rows, as a page of the site asks for it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

from studies.models import Study
from studies.paging import PAGE_SIZE, Pages, pages_of
from studies.search import index

LONGEST = 9  # digits; a longer page number is past the end of any list


def page_of(rows: QuerySet[Any], request: HttpRequest, keep: Sequence[str] = ()) -> tuple[Pages, list[Any]]:
    """The page named by `page`, or the nearest there is; `keep` names the other parameters its links carry."""
    kept = {name: request.GET[name] for name in keep if name in request.GET}
    pages = _pages(request, rows.count(), kept)
    return pages, list(rows[pages.start : pages.start + PAGE_SIZE])


def shelf(facet: str, value: str, request: HttpRequest) -> tuple[Pages, QuerySet[Study]]:
    """The published studies with this value of a facet, newest paper first: the page's place, and its studies.

    Counted and sorted by the facet index, so that a long shelf costs no more than a short one.
    """
    facets = index.current()
    members = facets.values.get(facet, {}).get(value, 0)
    pages = _pages(request, members.bit_count(), {})
    ids = facets.newest.take(members, pages.start, PAGE_SIZE)
    return pages, Study.objects.published().filter(pk__in=ids).newest_first()


def _pages(request: HttpRequest, total: int, kept: dict[str, str]) -> Pages:
    def address(number: int) -> str:
        return "?" + urlencode(kept | {"page": number})

    return pages_of(number=number_in(request.GET.get("page", "")), total=total, address=address)


def number_in(text: str) -> int:
    """A whole number that a reader typed; 0 where it is none."""
    text = text.strip()
    return int(text[: LONGEST + 1]) if text.isascii() and text.isdigit() else 0
