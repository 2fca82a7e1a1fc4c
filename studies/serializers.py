"""A published study as plain data: the one shape behind its JSON file, the CSV, the API and the dumps.

Every key is named here; docs/data.md says what each means and under which licence it stands. Values of a vocabulary come
with their permanent slug and their English label, whatever language a reader chose. What the public may not have is never
asked for: abstracts, notes of the staff, names of staff.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import override

from studies.canonical import timestamp
from studies.formats.frame import FACTS_LICENCE, TEXTS_LICENCE
from studies.models import Author, Flag, Study, StudyDefinition, StudyLink, TextProvenance
from studies.pem import RULES
from studies.querysets import StudyQuerySet
from studies.vocabulary import (
    Design,
    EvidenceLevel,
    MethodFlag,
    PeerReview,
    Pem,
    PemClaim,
    PemMeasure,
    Precision,
    Retraction,
    Role,
    State,
)

Data = dict[str, Any]

LABELS_IN = "en"
ANY = "ANY-SLUG"  # no slug of ours has capitals

# What no export reads: notes of the staff, and columns that only steer the work.
UNREAD = ("editor_notes", "submitted_digest", "bibliography_checked_on", "drafted_by", "created_at", "merged_into")


def complete(studies: StudyQuerySet) -> StudyQuerySet:
    """The queryset with all that `study_to_dict` needs, in eight queries however many studies there are."""
    others = Study.objects.named().only("slug", "title", "pem", "retraction_status", "state")
    return studies.defer(*UNREAD).prefetch_related(
        "authors",
        "topics",
        "flags",
        Prefetch("definitions", StudyDefinition.objects.select_related("definition").defer("coded_by", "checked_by")),
        Prefetch("text_provenance", TextProvenance.objects.defer("drafted_by")),
        "author_responses",
        Prefetch("links_out", StudyLink.objects.order_by("type", "id").prefetch_related(Prefetch("target", others))),
        Prefetch("links_in", StudyLink.objects.order_by("type", "id").prefetch_related(Prefetch("source", others))),
    )


def study_to_dict(study: Study, names: Iterable[str] = ()) -> Data:
    """The published study in full, or these parts of it; wants it from `complete()`.

    The order of the keys is the order in a file. Who asks for parts keeps what belongs to a finding beside it.
    """
    with override(LABELS_IN):
        return {name: PARTS[name](study) for name in names or PARTS}


def retraction(study: Study) -> Data:
    """`status` is a slug: none, corrected, expression_of_concern, retracted, withdrawn."""
    return {
        "status": str(study.retraction_status),
        "label": Retraction(study.retraction_status).label,
        "notice_doi": study.retraction_notice_doi or None,
        "on": study.retraction_on.isoformat() if study.retraction_on else None,
    }


def flag_to_dict(flag: Flag) -> Data:
    return {"kind": flag.kind, "label": flag.get_kind_display(), "reason": flag.reason, "link": flag.link or None}


def bibliography(study: Study) -> Data:
    """What the paper is. `date` is as exact as it is known: `2024`, `2024-05` or `2024-05-06`."""
    return {
        "title": study.title,
        "authors": [author_to_dict(author) for author in study.authors.all()],
        "authors_complete": study.authors_complete,
        "journal": study.journal,
        "journal_abbreviation": study.journal_abbreviation,
        "issn": study.issn or None,
        "volume": study.volume,
        "issue": study.issue,
        "pages": study.pages,
        "year": study.year,
        "date": known_date(study),
        "language": study.language,
        "licence_of_paper": study.license_url or None,
        "source": study.bibliography_source,
    }


def author_to_dict(author: Author) -> Data:
    """A person has `family`, `given` and `orcid`; a group has `collective`."""
    if author.collective:
        return {"collective": author.collective}
    return {"family": author.family, "given": author.given, "orcid": author.orcid or None}


def known_date(study: Study) -> str | None:
    """The date of the paper without the parts that nobody knows."""
    if study.published_on is None:
        return None
    length = {Precision.YEAR: 4, Precision.MONTH: 7}.get(Precision(study.published_precision), 10)
    return study.published_on.isoformat()[:length]


def identifiers(study: Study) -> Data:
    return {"doi": study.doi, "pmid": study.pmid, "pmcid": study.pmcid, "preprint_doi": study.preprint_doi}


def classification(study: Study) -> Data:
    """What kind of study it is and in whom. A number that the paper does not give is null."""
    return {
        "design": {"value": str(study.design), "label": Design(study.design).label},
        "peer_review": {"value": str(study.peer_review), "label": PeerReview(study.peer_review).label},
        "evidence_level": {"value": str(study.evidence_level), "label": EvidenceLevel(study.evidence_level).label},
        "patients": study.patients,
        "controls": study.controls,
        "population": study.population_label,
        "method_flags": [{"value": each, "label": str(MethodFlag(each).label)} for each in study.method_flags],
        "topics": [
            {"slug": topic.slug, "label": topic.label, "address": address("studies:topic", topic.slug)}
            for topic in study.topics.all()
        ],
    }


def pem(study: Study) -> Data:
    """The badge, the rule that gave it, and the paper's own sentence where it has one."""
    return {
        "value": str(study.pem),
        "label": Pem(study.pem).label,
        "rule": study.pem_rule or None,
        "rule_in_words": RULES.get(study.pem_rule),
        "claim": _claim(study),
        "measured_by": [{"value": each, "label": str(PemMeasure(each).label)} for each in study.pem_measured_by],
    }


