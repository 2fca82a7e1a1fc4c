"""What answers say to caches: the names and values of headers. Pure."""

from __future__ import annotations

# How the atlas came by an answer.
CACHE_HEADER = "X-Atlas-Cache"
HIT, MISS, STALE, PASS = "hit", "miss", "stale", "pass"

IF_ERROR = 86_400  # seconds for which a shared cache may show what it has while the atlas does not answer
PRIVATE = "private, max-age=0"
NO_STORE = "no-store"


def public(seconds: int) -> str:
    """`Cache-Control` of what is the same for everybody.

    Browsers ask every time whether it changed, which a 304 answers. A shared cache asks after `seconds`, and may hand out what
    it has for as long again while it asks.
    """
    return f"public, max-age=0, s-maxage={seconds}, stale-while-revalidate={seconds}, stale-if-error={IF_ERROR}"
