"""The page of one message: its state in plain words, the thread, what its contributor can do, when it is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from contributions import deadlines, messages, thread
from contributions.forms import LABELS, AddForm
from contributions.kinds import ASKED
from contributions.models import Contribution, ProposalLink
from contributions.moves import possible_actions
from contributions.transitions import Action
from contributions.views.session import IDLE_SECONDS
from contributions.vocabulary import STATE_SENTENCES, Kind, Side, State
from studies.field_words import label
from studies.models import Study


@dataclass(frozen=True)
class Said:
    """One entry of the thread: whose, when, and (label, text) of what it holds; the message itself has no label."""

    is_mine: bool
    at: datetime
    rows: list[tuple[str, str]]

    def __repr__(self) -> str:
        return "<Said>"


def thread_page(
    request: HttpRequest, contribution: Contribution, *, status: int = 200, form: AddForm | None = None, **more: Any
) -> HttpResponse:
    """The page. `more`: typed (a text that is not sent yet), lost (the form's protection), changed (the state meanwhile),
    minutes (over a limit)."""
    at = timezone.now()
    actions = possible_actions(thread.CONTRIBUTOR, contribution.state)
    context = {
        "contribution": contribution,
        "asked": ASKED[Kind(contribution.kind)],
        "sentence": STATE_SENTENCES[State(contribution.state)],
        "said": said(contribution),
        "study": contribution.study,
        "draft": _draft_of(contribution),
        "deadlines": deadlines.sentences(contribution, at=at),
        "form": form or AddForm(initial={"text": more.get("typed", "")}),
        "may_add": bool(actions & {Action.ADD, Action.REPLY}),
        "is_asked": contribution.state == State.ASKED,
        "may_reopen": thread.may_reopen(contribution, at=at),
        "may_take_back": Action.TAKE_BACK in actions,
        "closes_at": at + timedelta(seconds=IDLE_SECONDS),
    }
    response = render(request, "contributions/thread.html", context | more, status=status)
    response.keeps_text = True
    if "minutes" in more:
        response["Retry-After"] = str(more["minutes"] * 60)
    return response


def said(contribution: Contribution) -> list[Said]:
    return [
        Said(entry.side == Side.CONTRIBUTOR, entry.sent_at, _rows(entry.content))
        for entry in messages.read(contribution)
    ]


def _rows(content: dict[str, str]) -> list[tuple[str, str]]:
    rows = [("", content.get("text", ""))]
    for name, text in content.items():
        if name != "text":
            rows.append((LABELS.get(name, name), label(text) if name == "field" else text))
    return [row for row in rows if row[1]]


def _draft_of(contribution: Contribution) -> Study | None:
    """The study that a missing paper became."""
    if contribution.kind != Kind.MISSING_PAPER or contribution.state != State.APPLIED:
        return None
    link = ProposalLink.objects.filter(contribution=contribution).select_related("draft_study").first()
    return link.draft_study if link else None
