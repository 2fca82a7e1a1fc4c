"""What further sources say about studies that are there: drafts take it in, all others are only compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import prefetch_related_objects

from studies import completing
from studies.bibliography import record_of
from studies.creating import abstract_row, add_coding, author_rows, columns_of, misfit_of_coding, short_source
from studies.incoming import LIST_TEXTS, TEXTS, Incoming
from studies.locks import locked_all
from studies.matching.facts import is_preprint
from studies.models import Author, Study
from studies.outcome import Difference
from studies.records import Record
from studies.vocabulary import Design, State


@dataclass(frozen=True)
class Seen:
    """What a record led to: fields written (empty: nothing), or what it says otherwise about a study that is not written."""

    changed: tuple[str, ...] = ()
    differs: tuple[Difference, ...] = ()
    reason: str = ""


def update(said: Mapping[int, Sequence[Incoming]]) -> dict[int, list[Seen]]:
    """Bring what sources say of studies, by id of the study, onto those that are drafts.

    Effects, inside the caller's transaction: columns, Author and Abstract rows of drafts, which stay locked. A study that
    is in review, published or withdrawn is compared and never written, nor is a draft of which the record's title is another.
    """
    studies = Study.objects.in_bulk(list(said))
    studies |= locked_all(pk for pk, study in studies.items() if study.state == State.DRAFT)
    prefetch_related_objects(list(studies.values()), "authors", "abstract")
    return {pk: _update(studies[pk], papers) for pk, papers in said.items()}


def held_record(study: Study) -> Record:
    """The bibliography of a study, all of it that a source may add to."""
    return replace(record_of(study), preprint_doi=study.preprint_doi or "", retraction_on=study.retraction_on)


def _update(study: Study, papers: Sequence[Incoming]) -> list[Seen]:
    seen = []
    ours = held_record(study)
    for paper in papers:
        if study.state != State.DRAFT:
            reason = "It is no draft any more: propose a change of its texts." if paper.coding else ""
            seen.append(Seen(differs=completing.differences(ours, paper.record), reason=reason))
        elif completing.has_other_title(ours, paper.record):
            differs = completing.differences(ours, paper.record)
            seen.append(Seen(differs=differs, reason="Its identifier leads to a study with another title."))
        else:
            ours, found = _write(study, ours, paper)
            seen.append(found)
    return seen


def _write(study: Study, ours: Record, paper: Incoming) -> tuple[Record, Seen]:
    better = completing.trust(paper.source) > completing.trust(study.bibliography_source)
    after = completing.completed(ours, paper.record, better=better)
    changed = completing.changed_fields(ours, after)
    columns = _changed_columns(study, columns_of(after))
    if changed and (better or is_preprint(ours) != is_preprint(after)):
        columns["bibliography_source"] = short_source(paper.source)
    if paper.license_url and not study.license_url:
        columns["license_url"] = paper.license_url
    _save(study, columns)
    if "authors" in changed:
        study.authors.all().delete()
        Author.objects.bulk_create(author_rows(study, after))
    extra = [name for name in ("license_url",) if name in columns] + (
        ["abstract"] if _add_abstract(study, paper) else []
    )
    coded, reason = _add_coding(study, paper)
    return after, Seen(changed=(*changed, *extra, *coded), reason=reason)


def _add_coding(study: Study, paper: Incoming) -> tuple[list[str], str]:
    """Names of what a drafted text brought to a draft without texts; nothing of it where somebody wrote or coded already."""
    if paper.coding is None:
        return [], ""
    is_begun = any(getattr(study, name) for name in (*TEXTS, *LIST_TEXTS)) or study.design != Design.NOT_CLASSIFIED
    if is_begun or study.definitions.exists():
        return [], "The draft has texts or a coding already, and they stay as they are."
    if reason := misfit_of_coding(paper.coding, study.year):  # of this study: the record may have another year or none
        return [], f"Its texts and coding were not taken in: {reason}"
    add_coding(study, paper.coding)
    return ["texts and coding"], "Its links to other papers were not taken in." if paper.coding.links else ""


def _changed_columns(study: Study, columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if getattr(study, name) != value}


def _save(study: Study, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(study, name, value)
    if columns:
        study.save(update_fields=list(columns))


def _add_abstract(study: Study, paper: Incoming) -> bool:
    """Whether the study had none and has one now. A preprint's abstract is not its article's."""
    if not paper.abstract or hasattr(study, "abstract"):
        return False
    if is_preprint(paper.record) and not is_preprint(held_record(study)):
        return False
    abstract_row(study, paper.abstract).save()
    return True
