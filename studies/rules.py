"""What must hold before a study is public; product.md's and pem.md's rules that no database constraint can state."""

from __future__ import annotations

from collections.abc import Mapping

from studies import pem, phrasing, signs
from studies.backing import Sections, unbacked
from studies.badges import badge_of, definitions_named_by, rows_of
from studies.field_words import label
from studies.models import CaseDefinition, SlugRedirect, Study, StudyLink
from studies.models.study import CONSENSUS_DESIGNS
from studies.provenance import TEXTS
from studies.roles import one_person
from studies.snapshots import Snapshot
from studies.text_counts import disagreements
from studies.vocabulary import EvidenceLevel, LinkType, Pem, Role, State

IDENTIFIERS = ("doi", "pmid", "pmcid", "preprint_doi")


def problems(study_id: int, values: Snapshot, *, abstract: Sections | None = None) -> list[str]:
    """Every rule that this study with this content would break. Empty: it may be public.

    `abstract` are the sections to look for quotes and numbers in; without them those that are stored.
    """
    definitions = definitions_named_by([values])
    return [
        *_of_identity(study_id, values),
        *_of_signs(values),
        *_of_texts(values),
        *_of_coding(values, definitions),
        *_of_level(study_id, values),
        *_of_links(values),
        *disagreements(values),
        *unbacked(study_id, values, definitions, abstract),
        *phrasing.refusals(values, definitions),
    ]


def new_problems(study_id: int, before: Snapshot, after: Snapshot) -> list[str]:
    """The rules that `after` breaks and `before` did not: an old fault must not stand in the way of a correction."""
    found = problems(study_id, after)
    old = set(problems(study_id, before)) if found else set()
    return [problem for problem in found if problem not in old]


def unchecked(study: Study) -> list[str]:
    """The rule that a required badge needs a second look at the rows that gave it."""
    if study.pem != Pem.REQUIRED:
        return []
    counted = [row for row in study.definitions.all() if row.role in {Role.INCLUSION, Role.ALTERNATIVE}]
    if not all(row.checked_by_id for row in counted):
        return ["PEM is shown as required, but nobody has checked the case definitions. Check them first."]
    if not one_person() and any(row.checked_by_id == row.coded_by_id for row in counted):
        return ["PEM is shown as required, but the person who coded a case definition checked it too. Another must."]
    return []


def _of_identity(study_id: int, values: Snapshot) -> list[str]:
    taken = SlugRedirect.objects.filter(slug=values["slug"]).exclude(study=study_id).exists()
    return [
        *(["The title is missing."] if not values.get("title", "").strip() else []),
        *(["Another study had this address before. Choose another one."] if taken else []),
        *(f"Another study has this {_name(name)}." for name in IDENTIFIERS if _is_taken(study_id, values, name)),
    ]


def _of_signs(values: Snapshot) -> list[str]:
    """Nothing public may read otherwise than it is."""
    return [problem for name, value in values.items() for problem in signs.refusals(label(name), value)]


def _is_taken(study_id: int, values: Snapshot, name: str) -> bool:
    return name in values and Study.objects.filter(**{name: values[name]}).exclude(pk=study_id).exists()


def _of_texts(values: Snapshot) -> list[str]:
    """All compulsory texts with their basis, or no text at all: then it is bibliography only."""
    if not any(values.get(field) for field in TEXTS):
        return []
    missing = [_name(field) for field in Study.COMPULSORY_TEXTS if not values.get(field)]
    found = [f"Texts are missing: {', '.join(missing)}."] if missing else []
    if not values.get("basis"):
        found.append("Say what the texts were written from.")
    if values.get("pem", Pem.NOT_CODED) == Pem.NOT_CODED:
        found.append("PEM has not been coded.")
    return found


def _of_coding(values: Snapshot, definitions: Mapping[str, CaseDefinition]) -> list[str]:
    year = int(values["published_on"][:4]) if values.get("published_on") else None
    young = [problem.message + "." for problem in pem.check_years(rows=rows_of(values, definitions), year=year)]
    try:
        badge = badge_of(values, definitions)
    except pem.PemError as error:
        return [f"The PEM coding cannot be read: {error}.", *young]
    if badge != (values.get("pem"), values.get("pem_rule", "")):
        return ["The PEM badge is not what the coding gives.", *young]
    return young


def _of_level(study_id: int, values: Snapshot) -> list[str]:
    level = values.get("evidence_level")
    if level == EvidenceLevel.E0 and values.get("design") not in CONSENSUS_DESIGNS:
        return ["E0 is for guidelines, consensus papers and systematic reviews."]
    if level == EvidenceLevel.E1 and not _is_replicated(study_id, values):
        return ["E1 needs a link to a published study that replicates it."]
    return []


def _is_replicated(study_id: int, values: Snapshot) -> bool:
    """A published study says that it replicates this one, or this one that it replicates a published study."""
    named = [link["study"] for link in values.get("links", []) if link["type"] == LinkType.REPLICATES]
    inward = StudyLink.objects.filter(type=LinkType.REPLICATES, target=study_id, source__state=State.PUBLISHED)
    return Study.objects.published().filter(pk__in=named).exists() or inward.exists()


def _of_links(values: Snapshot) -> list[str]:
    named = [link["study"] for link in values.get("links", [])]
    hidden = Study.objects.filter(pk__in=named).exclude(state=State.PUBLISHED)
    return [f"The link to “{study.title}” leads to a study that is not public." for study in hidden]


def _name(field: str) -> str:
    return str(getattr(Study._meta.get_field(field), "verbose_name", field))
