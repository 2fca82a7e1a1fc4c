"""/my-contribution/: six words open a message. The words are sent in the body of a request, never in an address."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from contributions import intake, limits, receipts
from contributions.forms import WordsForm
from contributions.limits import LOOKING_UP, TooMany
from contributions.views.session import open_session, opened
from contributions.views.thread_page import thread_page
from studies.languages import in_english

UNKNOWN = "No message belongs to these words. Please compare them with your receipt. The message may also be deleted."
RECEIPT = """Your receipt from the ME/CFS Study Atlas

Your six words:

{words}

To read answers, to add something or to delete your message, write these words at:
{address}

Whoever has these words can read your message. Nobody can give you the words again.
"""


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def my_contribution(request: HttpRequest) -> HttpResponse:
    """The message that is open in this browser, else the question for the six words."""
    if request.method == "POST":
        return _look_up(request)
    contribution = opened(request)
    return thread_page(request, contribution) if contribution else words_page(request, WordsForm())


def _look_up(request: HttpRequest) -> HttpResponse:
    """The same answer for words that nobody has, that are erased, or that are none."""
    form = WordsForm(request.POST)
    if not form.is_valid():
        return words_page(request, form, status=422)
    try:
        limits.count(limits=LOOKING_UP, request=request, at=timezone.now())
    except TooMany as over:
        return words_page(request, WordsForm(initial=request.POST.dict()), status=429, minutes=over.minutes)
    contribution = intake.find(form.cleaned_data["words"])
    if contribution is None:
        form.add_error("words", UNKNOWN)
        return words_page(request, form, status=422)
    open_session(request, contribution)
    if request.POST.get("text", "").strip():  # typed before the session ran out; not sent yet
        return thread_page(request, contribution, typed=request.POST["text"])
    return redirect("contributions:my_contribution")


def words_page(request: HttpRequest, form: WordsForm, *, status: int = 200, **more: Any) -> HttpResponse:
    """The question for the words. `more`: minutes (over a limit), closed (no message is open), lost (its protection).

    A text that was typed on the way goes along.
    """
    context = {"form": form, "typed": request.POST.get("text", "")}
    response = render(request, "contributions/words.html", context | more, status=status)
    response.keeps_text = True
    if "minutes" in more:
        response["Retry-After"] = str(more["minutes"] * 60)
    return response


@never_cache
@sensitive_post_parameters()
@require_POST
@in_english
def receipt_file(request: HttpRequest) -> HttpResponse:
    """The receipt as a file to keep, made of the words that the page sends; nothing is looked up."""
    words = receipts.normalise(request.POST.get("words", ""))
    if len(words.split()) != receipts.WORDS_IN_RECEIPT or not set(words.split()) <= set(receipts.word_list()):
        return HttpResponseBadRequest("These are not the six words of a receipt.\n", content_type="text/plain")
    return text_file("study-atlas-receipt.txt", RECEIPT.format(words=words, address=my_address()))


def my_address() -> str:
    """The whole address at which the words are asked for, as it stands on receipts."""
    return settings.ATLAS_URL + reverse("contributions:my_contribution")


def text_file(name: str, text: str) -> HttpResponse:
    """A plain text to save."""
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
