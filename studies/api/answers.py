"""Answers of the API: JSON texts, the addresses in them, and the lines that say which state of the atlas they tell."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from studies.models import Revision, Study
from studies.search.index import Catalogue
from studies.search.memory import Memory
from studies.serializers import FACTS_LICENCE, TEXTS_LICENCE, moment

Data = dict[str, Any]

NAME = "ME/CFS Study Atlas"
_times: Memory[str] = Memory(most=2, largest=100, size=len)


def as_text(data: object) -> str:
    """JSON without spaces; letters beyond ASCII as they are."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def answer(data: Data) -> HttpResponse:
    return HttpResponse(as_text(data), content_type="application/json")


def answer_with(data: Data, name: str, pieces: Sequence[str]) -> HttpResponse:
    """The data with one more member: a list whose items are JSON texts already."""
    return answer_joined(data, name, f"[{','.join(pieces)}]")


def answer_joined(data: Data, name: str, text: str) -> HttpResponse:
    """The data, which has a member at least, with one more that is JSON text already."""
    return HttpResponse(f"{as_text(data)[:-1]},{as_text(name)}:{text}}}", content_type="application/json")


def next_page(request: HttpRequest, rest: str, cursor: str | None) -> str | None:
    """The address of the page that the cursor begins, with all that was asked for."""
    if cursor is None:
        return None
    kept = {name: values for name, values in request.GET.lists() if name != "cursor"}
    return address(rest, kept | {"cursor": cursor})


def linked(response: HttpResponse, following: str | None) -> HttpResponse:
    """Name the next page in the header as well, for programs that follow links alone."""
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def withdrawn_study(study: Study) -> Data:
    """What stays of a withdrawn study: when and why, and where its history is."""
    return {
        "slug": study.slug,
        "withdrawn_at": moment(study.changed_at),
        "reason": study.withdrawal_reason,
        "revisions": address(f"studies/{study.slug}/revisions"),
    }


def address(rest: str, parameters: Mapping[str, Any] | None = None) -> str:
    """The full address of a call, such as `studies` or `studies/adams-2024-a-study`."""
    path = settings.ATLAS_URL + reverse("studies:api_call", args=[rest])
    return f"{path}?{urlencode(parameters, doseq=True).replace('%2C', ',')}" if parameters else path


def atlas(catalogue: Catalogue) -> Data:
    """Which state of the atlas an answer tells, and under which licences. One query the first time in a state."""
    counter, newest_hash = catalogue.state
    return {
        "name": NAME,
        "address": settings.ATLAS_URL + reverse("studies:home"),
        "counter": counter,
        "newest_hash": newest_hash,
        "as_of": _as_of(catalogue),
        "licence": {"texts": TEXTS_LICENCE, "facts": FACTS_LICENCE},
    }


def _as_of(catalogue: Catalogue) -> str | None:
    """The time of the newest revision; where there is none, the atlas has published nothing."""
    kept = _times.get(catalogue.key)
    if kept is None:
        newest = Revision.objects.order_by("-sequence").values_list("made_at", flat=True).first()
        kept = _times.keep(catalogue.key, moment(newest) or "")
    return kept or None


def now() -> datetime:
    return datetime.now(UTC)
