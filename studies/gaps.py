"""Templates drawn once with gaps, which every page fills: what thousands of pages have in common is not drawn again."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from studies import languages

MOST = 300  # drawn templates; one for each set of fixed values and language, so readers' looks take most of them

# No template holds a NUL, and what fills the gaps is put in after they were found.
_GAP = re.compile("\x00(\\w+)\x00")

Fixed = tuple[tuple[str, Hashable], ...]


def filled(name: str, *, fixed: Mapping[str, Hashable], gaps: Mapping[str, Any], within: str = "") -> SafeString:
    """The template of this name with these values and nothing else; it may ask the database for nothing.

    By `fixed` it may decide and count. `gaps` it may only print, once or several times and without filters; what is not
    safe HTML is escaped. With `within` the template finds them as attributes of one value of this name. A developer sees
    changes of the template at once, because nothing is kept in DEBUG.
    """
    draw = _pieces.__wrapped__ if settings.DEBUG else _pieces
    pieces = list(draw(name, get_script_prefix(), languages.current(), tuple(fixed.items()), tuple(gaps), within))
    pieces[1::2] = [conditional_escape(gaps[each]) for each in pieces[1::2]]
    return SafeString("".join(pieces))


@lru_cache(MOST)
def _pieces(name: str, prefix: str, language: str, fixed: Fixed, gaps: tuple[str, ...], within: str) -> list[str]:
    """HTML with the names of its gaps between. Addresses begin with `prefix` and words are in `language`."""
    marks = {each: SafeString(f"\x00{each}\x00") for each in gaps}
    return _GAP.split(render_to_string(name, {**dict(fixed), **({within: marks} if within else marks)}))
