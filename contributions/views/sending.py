"""Checking and sending the form."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from contributions import correcting, form_token, limits, naming, proof_of_work, spam
from contributions.correcting import Place
from contributions.forms import LABELS, TICKS, ContributionForm
from contributions.intake import Submission, receive
from contributions.limits import SENDING, TooMany
from contributions.views.form_page import again, form_page
from contributions.views.receipt import my_address
from contributions.vocabulary import STATE_SENTENCES, Kind, State
from studies.field_words import label
from studies.models import Study

WORDS_TO_COMPARE = 5  # shorter texts are alike by chance
SHOWN_STATES = [state for state in State if state not in {State.QUARANTINED, State.ERASED}]


def send(request: HttpRequest, study: Study | None, kind: Kind, *, check: bool) -> HttpResponse:
    """Store a valid form and answer with its receipt; with `check`, show what would be sent instead."""
    form = ContributionForm(request.POST, kind=kind, study=study)
    if not form.is_valid():
        return form_page(request, form, study, status=422)
    named = named_study(form)
    if kind == Kind.MISSING_PAPER and named:
        return form_page(request, form, study, known=named)
    place = correcting.place(study, form.cleaned_data.get("field", "")) if study else None
    if check:
        return form_page(request, form, study, place=place, preview=preview(form, place))
    try:
        return _stored(request, form, study or named, place, at=timezone.now())
    except TooMany as over:
        response = again(request, study, kind=kind, status=429, minutes=over.minutes)
        response["Retry-After"] = str(over.minutes * 60)
        return response


def named_study(form: ContributionForm) -> Study | None:
    """The public study that the form names; of a missing paper, its number may stand in the message."""
    named = form.cleaned_data.get("identifier") or (
        form.cleaned_data["text"] if form.kind == Kind.MISSING_PAPER else ""
    )
    return naming.public_study(named)


def _stored(
    request: HttpRequest, form: ContributionForm, study: Study | None, place: Place | None, *, at: datetime
) -> HttpResponse:
    limits.count(limits=SENDING, request=request, at=at)
    opened = form_token.read(request.POST.get("form", ""), at=at)
    content = content_of(form, place)
    submission = Submission(
        token=opened.token,
        kind=form.kind,
        study=study,
        content=content,
        contact=form.cleaned_data["contact"],
        spam_score=_spam_score(request, content, opened.seconds, at=at),
        **{name: form.cleaned_data[name] for name in TICKS},
    )
    receipt = receive(submission=submission, at=at)
    context = {
        "words": receipt.words,
        "states": [(state.label, STATE_SENTENCES[state]) for state in SHOWN_STATES],
        "address": my_address(),
    }
    response = render(request, "contributions/receipt.html", context)
    response.keeps_text = True
    return response


def _spam_score(request: HttpRequest, content: dict[str, str], seconds: int | None, *, at: datetime) -> int:
    text = "\n".join(content.values())
    sent = request.POST
    proven = seconds is not None and proof_of_work.is_answer(sent.get("form", ""), sent.get("proof", ""))
    signs = spam.Signs(
        text=text,
        seconds=seconds,
        trapped=bool(sent.get("homepage", "").strip()),
        repeated=len(text.split()) >= WORDS_TO_COMPARE and limits.is_repeated(text, at=at),
        unproven=not proven and limits.surging(at),
    )
    return spam.score(signs)


def content_of(form: ContributionForm, place: Place | None) -> dict[str, str]:
    """What is stored; a proposal that says what stands there already is none."""
    content = form.content()
    if place and not correcting.difference(place, content.get("proposed", place.text)):
        content.pop("proposed", None)
    return content


def preview(form: ContributionForm, place: Place | None) -> dict[str, object]:
    """For the check before sending: what stays private, in words, and what would be public word by word."""
    content = content_of(form, place)
    private = [(LABELS[name], label(text) if name == "field" else text) for name, text in content.items() if text]
    pieces = correcting.difference(place, content["proposed"]) if place and "proposed" in content else []
    return {"private": [row for row in private if row[0] != LABELS["proposed"] or not pieces], "pieces": pieces}