def _claim(study: Study) -> Data | None:
    if not study.pem_claim:
        return None
    return {
        "value": str(study.pem_claim),
        "label": str(PemClaim(study.pem_claim).label),
        "quote": study.pem_quote,
        "found_in": study.pem_locator or None,
    }


def definition_to_dict(row: StudyDefinition) -> Data:
    """One case definition as the paper used it, with the quoted sentence."""
    return {
        "slug": row.definition.slug,
        "name": row.definition.name,
        "address": address("studies:definition", row.definition.slug),
        "role": row.role,
        "role_in_words": Role(row.role).label,
        "pem_in_definition": row.definition.pem,
        "cohort": row.cohort,
        "modification": row.modification,
        "quote": row.quote,
        "found_in": row.locator or None,
        "basis": row.basis,
    }


def texts(study: Study) -> Data | None:
    """The atlas's own texts, each with how it was made; None where the study has no summary yet."""
    if not study.has_texts:
        return None
    made = {row.field: row for row in study.text_provenance.all()}
    found: Data = {"basis": study.basis}
    for name in (*Study.COMPULSORY_TEXTS, *Study.LIST_TEXTS):
        if value := getattr(study, name):
            found[name] = {"text": value, **(how_made(made[name]) if name in made else {})}
    return found


def how_made(row: TextProvenance) -> Data:
    """From what it was written, by a person or a machine, and who let it become public: roles, never names."""
    machine = {"model": row.model, "model_version": row.model_version, "edited_by_a_person": row.edited}
    return {
        "basis": row.basis,
        "drafted_by": row.drafter,
        **(machine if row.model else {}),
        "approved_by": row.approver_role or None,
        "approved_at": moment(row.approved_at),
    }


def links(study: Study) -> list[Data]:
    """Typed links from both ends, to studies that the public sees."""
    ends = [(link, link.target) for link in study.links_out.all()]
    ends += [(link, link.source) for link in study.links_in.all()]
    return [
        {
            "type": link.type,
            "direction": "from" if link.source_id == study.pk else "to",
            "label": link.label_from(study.pk),
            **other_study(other),
        }
        for link, other in ends
        if other.state == State.PUBLISHED
    ]


def other_study(study: Study) -> Data:
    """What names another study, never without its badge and its retraction."""
    return {
        "slug": study.slug,
        "address": address("studies:study", study.slug),
        "title": study.title,
        "pem": str(study.pem),
        "retraction": str(study.retraction_status),
    }


def address(name: str, slug: str) -> str:
    """The full address of a page of the atlas."""
    return settings.ATLAS_URL + _path(name).replace(ANY, slug)


@cache
def _path(name: str) -> str:
    """The address of a page with ANY in the place of its slug: a list names hundreds of them."""
    return reverse(name, args=[ANY])


def moment(at: datetime | None) -> str | None:
    """`2024-05-06T07:08:09Z`."""
    return timestamp(at) if at else None


PARTS: dict[str, Callable[[Study], Any]] = {
    "slug": lambda study: study.slug,
    "address": lambda study: address("studies:study", study.slug),
    "state": lambda study: str(study.state),
    "version": lambda study: study.version,
    "published_at": lambda study: moment(study.published_at),
    "changed_at": lambda study: moment(study.changed_at),
    "sample": lambda study: study.is_sample,
    "retraction": retraction,
    "flags": lambda study: [flag_to_dict(flag) for flag in study.flags.all()],
    "bibliography": bibliography,
    "identifiers": identifiers,
    "classification": classification,
    "pem": pem,
    "definitions": lambda study: [definition_to_dict(row) for row in study.definitions.all()],
    "key_point": lambda study: study.key_point,
    "main_limitation": lambda study: study.main_limitation,
    "texts": texts,
    "author_responses": lambda study: [
        {"text": each.text, "verified_author": each.verified_author} for each in study.author_responses.all()
    ],
    "links": links,
    "licence": lambda study: {"texts": TEXTS_LICENCE, "facts": FACTS_LICENCE},
}


def in_order(studies: Iterable[Study], ids: Sequence[int]) -> list[Study]:
    """The studies in the order of these ids; what is not among them is left out."""
    by_id = {study.pk: study for study in studies}
    return [by_id[each] for each in ids if each in by_id]
