"""A study of the atlas as a bibliographic record: what citations and downloads are made from."""

from collections.abc import Iterable

from django.conf import settings

from studies.models import Author, Flag, Study
from studies.records import Collective, Person, Record
from studies.vocabulary import FlagKind, PeerReview, Precision

FLAGS = {
    FlagKind.SAFETY: "Safety notice",
    FlagKind.CONTESTED: "This study is contested",
    FlagKind.SUPERSEDED: "A newer study replaces this one",
}


def record_of(study: Study, *, flags: Iterable[Flag] = (), atlas_state: str = "") -> Record:
    """The paper as the atlas knows it, with its entry, version and PEM badge. Asks for the authors only.

    `flags` are those of the study, fetched by the caller; `atlas_state` says which state of the atlas a file was made
    from. The abstract stays out: a citation does without, and its licence may not let it travel.
    """
    year, month, day = date_parts(study)
    return Record(
        title=study.title,
        authors=tuple(author_of(author) for author in study.authors.all()),
        authors_complete=study.authors_complete,
        journal=study.journal,
        journal_abbreviation=study.journal_abbreviation,
        issn=study.issn,
        volume=study.volume,
        issue=study.issue,
        pages=study.pages,
        year=year,
        month=month,
        day=day,
        doi=study.doi or "",
        pmid=study.pmid or "",
        pmcid=study.pmcid or "",
        language=study.language,
        retraction_status=study.retraction_status,
        retraction_notice_doi=study.retraction_notice_doi,
        retraction_on=study.retraction_on,
        preprint_doi=study.preprint_doi or "",
        main_limitation=study.main_limitation,
        notices=notices_of(flags),
        is_sample=study.is_sample,
        is_preprint=study.peer_review == PeerReview.PREPRINT,
        pem_label=study.get_pem_display(),
        atlas_slug=study.slug,
        atlas_url=settings.ATLAS_URL + study.get_absolute_url(),
        atlas_version=study.version or None,
        atlas_changed_on=study.changed_at.date() if study.changed_at else None,
        atlas_state=atlas_state,
    )


def notices_of(flags: Iterable[Flag]) -> tuple[str, ...]:
    """Each notice as a line, safety first: `Safety notice: Many patients got worse.`"""
    order = list(FLAGS)
    return tuple(
        f"{FLAGS[FlagKind(flag.kind)]}: {flag.reason}"
        for flag in sorted(flags, key=lambda flag: order.index(FlagKind(flag.kind)))
    )


def date_parts(study: Study) -> tuple[int | None, int | None, int | None]:
    """Year, month and day as far as the date of the paper is known."""
    known = study.published_on
    if known is None:
        return None, None, None
    month = known.month if study.published_precision in {Precision.MONTH, Precision.DAY} else None
    return known.year, month, known.day if study.published_precision == Precision.DAY else None


def author_of(author: Author) -> Person | Collective:
    if author.collective:
        return Collective(author.collective)
    return Person(author.family, author.given, author.orcid)
