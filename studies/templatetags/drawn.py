"""Parts of a page that are the same on thousands of pages: drawn once and kept."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString

from studies import languages

register = template.Library()

MOST = 500  # parts; all menus and badges of the atlas are about fifty


@register.simple_tag
def drawn(name: str, **values: object) -> SafeString:
    """The template of this name with these values and nothing else; it may ask the database for nothing.

    A developer sees changes of the template at once, because nothing is kept in DEBUG.
    """
    draw = _draw.__wrapped__ if settings.DEBUG else _draw
    return draw(name, get_script_prefix(), languages.current(), tuple(values.items()))


@lru_cache(MOST)
def _draw(name: str, prefix: str, language: str, values: tuple[tuple[str, object], ...]) -> SafeString:
    """The addresses in it begin with `prefix` and its words are in `language`, which is why both are part of the key."""
    return render_to_string(name, dict(values))
