"""What a feed holds: entries that say who they are, when they changed, and what a reader must not miss. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

TEXTS_RIGHTS = "Texts CC BY 4.0, ME/CFS Study Atlas. Facts CC0 1.0."
CORRECTION_RIGHTS = (
    "The record of the change and all identifiers CC0 1.0. Values of texts CC BY 4.0, ME/CFS Study Atlas."
)
SINCE = 2026  # the year in which the atlas's names began; it is part of them and never changes


@dataclass(frozen=True)
class Entry:
    """`id` never changes, `updated` only with the content. `text` is plain; `data` is for programs (JSON Feed only)."""

    id: str
    title: str
    link: str
    text: str
    updated: datetime
    published: datetime
    rights: str = TEXTS_RIGHTS
    about: str = ""
    tags: Sequence[str] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Feed:
    """`here` and `page` are full addresses: of the feed, and of the page that shows the same to people.

    `following` is the address of the next older part (RFC 5005). `updated` is that of the newest entry, or of the atlas.
    """

    id: str
    title: str
    what: str
    here: str
    page: str
    entries: Sequence[Entry]
    updated: datetime
    following: str = ""


def tag(site: str, *parts: str) -> str:
    """A name that outlives addresses (RFC 4151): `tag:atlas.example,2026:study/12`."""
    host = urlsplit(site).hostname or "localhost"
    return f"tag:{host},{SINCE}:{'/'.join(parts)}"
