"""A draft turns out to be a paper that the atlas has: what it knows goes over to the other study, then it is deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.utils import timezone

from studies import completing, proposals
from studies.cleaning import DERIVED
from studies.creating import author_rows, columns_of
from studies.errors import Problems
from studies.models import (
    Abstract,
    Arrival,
    PossibleDuplicate,
    Proposal,
    SlugRedirect,
    Study,
    StudyDefinition,
    StudyLink,
    TextProvenance,
)
from studies.provenance import TEXTS
from studies.records import Record
from studies.snapshots import Snapshot, current
from studies.updating import held_record
from studies.vocabulary import LinkType, PeerReview, Reason
from studies.vocabulary_desk import ArrivalState

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CODING = (
    "design", "peer_review", "patients", "controls", "population_label", "evidence_level", "method_flags", "pem", "pem_rule",
    "pem_claim", "pem_quote", "pem_locator", "pem_measured_by",
)  # fmt: skip
WORDS = (*TEXTS, "basis")
NOTE = "A second record of this paper knew more."


def obstacles(draft: Study, other: Study) -> list[str]:
    """What a person has to settle by hand first, as sentences: of two texts or codings one would be lost."""
    found = []
    if has_texts(draft) and has_texts(other):
        found.append("Both have texts. Move what is worth keeping into one of them, and empty the other.")
    if is_coded(draft) and is_coded(other):
        found.append("Both are coded. Move what is worth keeping into one of them, and empty the other.")
    return found


def has_texts(study: Study) -> bool:
    return any(getattr(study, name) for name in WORDS)


def is_coded(study: Study) -> bool:
    return any(not _is_default(study, name) for name in CODING) or study.definitions.exists()


def join_drafts(*, draft: Study, into: Study) -> None:
    """Bring what a draft holds onto another draft, and delete it.

    Effects, inside the caller's transaction and on locked rows: bibliography that `into` lacks or has from a worse source,
    texts, coding, abstract, topics, links, flags, arrivals and notes go over; rows of other apps that name the draft name
    `into` from then on. Raises Problems (`obstacles`).
    """
    _refuse(draft, into)
    after = completed(draft, into)
    columns = _changed(into, columns_of(after))
    for names, has in ((WORDS, has_texts), (CODING, is_coded)):
        if not has(into):
            columns |= _changed(into, {name: getattr(draft, name) for name in names})
    if draft.editor_notes:
        columns["editor_notes"] = "\n\n".join(filter(None, [into.editor_notes, draft.editor_notes]))
    _move_rows(draft, into, after)
    _delete(draft, into)
    for name, value in columns.items():
        setattr(into, name, value)
    into.save(update_fields=list(columns))


def join_into_published(*, draft: Study, into: Study, note: str, by: User) -> Proposal | None:
    """Delete a draft that is the same paper as a published study; what it knows more becomes a proposal, if anything.

    Effects, inside the caller's transaction: those on rows that name the draft, as in `join_drafts`; an open Proposal. The
    published study itself is not written. Raises Problems (`obstacles`, or what a proposal would break), NotAllowed.
    """
    _refuse(draft, into)
    values, abstract = _more(draft, into), _abstract_for(draft, into)
    for link in StudyLink.objects.filter(target=draft):  # from other drafts: nothing public leads to one
        _move_link(link, draft.pk, into.pk)
    _delete(draft, into)
    if not (values or abstract):
        return None
    note = note.strip() or NOTE
    return proposals.propose(study=into, values=values, reason=Reason.BIBLIOGRAPHY, note=note, abstract=abstract, by=by)


def completed(draft: Study, into: Study) -> Record:
    """The bibliography of both as one."""
    better = completing.trust(draft.bibliography_source) > completing.trust(into.bibliography_source)
    return completing.completed(held_record(into), held_record(draft), better=better)


def _refuse(draft: Study, into: Study) -> None:
    if found := obstacles(draft, into):
        raise Problems(found)


def _more(draft: Study, into: Study) -> dict[str, Any]:
    """What a published study lacks and the draft has, as `proposals.propose` takes it. Its own words are never replaced."""
    after = completing.completed(held_record(into), held_record(draft), better=False)
    values: dict[str, Any] = _changed(into, columns_of(after))
    theirs, ours = _snapshots(draft, into)
    if after.authors != held_record(into).authors:
        values["authors"] = theirs["authors"]
    if not has_texts(into):
        values |= {name: theirs[name] for name in WORDS if name in theirs}
    if is_coded(draft) and not is_coded(into):
        values |= {name: theirs[name] for name in (*CODING, "definitions") if name in theirs and name not in DERIVED}
    for name in ("topics", "links", "flags"):
        mine = ours.get(name, [])
        if new := [row for row in theirs.get(name, []) if row not in mine and not _leads_to(row, into)]:
            values[name] = [*mine, *new]
    return values


def _abstract_for(draft: Study, into: Study) -> dict[str, Any] | None:
    """The draft's abstract, where the other study has none. A preprint's abstract is not its article's."""
    only_draft_is_preprint = draft.peer_review == PeerReview.PREPRINT != into.peer_review
    if only_draft_is_preprint or Abstract.objects.filter(study=into).exists():
        return None
    found = Abstract.objects.filter(study=draft).values("sections", "license", "license_url", "source").first()
    return dict(found) if found else None


