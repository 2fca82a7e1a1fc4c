"""What a contributor does on the page of a message: add, answer, ask again, save, delete, leave."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from contributions import deadlines, limits, thread
from contributions.forms import AddForm, WordsForm
from contributions.limits import SENDING, TooMany
from contributions.models import Contribution
from contributions.moves import Decided, NotAllowed
from contributions.views.receipt import text_file, words_page
from contributions.views.session import opened
from contributions.views.thread_page import said, thread_page
from contributions.vocabulary import STATE_SENTENCES, State
from studies.languages import in_english


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """More text for the thread; after an end that allows it, the wish for a second look."""
    if request.method != "POST":
        return redirect("contributions:my_contribution")
    contribution = opened(request)
    if contribution is None:
        return words_page(request, WordsForm(), status=403, closed=True)
    form = AddForm(request.POST)
    if not form.is_valid():
        return thread_page(request, contribution, status=422, form=form)
    try:
        limits.count(limits=SENDING, request=request, at=timezone.now())
        _write(contribution, form.cleaned_data["text"])
    except TooMany as over:
        return thread_page(request, contribution, status=429, typed=request.POST["text"], minutes=over.minutes)
    except (NotAllowed, Decided):
        contribution.refresh_from_db()
        return thread_page(request, contribution, status=409, typed=request.POST["text"], changed=True)
    return redirect("contributions:my_contribution")


def _write(contribution: Contribution, text: str) -> None:
    """A second press of the same button writes nothing more."""
    at = timezone.now()
    if thread.already_said(contribution, text):
        return
    if thread.may_reopen(contribution, at=at):
        thread.reopen(contribution=contribution, text=text, at=at)
    else:
        thread.add(contribution=contribution, text=text, at=at)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@in_english
def download(request: HttpRequest) -> HttpResponse:
    """The whole thread as a text file."""
    contribution = opened(request)
    if request.method != "POST" or contribution is None:
        return redirect("contributions:my_contribution")
    context = {
        "contribution": contribution,
        "sentence": STATE_SENTENCES[State(contribution.state)],
        "said": said(contribution),
        "deadlines": deadlines.sentences(contribution, at=timezone.now()),
    }
    return text_file("study-atlas-message.txt", render_to_string("contributions/thread.txt", context))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Asks first; then takes an open message back, or deletes everything ("everything"), at once."""
    contribution = opened(request)
    if contribution is None:
        return words_page(request, WordsForm(), status=403 if request.method == "POST" else 200, closed=True)
    if request.method != "POST":
        return render(request, "contributions/delete.html", _asking(contribution))
    everything = request.POST.get("act") == "everything"
    try:
        _delete(contribution, everything=everything)
    except (NotAllowed, Decided):
        contribution.refresh_from_db()
        return render(request, "contributions/delete.html", _asking(contribution) | {"changed": True}, status=409)
    return _gone(request, "deleted") if everything else redirect("contributions:my_contribution")


def _asking(contribution: Contribution) -> dict[str, object]:
    return {"contribution": contribution, "backup_days": settings.ATLAS_BACKUP_DAYS}


def _delete(contribution: Contribution, *, everything: bool) -> None:
    if contribution.is_open:
        thread.take_back(contribution=contribution, at=timezone.now())
        contribution.refresh_from_db()
    if everything:
        thread.delete_now(contribution=contribution, at=timezone.now())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """End the session and ask the browser to forget the pages it kept."""
    if request.method != "POST":
        return redirect("contributions:my_contribution")
    return _gone(request, "left")


def _gone(request: HttpRequest, why: str) -> HttpResponse:
    request.session.flush()
    response = render(request, "contributions/gone.html", {"why": why})
    response["Clear-Site-Data"] = '"cache"'
    return response
