"""The language in which a page's own words are shown now. What is stored, exported or mailed never asks for it.

English is what the code is written in. Labels stay English in `vocabulary.py` and are turned into the reader's language
where they are drawn, so that nothing else can depend on who reads.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, gettext

ENGLISH = "en"

Given = ParamSpec("Given")
Made = TypeVar("Made")


def current() -> str:
    """Code of the active language, such as `en` or `de`: no region, for that is how readers choose it."""
    return (get_language() or ENGLISH).partition("-")[0]


def said(words: str) -> str:
    """`gettext`, remembered: pages say the same few words again and again, and to look one up takes long."""
    return _said(get_language(), words)


@lru_cache(maxsize=5_000, typed=True)  # safe HTML is kept apart from text that has the same letters
def _said(language: str | None, words: str) -> str:
    return gettext(words)


def direction() -> str:
    """`ltr` or `rtl`, as the attribute `dir` wants it."""
    return "rtl" if get_language_bidi() else "ltr"


def day(moment: date | None) -> str:
    """A date in words: 3 May 2021 in English, else as the language writes it; "" where there is none."""
    if not moment:
        return ""
    return str(date_format(moment, "j F Y" if current() == ENGLISH else "DATE_FORMAT"))


def english_attributes() -> SafeString:
    """` lang="en" dir="ltr"` for an element that is only there in English; "" where the page is English itself."""
    return SafeString("" if current() == ENGLISH else ' lang="en" dir="ltr"')


def english_words(text: str) -> str:
    """Text or safe HTML that is only there in English, marked as that where the page is not."""
    return text if current() == ENGLISH else format_html("<span{}>{}</span>", english_attributes(), text)


def english_part(html: str) -> str:
    """The same for paragraphs and lists, which no `span` may hold."""
    return html if current() == ENGLISH else format_html("<div{}>{}</div>", english_attributes(), html)


def in_english(makes: Callable[Given, Made]) -> Callable[Given, Made]:
    """For what makes files, answers for programs and stored text: it says the same whoever asks."""

    @wraps(makes)
    def in_english_only(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with translation.override(ENGLISH):
            return makes(*args, **kwargs)

    return in_english_only
