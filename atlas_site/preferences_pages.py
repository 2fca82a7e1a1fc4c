"""/preferences/: where readers choose how pages look. It works without JavaScript, and sets a cookie only for a choice."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from atlas_site.origins import came_from_here, local_path
from atlas_site.preferences import CHOICES, NOTHING_CHOSEN, Look, keep, look_of

Words = str | Promise

# Setting to its name, what it does, and the words for its values in the order of CHOICES.
WORDS: dict[str, tuple[Words, Words, tuple[Words, ...]]] = {
    "theme": (
        _("Theme"),
        _("Light is off-white. Dim is warm and gives the least light. Dark is grey. High contrast is white on black."),
        (_("As the device"), _("Light"), _("Dim"), _("Dark"), _("High contrast")),
    ),
    "size": (
        _("Text size"),
        _("The zoom of your browser works too."),
        (_("Normal"), _("Large"), _("Larger"), _("Largest")),
    ),
    "spacing": (_("Space between lines"), "", (_("Normal"), _("Wide"), _("Wider"))),
    "width": (
        _("Length of lines"),
        _("Short lines are easier to follow. Long lines need less scrolling."),
        (_("Normal"), _("Short"), _("Long")),
    ),
    "font": (
        _("Letters"),
        _("The third kind has shapes that are hard to mix up. It needs a font on your device."),
        (_("Plain, without serifs"), _("With serifs, as in books"), _("Easy to tell apart, for dyslexia")),
    ),
    "plain": (
        _("Plain mode"),
        _("No colours for emphasis and no charts. Their tables stay."),
        (_("Off"), _("On")),
    ),
    "depth": (
        _("How much of a study to show first"),
        _("The rest stays on the page and can be opened."),
        (_("The glance and the short summary"), _("The glance alone, 30 seconds"), _("Everything open")),
    ),
}


@dataclass(frozen=True)
class Setting:
    """One question of the page. `chosen` is the value that is ticked."""

    name: str
    label: Words
    hint: Words
    choices: list[tuple[str, Words]]
    chosen: str
    wrong: bool


@csrf_exempt  # the panel is on every page, and a token in it would give every reader a cookie; see _save
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    return _page(request, look_of(request), back=_back(request))


def _save(request: HttpRequest) -> HttpResponse:
    """Keeps what was sent in the cookie and goes on, or with `all` keeps nothing and goes to all settings: 302.

    422 with a bad value and 403 from another site: the page again with what was sent, and nothing is kept.

    Who sends is told by the browser's own headers. One that says nothing is let through: the most that another site
    could do by it is change somebody's colours.
    """
    look, wrong = look_of(request).with_sent(request.POST)
    onward = local_path(request.POST.get("next", ""))
    if came_from_here(request) is False:
        return _page(request, look, refused=True, status=403)
    if wrong:
        return _page(request, look, wrong=wrong, status=422)
    if "all" in request.POST:
        return HttpResponseRedirect(_here(back=onward))
    response = HttpResponseRedirect(onward or _here(saved="yes"))
    keep(response, NOTHING_CHOSEN if "reset" in request.POST else look)
    return response


def _page(
    request: HttpRequest,
    look: Look,
    *,
    back: str = "",
    wrong: list[str] | None = None,
    refused: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page with these choices ticked, which need not be the ones it is drawn in."""
    context = {
        "settings": settings_of(look, wrong or []),
        "onward": _here(saved="yes", back=back),
        "back": back,
        "saved": "saved" in request.GET,
        "wrong": bool(wrong),
        "refused": refused,
    }
    return render(request, "pages/preferences.html", context, status=status)


def settings_of(look: Look, wrong: list[str]) -> list[Setting]:
    """The questions in the order of the page, with these choices ticked."""
    questions = {
        name: (label, hint, list(zip(CHOICES[name], labels, strict=True)))
        for name, (label, hint, labels) in WORDS.items()
    }
    if len(languages := offered_languages()) > 1:
        questions["language"] = (_("Language of the site"), _("Texts about studies stay in English."), languages)
    return [
        Setting(name, label, hint, choices, getattr(look, name), name in wrong)
        for name, (label, hint, choices) in questions.items()
    ]


def offered_languages() -> list[tuple[str, Words]]:
    """The languages of the settings that a reader can choose, each named in itself; regions are left away."""
    known = {code.partition("-")[0]: name for code, name in settings.LANGUAGES}
    return [(code, known[code]) for code in CHOICES["language"] if code in known]


def _back(request: HttpRequest) -> str:
    """The page that the reader came from and may want to go back to; "" where it is this one or not known.

    It stands in the address: what a browser says of the page before (Referer) is shown nowhere in the atlas.
    """
    before = local_path(request.GET.get("back", ""))
    return "" if before.partition("?")[0] == request.path else before


def _here(**query: str) -> str:
    """The address of this page; what is empty is left out of the query."""
    given = urlencode({name: value for name, value in query.items() if value})
    return reverse("preferences") + (f"?{given}" if given else "")
