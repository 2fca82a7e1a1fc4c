"""A test client that keeps every answer, and the rule that says in which answers private text may stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

CONTRIBUTOR, PUBLIC = "contributor", "public"
OWN = ("/contribute/", "/my-contribution/")
LIST = "/reading-list/"
DETAIL = re.compile(rf"^/{settings.ADMIN_PATH}contributions/contribution/\d+/")
READERS = frozenset({"triage", "moderator", "moderator-2", "lead"})  # who may read a contribution


@dataclass(frozen=True)
class Answer:
    """One answer. `address` has the query; `head` is the status line, all headers and all cookies."""

    who: str
    method: str
    address: str
    status: int
    head: str
    body: bytes

    @property
    def path(self) -> str:
        return self.address.partition("?")[0]

    @property
    def name(self) -> str:
        return f"{self.method} {self.address} as {self.who}: {self.status}"

    @property
    def may_hold(self) -> tuple[str, ...]:
        """Which labels may stand in the body: on the contributor's own pages, and on those of one contribution for those
        who may read it; the mail address there for leads alone. A reading list stands in the answer to its reader."""
        if self.who == CONTRIBUTOR:
            return ("text:", "contact:", "receipt:") if self.path.startswith(OWN) else ()
        if self.method == "POST" and self.path == LIST:
            return ("list:",)
        if self.who in READERS and DETAIL.match(self.path):
            return ("text:", "contact:") if self.who == "lead" else ("text:",)
        return ()


class Watched(Client):
    """A browser of `who`; `keep` gets every answer. Faults come back as pages, and forms are protected."""

    def __init__(self, who: str, keep: Callable[[Answer], None], **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks=True, raise_request_exception=False, **defaults)
        self.who, self.keep = who, keep

    def request(self, **request: Any) -> HttpResponse:
        response = super().request(**request)
        query = request.get("QUERY_STRING", "")
        address = request["PATH_INFO"] + (f"?{query}" if query else "")
        head = "\n".join(
            [
                f"{response.status_code} {response.reason_phrase}",
                *(f"{name}: {value}" for name, value in response.items()),
                *(cookie.OutputString() for cookie in response.cookies.values()),
            ]
        )
        body = response.getvalue() if response.streaming else response.content
        self.keep(Answer(self.who, request["REQUEST_METHOD"], address, response.status_code, head, body))
        return response

    def send(self, path: str, values: dict[str, Any], **extra: Any) -> HttpResponse:
        """POST with the form's protection as the cookie has it."""
        token = self.cookies["csrftoken"].value if "csrftoken" in self.cookies else ""
        return self.post(path, {**values, "csrfmiddlewaretoken": token}, **extra)
