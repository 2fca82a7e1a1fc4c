"""One page of a list of rows, as a page of the site asks for it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

from studies.paging import PAGE_SIZE, Pages, pages_of

LONGEST = 9  # digits; a longer page number is past the end of any list


def page_of(rows: QuerySet[Any], request: HttpRequest, keep: Sequence[str] = ()) -> tuple[Pages, list[Any]]:
    """The page named by `page`, or the nearest there is; `keep` names the other parameters its links carry."""
    kept = {name: request.GET[name] for name in keep if name in request.GET}

    def address(number: int) -> str:
        return "?" + urlencode(kept | {"page": number})

    pages = pages_of(number=number_in(request.GET.get("page", "")), total=rows.count(), address=address)
    return pages, list(rows[pages.start : pages.start + PAGE_SIZE])


def number_in(text: str) -> int:
    """A whole number that a reader typed; 0 where it is none."""
    text = text.strip()
    return int(text[: LONGEST + 1]) if text.isascii() and text.isdigit() else 0
