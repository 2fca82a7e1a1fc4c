"""How one reader wants pages to look: read from a first-party cookie, on the server, so that no page flashes.

The cookie names what differs from the defaults and nothing else, for example `theme-dim.size-large`. It says nothing
about a person, and a reader who chose nothing has none. What is unknown in it is left out, never an error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Self

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

COOKIE = "look"
LONGEST = 400  # characters of a cookie that are read
SECONDS = 365 * 24 * 60 * 60  # a year from the last choice; reading never renews it

# The first value of each is the default. The values are permanent: they stand in the cookies of readers.
CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dim", "dark", "contrast"),
    "size": ("normal", "large", "larger", "largest"),
    "spacing": ("normal", "wide", "wider"),
    "width": ("normal", "narrow", "wide"),
    "font": ("sans", "serif", "easy"),
    "plain": ("off", "on"),
    "depth": ("short", "glance", "deep"),
    "language": ("en", "de", "fr", "es", "nb", "nl"),
}

# What the style sheet draws; depth and language are for the server alone.
DRAWN = ("theme", "size", "spacing", "width", "font", "plain")
# The paper of each theme, for the frame of the browser: the token of static/css/look.css, and whether it is dark.
FRAMES = {
    "light": ("#f6f2e9", "light"),
    "dim": ("#231b13", "dark"),
    "dark": ("#1c2022", "dark"),
    "contrast": ("#000", "dark"),
}


@dataclass(frozen=True)
class Look:
    """One reader's choices; hashable, so that it can be part of the key of a kept page."""

    theme: str = CHOICES["theme"][0]
    size: str = CHOICES["size"][0]
    spacing: str = CHOICES["spacing"][0]
    width: str = CHOICES["width"][0]
    font: str = CHOICES["font"][0]
    plain: str = CHOICES["plain"][0]
    depth: str = CHOICES["depth"][0]
    language: str = CHOICES["language"][0]

    @classmethod
    def from_cookie(cls, text: str) -> Self:
        """What the cookie chooses; anything that is no choice of ours counts as not chosen."""
        pairs = dict(part.split("-", 1) for part in text[:LONGEST].split(".") if "-" in part)
        return cls(**{name: value for name, value in pairs.items() if value in CHOICES.get(name, ())})

    def to_cookie(self) -> str:
        """Only what differs from the defaults, in a fixed order; empty where nothing does."""
        return ".".join(f"{name}-{value}" for name, value in self.chosen().items())

    def chosen(self) -> dict[str, str]:
        return {name: value for name in CHOICES if (value := getattr(self, name)) != CHOICES[name][0]}

    def attributes(self) -> SafeString:
        """Attributes of `html`, such as ` data-theme="dim"`, for what was chosen and is drawn; empty where nothing is."""
        return _attributes(self)

    def is_drawn(self) -> bool:
        """Whether the style sheet of choices is needed."""
        return bool(self.attributes())

    def frame(self) -> tuple[str, str] | None:
        """Colour of the browser's frame and its scheme; nothing where the theme follows the device."""
        return FRAMES.get(self.theme)

    def with_sent(self, sent: Mapping[str, str]) -> tuple[Self, list[str]]:
        """The choices after these were sent, and the names of settings with a value that is none; those stay as they are.

        A setting that was not sent stays too, so that one button can change one thing.
        """
        named = {name: sent[name] for name in CHOICES if name in sent}
        good = {name: value for name, value in named.items() if value in CHOICES[name]}
        return replace(self, **good), [name for name in named if name not in good]


@lru_cache(500)
def _attributes(look: Look) -> SafeString:
    drawn = [(name, value) for name, value in look.chosen().items() if name in DRAWN]
    return format_html_join("", ' data-{}="{}"', drawn)


@lru_cache(500)
def _read(text: str) -> Look:
    return Look.from_cookie(text)


NOTHING_CHOSEN = Look()
assert tuple(field.name for field in fields(Look)) == tuple(CHOICES)  # noqa: S101 - the two lists are one


def look_of(request: HttpRequest) -> Look:
    """The choices of this reader, read once for each request and kept on it as `request.look`."""
    known: Look | None = getattr(request, "look", None)
    if known is None:
        text = request.COOKIES.get(COOKIE, "")
        known = _read(text[:LONGEST]) if text else NOTHING_CHOSEN
        request.look = known  # type: ignore[attr-defined]
    return known


def keep(response: HttpResponse, look: Look) -> None:
    """Put these choices into the reader's browser; the cookie goes when nothing differs from the defaults."""
    text = look.to_cookie()
    if not text:
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    response.set_cookie(
        COOKIE, text, max_age=SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


class LookMiddleware:
    """Reads the look once, and tells caches which answers depend on it.

    Every page says `Vary: Cookie`, so that a shared cache keeps one copy for all readers without cookies. A page drawn
    for a choice is `private` besides: no shared cache keeps it, not even one that does not heed Vary.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        look = look_of(request)
        response = self.get_response(request)
        if _shows_look(request, response):
            patch_vary_headers(response, ["Cookie"])
            if look != NOTHING_CHOSEN:
                patch_cache_control(response, private=True)
        return response


def _shows_look(request: HttpRequest, response: HttpResponse) -> bool:
    """Pages, and what says that a page has not changed; not the stock admin, nor files, nor redirects."""
    if request.path_info.startswith(f"/{settings.ADMIN_PATH}") or 300 <= response.status_code < 304:
        return False
    return response.status_code == 304 or response.headers.get("Content-Type", "").startswith("text/html")
