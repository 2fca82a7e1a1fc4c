"""What the API answers when it cannot give what was asked for: problem details after RFC 9457.

The kinds are permanent: programs compare `type`. No problem repeats what was sent, so that a log of answers holds nothing
that somebody typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from studies.api.answers import as_text

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    slug: str
    status: int
    title: str
    meaning: str


UNREADABLE = Kind("unreadable", 400, "The request cannot be read", "It has more parameters than any request needs.")
NOT_FOUND = Kind(
    "not-found", 404, "Nothing is here", "No study, version, list or identifier of the atlas fits the address."
)
UNKNOWN_CURSOR = Kind(
    "unknown-cursor",
    404,
    "No page has this cursor",
    "A cursor fits only the query that gave it. Start at the first page.",
)
METHOD = Kind("method", 405, "Only GET is answered", "The API can be read and nothing more.")
NOT_ACCEPTABLE = Kind(
    "not-acceptable", 406, "Only JSON is given", "The header Accept leaves out application/json. Leave the header out."
)
WITHDRAWN = Kind(
    "withdrawn",
    410,
    "The atlas has withdrawn this study",
    "The member `study` says when and why. Its versions stay readable.",
)
WRONG_PARAMETER = Kind(
    "wrong-parameter",
    422,
    "A parameter is wrong",
    "The member `parameters` names each with the reason. Unknown names, unknown values and repeated names count as wrong.",
)
TOO_MANY = Kind(
    "too-many", 429, "Too many requests", "Wait for as many seconds as the header Retry-After says, then go on."
)
FAULT = Kind("fault", 500, "A fault of ours", "The fault was noted. The same request may work later.")
BUSY = Kind("busy", 503, "The atlas is busy", "The database does not answer. Try again in a minute.")

KINDS = (
    UNREADABLE,
    NOT_FOUND,
    UNKNOWN_CURSOR,
    METHOD,
    NOT_ACCEPTABLE,
    WITHDRAWN,
    WRONG_PARAMETER,
    TOO_MANY,
    FAULT,
    BUSY,
)


class Problem(Exception):
    """Ends a request. `detail` is a sentence for people; `members` are further members of the answer."""

    def __init__(
        self, kind: Kind, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(kind.slug)
        self.kind, self.detail, self.members = kind, detail or kind.meaning, members
        self.headers = dict(headers or {})


def wrong(**parameters: str) -> Problem:
    """The problem of wrong parameters: what is wrong with each, by its name."""
    names = [{"name": name, "detail": detail} for name, detail in parameters.items()]
    return Problem(WRONG_PARAMETER, parameters=names)


def address_of(kind: Kind) -> str:
    """What the member `type` holds: a place on the page that describes the API."""
    return f"{settings.ATLAS_URL}{reverse('studies:api')}#problem-{kind.slug}"


def body_of(problem: Problem) -> dict[str, Any]:
    kind = problem.kind
    fixed = {"type": address_of(kind), "title": kind.title, "status": kind.status, "detail": problem.detail}
    return fixed | problem.members


def response_of(problem: Problem) -> HttpResponse:
    response = HttpResponse(as_text(body_of(problem)), status=problem.kind.status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response
