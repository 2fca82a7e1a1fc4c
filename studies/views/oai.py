"""OAI-PMH: harvesters take the whole atlas, or what changed since they last came."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_http_methods

from studies.languages import in_english
from studies.models import PublicState
from studies.oai import answers, questions

FORM = "application/x-www-form-urlencoded"
SECONDS_KEPT = 60


def public_state(request: HttpRequest) -> str | None:
    """An ETag for GET: one for each public state and hour; the hour, because tokens in a kept answer grow old."""
    if request.method == "POST":
        return None
    state = PublicState.objects.values_list("counter", "newest_hash").first() or (0, "")
    return f'W/"{state[0]}-{state[1][:16]}-{answers.hour()}"'


# Another site's form may post here: a question is only answered, and nothing changes or depends on who asks.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@condition(etag_func=public_state)
@in_english
def oai(request: HttpRequest) -> HttpResponse:
    """200 with an answer or an error of the protocol; 304 where nothing public changed since."""
    try:
        said = answers.answer(questions.read(values(request)))
    except questions.ProtocolError as fault:
        said = answers.refusal(fault)
    response = HttpResponse(said, content_type=answers.MEDIA_TYPE)
    if request.method != "POST":
        patch_cache_control(response, public=True, max_age=SECONDS_KEPT)
    return response


def values(request: HttpRequest) -> Mapping[str, Sequence[str]]:
    """The arguments, each with all its values: of the address, or of a form's body. Raises ProtocolError (badArgument)."""
    if request.method != "POST":
        return dict(request.GET.lists())
    if request.content_type != FORM or request.GET:
        raise questions.ProtocolError("badArgument", f"With POST, all arguments are in the body, as {FORM}.")
    return dict(request.POST.lists())
