"""Changes of public studies as entries of a feed: what each field said before, and what it says now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.urls import reverse

from studies.bibliography import notices_of
from studies.feeds.entries import CORRECTION_RIGHTS, Entry, tag
from studies.field_words import label
from studies.formats.notes import MARKS
from studies.models import Flag, Revision, RevisionValue, Study
from studies.serializers import flag_to_dict
from studies.snapshots import FIELDS
from studies.vocabulary import Pem, Reason, RevisionKind

MOST = 300  # characters of a value in the words of an entry; the data have all of it
REMOVED: Mapping[str, str] = {"removed": "This value was removed from the history."}

Values = dict[tuple[int, str], list[tuple[int, Any]]]


def entries(revisions: Sequence[Revision]) -> Iterator[Entry]:
    """Revisions with their studies, newest first. One query for all their values, old and new, and one for notices."""
    values = _values(revisions)
    studies = {revision.study_id: revision.study for revision in revisions}
    prefetch_related_objects(list(studies.values()), "flags")
    flags = {pk: list(study.flags.all()) for pk, study in studies.items()}
    for revision in revisions:
        yield _entry(revision, _differences(revision, values), flags[revision.study_id])


def _values(revisions: Sequence[Revision]) -> Values:
    """By study and field every value that was ever recorded, with its number, the earliest first."""
    fields = {field for revision in revisions for field in revision.value_hashes}
    studies = {revision.study_id for revision in revisions}
    rows = RevisionValue.objects.filter(revision__study__in=studies, field__in=fields).order_by("revision__number")
    found: Values = defaultdict(list)
    for study, number, field, value in rows.values_list("revision__study", "revision__number", "field", "value"):
        found[study, field].append((number, REMOVED if value is None else json.loads(value)))
    return found


def _differences(revision: Revision, values: Values) -> list[dict[str, Any]]:
    """Field, old value and new value, in reading order; null stands for empty."""
    found = []
    for field in sorted(revision.value_hashes, key=_place):
        of_field = values[revision.study_id, field]
        old = next((value for number, value in reversed(of_field) if number < revision.number), None)
        new = next((value for number, value in of_field if number == revision.number), None)
        found.append({"field": field, "old": old, "new": new})
    return found


def _entry(revision: Revision, differences: list[dict[str, Any]], flags: Sequence[Flag]) -> Entry:
    study = revision.study
    kind = RevisionKind(revision.kind).label
    mark = f"{MARKS[study.retraction_status]}: " if study.retraction_status in MARKS else ""
    return Entry(
        id=tag(settings.ATLAS_URL, "revision", str(revision.sequence)),
        title=f"{kind}: {mark}{study.title}",
        link=settings.ATLAS_URL + _page(revision),
        text=" ".join(_sentences(revision, differences, flags)),
        published=revision.made_at,
        updated=revision.made_at,
        rights=CORRECTION_RIGHTS,
        tags=[kind, Reason(revision.reason).label],
        data={
            "study": study.slug,
            "doi": study.doi,
            "pmid": study.pmid,
            "sequence": revision.sequence,
            "version": revision.number,
            "kind": revision.kind,
            "reason": revision.reason,
            "note": revision.note,
            "evidence_url": revision.evidence_url,
            "approver_role": revision.approver_role,
            "second_role": revision.second_role,
            "changes": differences,
            "hash": revision.hash,
            **_now(study, flags),
        },
    )


def _now(study: Study, flags: Sequence[Flag]) -> dict[str, Any]:
    """What belongs beside every finding, as it is now: an old value may tell of one."""
    return {
        "pem": study.pem,
        "retraction": study.retraction_status,
        "main_limitation": study.main_limitation,
        "flags": [flag_to_dict(flag) for flag in flags],
        "sample": study.is_sample,
    }


def _page(revision: Revision) -> str:
    """The difference to the version before, word by word."""
    if revision.number == 1:
        return revision.get_absolute_url()
    return reverse("studies:difference", args=[revision.study.slug, revision.number - 1, revision.number])


def _sentences(revision: Revision, differences: list[dict[str, Any]], flags: Sequence[Flag]) -> Iterator[str]:
    yield f"Version {revision.number}. {Reason(revision.reason).label}."
    if revision.note:
        yield revision.note
    for each in differences:
        yield f"{label(each['field'])}: before {_said(each['old'])}, now {_said(each['new'])}."
    yield f"The study today: {Pem(revision.study.pem).label}."
    yield from notices_of(flags)
    if revision.study.main_limitation:
        yield f"What it does not show: {revision.study.main_limitation}"


def _said(value: Any) -> str:
    if value in (None, "", []):
        return "nothing"
    if value == REMOVED:
        return "a value that was removed"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"“{text}”" if len(text) <= MOST else f"“{text[:MOST].rstrip()}…”"


def _place(field: str) -> tuple[int, str]:
    return (FIELDS.index(field) if field in FIELDS else len(FIELDS), field)