def _leads_to(row: Any, study: Study) -> bool:
    return isinstance(row, dict) and row.get("study") == study.pk


def _snapshots(draft: Study, into: Study) -> tuple[Snapshot, Snapshot]:
    both = current([draft.pk, into.pk])
    return both[draft.pk], both[into.pk]


def _changed(study: Study, columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if getattr(study, name) != value}


def _is_default(study: Study, name: str) -> bool:
    field: Any = Study._meta.get_field(name)
    return getattr(study, name) in (None, "", [], field.get_default())


def _move_rows(draft: Study, into: Study, after: Record) -> None:
    if held_record(into).authors != after.authors:
        into.authors.all().delete()
        into.authors.bulk_create(author_rows(into, after))
    if not has_texts(into):
        TextProvenance.objects.filter(study=into).delete()
        TextProvenance.objects.filter(study=draft).update(study=into)
    if not is_coded(into):
        StudyDefinition.objects.filter(study=draft).update(study=into)
    if not Abstract.objects.filter(study=into).exists():
        Abstract.objects.filter(study=draft).update(study=into)
    into.topics.add(*draft.topics.all())
    draft.flags.update(study=into)
    for link in StudyLink.objects.filter(Q(source=draft) | Q(target=draft)):
        _move_link(link, draft.pk, into.pk)


def _move_link(link: StudyLink, draft: int, into: int) -> None:
    start, end = (into if pk == draft else pk for pk in (link.source_id, link.target_id))
    if link.type == LinkType.SHARES_PARTICIPANTS:
        start, end = sorted((start, end))
    if Study.objects.filter(pk=start, version__gt=0).exists():
        raise Problems(["The draft shares participants with a published study. Remove that link and propose it there."])
    known = StudyLink.objects.filter(type=link.type, source__in=(start, end), target__in=(start, end))
    if start != end and not known.exists():
        StudyLink.objects.create(source_id=start, target_id=end, type=link.type)


def _delete(draft: Study, into: Study) -> None:
    """Delete the draft after everything that outlives it names the other study."""
    _move_arrivals(draft, into)
    SlugRedirect.objects.filter(study=draft).update(study=into)
    _move_pairs(draft.pk, into.pk)
    for model, field in _outside():
        model._default_manager.filter(**{field: draft.pk}).update(**{field: into.pk})
    Study.objects.get(pk=draft.pk).delete()


def _move_arrivals(draft: Study, into: Study) -> None:
    """The papers that sources brought follow; one that waits in the inbox is a duplicate from now on."""
    waiting = Arrival.objects.filter(study=draft, state=ArrivalState.WAITING)
    waiting.update(state=ArrivalState.DUPLICATE, decided_at=timezone.now(), version=F("version") + 1)
    Arrival.objects.filter(study=draft).update(study=into)


def _move_pairs(draft: int, into: int) -> None:
    for pair in PossibleDuplicate.objects.filter(Q(one=draft) | Q(other=draft)):
        rest = pair.other_id if pair.one_id == draft else pair.one_id
        one, other = sorted((rest, into))
        if one != other and not PossibleDuplicate.objects.filter(one=one, other=other).exists():
            PossibleDuplicate.objects.filter(pk=pair.pk).update(one=one, other=other)


def _outside() -> Iterable[tuple[Any, str]]:
    """Models of other apps with a foreign key to a study; this app knows none of them by name."""
    relations: Any = Study._meta.get_fields(include_hidden=True)
    for relation in relations:
        if relation.auto_created and not relation.concrete and relation.related_model._meta.app_label != "studies":
            yield relation.related_model, relation.remote_field.attname
