"""What staff do, through the admin alone; what they write to a contributor is private too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from contributions import retention
from contributions.vocabulary import State
from tests.canary import contributing
from tests.canary.watching import Watched
from tests.canary.world import Sent, World
from tests.studies.filling import form_to, send

QUEUE = f"/{settings.ADMIN_PATH}contributions/contribution/"
WHY = {"reason": "correction", "note": "The journal was wrong, as the paper shows."}


def detail(sent: Sent) -> str:
    return f"{QUEUE}{sent.pk}/change/"


def act(client: Watched, sent: Sent, slug: str, *, expect: int = 302, **typed: Any) -> HttpResponse:
    """Press the button of this act on the page of the contribution."""
    address, values = form_to(client.get(detail(sent)), f"/{slug}/")
    answer = client.post(address, values | typed)
    assert answer.status_code == expect, (slug, answer.status_code)
    return answer


def write(world: World, label: str) -> str:
    return f"{world.secrets.word(f'text: {label}')} is what the moderator wrote."


def propose(world: World, sent: Sent, **changes: Any) -> None:
    """First with the contributor's own words, which the copy guard refuses on the page; then in other words."""
    moderator, page = world.staff["moderator"], f"{QUEUE}{sent.pk}/propose/"
    copied = contributing.TEXT.format(_word_of(world, sent))
    refused = send(moderator, page, holding="base", press="save", **WHY | changes | {"note": copied})
    assert (refused.status_code, "words_stand_in_paper" in refused.content.decode()) == (200, True)
    saved = send(moderator, page, holding="base", press="save", **WHY | changes)
    assert saved.status_code == 302, saved.status_code


def _word_of(world: World, sent: Sent) -> str:
    return next(word for word, label in world.secrets.words.items() if label == f"text: text of {sent.row.kind}")


def _claim(world: World, sent: Sent) -> None:
    act(world.staff["moderator"], sent, "claim")


def _ask(world: World, sent: Sent) -> None:
    _claim(world, sent)
    act(world.staff["moderator"], sent, "ask", text=write(world, "the moderator's question"))


def _answered(world: World, sent: Sent) -> None:
    _ask(world, sent)
    contributing.come_back(sent)
    contributing.add(world, sent, "the answer to a question")


def _close(world: World, sent: Sent) -> None:
    _ask(world, sent)
    retention.purge(at=timezone.now() + timedelta(days=60))


def _propose_grave(world: World, sent: Sent) -> None:
    _claim(world, sent)
    propose(world, sent, **{"flags-0-kind": "contested", "flags-0-reason": "Letters dispute the result."})


def _second(world: World, sent: Sent) -> None:
    _propose_grave(world, sent)
    contributing.add(world, sent, "an addition while a second person is awaited")
    act(world.staff["moderator-2"], sent, "apply", text=write(world, "the second person's answer"))


def _apply(world: World, sent: Sent) -> None:
    _claim(world, sent)
    propose(world, sent, journal=f"Journal {sent.pk}")
    act(world.staff["moderator"], sent, "apply", text=write(world, "the answer after a change"))


def _decline(world: World, sent: Sent) -> None:
    _claim(world, sent)
    act(world.staff["moderator"], sent, "decline", reason="no_source", text=write(world, "the reason for declining"))


def _reopen(world: World, sent: Sent) -> None:
    _decline(world, sent)
    contributing.come_back(sent)
    contributing.add(world, sent, "the wish for a second look")


def _note(world: World, sent: Sent) -> None:
    _claim(world, sent)
    act(world.staff["moderator"], sent, "note", text=write(world, "the answer of a note"))


def _duplicate(world: World, sent: Sent) -> None:
    _claim(world, sent)
    act(world.staff["moderator"], sent, "duplicate", text=write(world, "the answer to a duplicate"))


def _spam(world: World, sent: Sent) -> None:
    act(world.staff["triage"], sent, "spam")


def walk_draft(world: World, sent: Sent) -> None:
    _claim(world, sent)
    typed = {"title": "A paper that was missing", "numbers": "", "text": write(world, "the answer about a draft")}
    answer = send(world.staff["moderator"], f"{QUEUE}{sent.pk}/draft-study/", holding="numbers", **typed)
    assert answer.status_code == 302, answer.status_code


def _stay(world: World, sent: Sent) -> None:
    pass


# How a contribution that has just been received comes to each state; the names are for failures.
WALKS: dict[str, tuple[str, Callable[[World, Sent], None]]] = {
    "received": (State.RECEIVED, _stay),
    "in review": (State.IN_REVIEW, _claim),
    "asked": (State.ASKED, _ask),
    "answered": (State.RECEIVED, _answered),
    "awaiting a second person": (State.AWAITING_SECOND, _propose_grave),
    "applied": (State.APPLIED, _apply),
    "applied by two": (State.APPLIED, _second),
    "declined": (State.DECLINED, _decline),
    "opened again": (State.RECEIVED, _reopen),
    "noted": (State.NOTED, _note),
    "duplicate": (State.DUPLICATE, _duplicate),
    "spam": (State.SPAM, _spam),
    "closed": (State.CLOSED, _close),
    "taken back": (State.TAKEN_BACK, lambda world, sent: contributing.take_back(sent)),
}


def walk(world: World, sent: Sent, name: str) -> None:
    state, steps = WALKS[name]
    steps(world, sent)
    assert sent.row.state == state, name
