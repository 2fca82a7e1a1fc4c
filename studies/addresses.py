"""Addresses with a slug in them, put together of parts that are looked up once.

A study page holds some twenty of them, and `reverse` looks through the patterns of the site for each.
"""

import re
from functools import lru_cache

from django.urls import get_script_prefix, reverse

_STAND_IN = "a-slug"
_SLUG = re.compile(r"[-a-zA-Z0-9_]+", re.ASCII)  # as Django's `<slug:…>` takes it


def with_slug(name: str, slug: str, *more: str) -> str:
    """What `reverse` gives for this slug and what comes after it. Raises NoReverseMatch, as it does, for what is no slug."""
    if not _SLUG.fullmatch(slug):
        return reverse(name, args=[slug, *more])
    before, after = _around(get_script_prefix(), name, *more)
    return f"{before}{slug}{after}"


@lru_cache
def _around(prefix: str, name: str, *more: str) -> tuple[str, str]:
    """What stands before and after the slug; all of it begins with `prefix`, which is why that is part of the key."""
    before, _, after = reverse(name, args=[_STAND_IN, *more]).partition(_STAND_IN)
    return before, after
