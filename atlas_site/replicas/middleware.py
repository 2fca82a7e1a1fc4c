"""Sends whoever reads public pages to a replica, and asks another database where that one fails.

Whoever has a session reads from the primary, since what they have just written must be there; so do the pages of contributors
and of staff, and everything but GET and HEAD.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from atlas_site.outages import is_outage, state_of
from atlas_site.replicas import candidates, following
from atlas_site.replicas.choice import reading_from
from atlas_site.replicas.naming import PRIMARY
from atlas_site.watching import measuring

CONFLICT = "40001"  # a replica ends a statement that reads what its primary has removed: nothing is wrong with it
TOO_LONG = "57014"  # the statement took too long, and would on any server
PRIMARY_ONLY = ("/contribute", "/my-contribution", f"/{settings.ADMIN_PATH}")

Answering = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger(__name__)
_faults: ContextVar[list[BaseException] | None] = ContextVar("faults_of_request", default=None)


class ReplicasMiddleware:
    """Stands outside everything that asks the database. Without ATLAS_REPLICA_URLS there is no such middleware."""

    def __init__(self, get_response: Answering) -> None:
        if not following.replicas():
            raise MiddlewareNotUsed
        self.get_response = get_response
        got_request_exception.connect(_notice)
        following.start()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        following.start()  # again: a process that was forked since has none of the threads
        if not may_read_from_replica(request):
            return self.get_response(request)
        databases = candidates.for_reader()
        for name in databases[:-1]:
            answer, fault = self._asked(request, name)
            if not _another_helps(fault):
                return answer
            _note(name, fault)
        return self._asked(request, databases[-1])[0]

    def _asked(self, request: HttpRequest, name: str) -> tuple[HttpResponse, BaseException | None]:
        """The answer with everything read from that database, and the fault that it came from, if it did."""
        faults: list[BaseException] = []
        token = _faults.set(faults)
        try:
            with reading_from(name):
                answer = self.get_response(request)
            measuring.note_reader(name)
            return _streaming_from(name, answer), faults[-1] if faults else None
        finally:
            _faults.reset(token)


def may_read_from_replica(request: HttpRequest) -> bool:
    """Whether it is a public page for somebody who has not signed in."""
    return (
        request.method in {"GET", "HEAD"}
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.path_info.startswith(PRIMARY_ONLY)
    )


def _notice(**kwargs: object) -> None:
    """Keep the fault that is being made into a page (called by Django where it makes one) while `_asked` waits for it.

    For any other request nobody would let go of it again: what was typed, and the database, would stay in this thread's memory.
    """
    faults, fault = _faults.get(), sys.exc_info()[1]
    if faults is not None and fault:
        faults.append(fault)


def _another_helps(fault: BaseException | None) -> bool:
    return is_outage(fault) and state_of(fault) != TOO_LONG


def _note(name: str, fault: BaseException | None) -> None:
    """A replica that failed is left out for a while, unless it only had to end one statement."""
    if name != PRIMARY and state_of(fault) != CONFLICT:
        pause = candidates.leave_out(name)
        logger.warning("%s failed a reader and is left out for %d seconds.", name, pause)


def _streaming_from(name: str, answer: HttpResponse) -> HttpResponse:
    """An answer that is made while it is sent goes on reading from where it began; a file of the disk reads nothing."""
    if isinstance(answer, StreamingHttpResponse) and not answer.is_async and not hasattr(answer, "file_to_stream"):
        answer.streaming_content = _from(name, answer.streaming_content)
    return answer


def _from(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = iter(pieces)
    while True:
        with reading_from(name):
            piece = next(waiting, None)
        if piece is None:
            return
        yield piece
