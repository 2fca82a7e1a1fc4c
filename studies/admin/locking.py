"""Bibliography that came from a source is closed in a draft: a change by hand is opened on purpose and needs a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest

from studies.admin.study import BIBLIOGRAPHY
from studies.field_words import label
from studies.models import Study

OPEN = "bibliography"  # ?bibliography=open
BY_HAND = ", changed by hand"
NEEDS_REASON = "This came from a source. Say in a sentence why you change it by hand."


def flat(rows: Iterable[Any]) -> list[str]:
    return [name for row in rows for name in (row if isinstance(row, tuple) else (row,))]


FIELDS = frozenset(flat(BIBLIOGRAPHY))


def is_from_source(study: Study | None) -> bool:
    return bool(study and study.pk and study.bibliography_source)


def is_locked(request: HttpRequest, study: Study | None) -> bool:
    return is_from_source(study) and request.GET.get(OPEN) != "open"


def reason_is_missing(study: Study, data: Mapping[str, Any]) -> bool:
    """Whether a change of this study's bibliography lacks its reason. `data` is what was posted.

    Asked of the row as it is stored: the typed values may be on the object already.
    """
    stored = Study.objects.filter(pk=study.pk).exclude(bibliography_source="").exists()
    return stored and not str(data.get("bibliography_reason", "")).strip()


def note_of(*, reason: str, fields: Iterable[str], by: Any, on: date) -> str:
    """The line for the staff notes about a change by hand."""
    names = ", ".join(label(name) if name != "published" else "Date of the paper" for name in fields)
    return f"{on.isoformat()}, {by}, changed by hand ({names}): {reason}"


def source_after(source: str) -> str:
    """What the record says of where its bibliography comes from, once a person changed it."""
    longest = Study._meta.get_field("bibliography_source").max_length or 0
    return source if not source or source.endswith(BY_HAND) else source[: longest - len(BY_HAND)] + BY_HAND
