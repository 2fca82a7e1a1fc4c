"""What a source is asked for: a new wording is a new version, and one version at a time is asked with."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from studies.errors import Problems, Stale
from studies.models import SourceQuery
from studies.roles import role_of
from studies.sources.page import phrases_of
from studies.vocabulary_desk import Source

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PERMISSION = "add_sourcequery"
RANKING = (
    Source.CROSSREF,
    Source.OPENALEX,
)  # they find by single words; the atlas holds what they find against phrases


@transaction.atomic
def write(*, source: Source, text: str, since: date, note: str, activate: bool, by: User) -> SourceQuery:
    """Write the next version of a source's query, and ask with it from now on if `activate`.

    Effects: the version that was active is switched off in the same transaction. Raises NotAllowed, Problems.
    """
    role_of(by, PERMISSION)
    if found := faults(source=source, text=text, note=note):
        raise Problems(found)
    _lock(source)
    last = SourceQuery.objects.filter(source=source).aggregate(last=Max("version"))["last"] or 0
    if activate:
        _switch_off(source)
    return SourceQuery.objects.create(
        source=source,
        version=last + 1,
        text=text.strip(),
        since=since,
        note=note.strip(),
        is_active=activate,
        made_by=by,
    )


@transaction.atomic
def activate(*, query: SourceQuery, by: User) -> None:
    """Ask with this version from now on, in place of the one that was active. Raises NotAllowed, Stale."""
    role_of(by, PERMISSION)
    _lock(Source(query.source))
    if SourceQuery.objects.get(pk=query.pk).is_active:
        raise Stale("This version is active already.")
    _switch_off(Source(query.source))
    SourceQuery.objects.filter(pk=query.pk).update(is_active=True)


def newest(source: str) -> SourceQuery | None:
    return SourceQuery.objects.filter(source=source).order_by("-version").first()


def faults(*, source: str, text: str, note: str) -> list[str]:
    """What is wrong with a wording, as sentences."""
    found = []
    if not text.strip():
        found.append("Write what the source is asked for.")
    if not note.strip():
        found.append("Say why this wording.")
    if text.count('"') % 2:
        found.append("A quotation mark is missing: phrases stand between two of them.")
    elif text.strip() and source in RANKING and not phrases_of(text):
        found.append(
            f"{Source(source).label} finds by single words, so put phrases between quotation marks. What holds none of "
            "them is left out."
        )
    return found


def _lock(source: Source) -> None:
    """All versions of a source, so that two leads make one after the other."""
    list(SourceQuery.objects.select_for_update().filter(source=source).order_by("pk").values_list("pk"))


def _switch_off(source: Source) -> None:
    SourceQuery.objects.filter(source=source, is_active=True).update(is_active=False)
