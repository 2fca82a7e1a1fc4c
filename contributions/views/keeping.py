"""No way to lose text: whatever goes wrong with a form, what was typed stands in the answer, ready to be sent again."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.views.csrf import csrf_failure as usual_csrf_failure

from atlas_site import staff_text
from atlas_site.origins import came_from_here
from atlas_site.pages import site
from contributions.forms import LABELS, TICKS, TYPED, WordsForm
from contributions.views.form_page import again, kept_token, study_at
from contributions.views.receipt import words_page
from contributions.views.session import opened
from contributions.views.thread_page import thread_page

FORM, MESSAGE = "/contribute/", "/my-contribution/"
SHOWN = ("text", "proposed", "quote")
CARRIED = (*TYPED, *TICKS, "contact", "kind", "shown")
DRAINED = 64 * 1024 * 1024  # a browser shows no answer before its message was taken


class KeepTextMiddleware:
    """Wraps the pages of contributors: nothing of them is stored by browsers, and no error answer is without the text.

    It stands outside sessions and form protection, so that their failures are caught too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith((FORM, MESSAGE)):
            return self.get_response(request)
        request.sensitive_post_parameters = "__ALL__"  # for error reports, before any view could say so
        response = self.get_response(request)
        if request.method == "POST" and response.status_code >= 400 and not getattr(response, "keeps_text", False):
            response = kept(request, response)
        add_never_cache_headers(response)
        return response


def kept(request: HttpRequest, failed: HttpResponse) -> HttpResponse:
    """The answer page with the text in it, made without any query; the failed answer itself where there is no text."""
    sent = typed(request)
    if not any(sent.get(name, "").strip() for name in TYPED):
        return failed
    status = 413 if too_large(request) else failed.status_code
    context = {
        "status": status,
        "shown": [(name, LABELS[name], sent[name]) for name in SHOWN if name == "text" or sent.get(name)],
        "hidden": [(name, sent[name]) for name in CARRIED if sent.get(name) and name not in SHOWN],
        "signed": kept_token(request),
        "action": request.path if status != 404 else FORM,
    }
    page = render_to_string("contributions/kept.html", site(request) | context | {"csrf_token": get_token(request)})
    response = HttpResponse(page, status=status)
    response._has_been_logged = getattr(failed, "_has_been_logged", False)  # one fault, one line of the log
    return _guarded(request, response)


def too_large(request: HttpRequest) -> bool:
    return _declared(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def typed(request: HttpRequest) -> dict[str, str]:
    """What the form sent, by name. Where Django refused to read it (too large, too many fields), as much as is allowed."""
    try:
        if request.POST:
            return request.POST.dict()
        raw = request.body if not too_large(request) else _first_part(request)
    except (RawPostDataException, UnreadablePostError):
        return {}
    found = parse_qs(raw.decode("ascii", errors="ignore"), keep_blank_values=True, errors="replace")
    return {name: values[-1] for name, values in found.items()}


def _declared(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


def _first_part(request: HttpRequest) -> bytes:
    """As much as the limit allows; the rest is taken and dropped."""
    kept_bytes = request.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    drained = 0
    while drained < DRAINED and (piece := request.read(64 * 1024)):
        drained += len(piece)
    return kept_bytes


def _guarded(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What the inner layers would have added: the cookie that protects forms, and when to try again."""
    if response.status_code == 503:
        response["Retry-After"] = "120"
    return CsrfViewMiddleware(lambda request: response).process_response(request, response)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's protection is lost (an old page, no cookies): the filled form again, with a fresh one.

    Words are filled in only for a browser that says that the request came from our own page: another page could send
    the words of a message that is its own.
    """
    where = request.resolver_match.view_name if request.resolver_match else ""
    if where in {"contributions:contribute", "contributions:contribute_study"}:
        slug = request.resolver_match.kwargs.get("slug")
        return again(request, study_at(slug) if slug else None, status=403, lost=True)
    if where == "contributions:my_contribution":
        words = request.POST.get("words", "") if came_from_here(request) else ""
        return words_page(request, WordsForm(initial={"words": words}), status=403, lost=True)
    if where == "contributions:add":
        contribution = opened(request)
        if contribution:
            return thread_page(request, contribution, status=403, typed=request.POST.get("text", ""), lost=True)
        return words_page(request, WordsForm(), status=403, closed=True)
    return staff_text.kept(request, usual_csrf_failure(request, reason))
