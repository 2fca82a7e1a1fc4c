"""The language in which a page's own words are shown now. What is stored, exported or mailed never asks for it.

English is what the code is written in. Labels stay English in `vocabulary.py` and are turned into the reader's language
where they are drawn, so that nothing else can depend on who reads.
"""

from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi

ENGLISH = "en"


def current() -> str:
    """Code of the active language, such as `en` or `de`: no region, for that is how readers choose it."""
    return (get_language() or ENGLISH).partition("-")[0]


def direction() -> str:
    """`ltr` or `rtl`, as the attribute `dir` wants it."""
    return "rtl" if get_language_bidi() else "ltr"


def day(moment: object) -> str:
    """A date in words: 3 May 2021 in English, else as the language writes it; "" where there is none."""
    if not moment:
        return ""
    return str(date_format(moment, "j F Y" if current() == ENGLISH else "DATE_FORMAT"))
