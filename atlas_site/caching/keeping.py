"""Where pages are kept: in this process, and beside it in a cache that all processes share, where there is one."""

from __future__ import annotations

import time
from hashlib import sha256

from django.conf import settings

from atlas_site.caching import shared
from atlas_site.caching.editions import edition
from atlas_site.caching.moments import Moment
from atlas_site.caching.questions import Question
from atlas_site.caching.shelf import Kept, Shelf

OLD = 3_600  # seconds for which a page of an earlier state may still be shown, marked, when the database is away
SWEEP = 60  # seconds between two looks for pages that are older
ASKED_SHARE = 4  # addresses with a query, of which there is no end, get one part in so many

_plain, _asked = Shelf(), Shelf()
_last_moment: Moment | None = None
_swept = 0.0


def find(question: Question, moment: Moment) -> Kept | None:
    """The page as it is at this state. Asks the shared cache where this process has none."""
    page = here(question, moment)
    if page is None and (page := shared.get(_name(question))) is not None:
        _shelf(question).put(question, page, room=room(question))
        page = here(question, moment)
    return page


def is_there(question: Question) -> bool:
    """Whether this process has a page of any state, so that it is worth asking which one is the present."""
    return question in _shelf(question)


def here(question: Question, moment: Moment) -> Kept | None:
    """The page as it is at this state, if this process has it."""
    _note(moment)
    page = _shelf(question).get(question)
    if page is None or page.moment != moment:
        return None
    page.current = time.time()
    return page


def old(question: Question) -> Kept | None:
    """What may be shown while the database is away: the page of the state known last, or one that ended a short time ago."""
    page = _shelf(question).get(question) or shared.get(_name(question))
    if page is None:
        return None
    return page if page.moment == _last_moment or time.time() - page.current <= OLD else None


def keep(question: Question, page: Kept) -> None:
    """Effects: this process and the shared cache have it."""
    _shelf(question).put(question, page, room=room(question))
    shared.put(_name(question), page)


def room(question: Question) -> int:
    """Bytes for pages like this one."""
    whole = settings.ATLAS_PAGE_CACHE_MEGABYTES * 1_000_000
    return whole // ASKED_SHARE if question.query else whole - whole // ASKED_SHARE


def forget() -> None:
    """Effects: this process has nothing."""
    _plain.clear()
    _asked.clear()


def all_kept() -> list[Kept]:
    return [*_plain.pages(), *_asked.pages()]


def _shelf(question: Question) -> Shelf:
    return _asked if question.query else _plain


def _note(moment: Moment) -> None:
    """Pages of earlier states go after a time, so that what was erased does not stay."""
    global _last_moment, _swept  # noqa: PLW0603 - one state for the whole process
    _last_moment = moment
    now = time.time()
    if abs(now - _swept) > SWEEP:
        _swept = now
        for shelf in (_plain, _asked):
            shelf.sweep(moment, before=now - OLD)


def _name(question: Question) -> str:
    """The name in the shared cache, which another release or configuration does not share."""
    return sha256(f"{edition()} {question.text}".encode("utf-8", "surrogatepass")).hexdigest()
