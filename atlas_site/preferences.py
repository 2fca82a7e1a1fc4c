"""How one reader wants pages to look: read from a first-party cookie, on the server, so that no page flashes.

The cookie names what differs from the defaults and nothing else, for example `theme-dim.size-large`. It says nothing
about a person, and a reader who chose nothing has none. What is unknown in it is left out, never an error.
"""

from dataclasses import asdict, dataclass, fields
from typing import Self

from django.http import HttpRequest

COOKIE = "look"

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
        pairs = dict(part.split("-", 1) for part in text[:400].split(".") if "-" in part)
        return cls(**{name: value for name, value in pairs.items() if value in CHOICES.get(name, ())})

    def to_cookie(self) -> str:
        """Only what differs from the defaults, in a fixed order; empty where nothing does."""
        return ".".join(f"{name}-{value}" for name, value in self.chosen().items())

    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value != CHOICES[name][0]}


NOTHING_CHOSEN = Look()
assert tuple(field.name for field in fields(Look)) == tuple(CHOICES)  # noqa: S101 - the two lists are one


def look_of(request: HttpRequest) -> Look:
    text = request.COOKIES.get(COOKIE, "")
    return Look.from_cookie(text) if text else NOTHING_CHOSEN
