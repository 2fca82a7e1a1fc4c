"""A study told from top to bottom for files without a page: the same layers in the same order, limits beside the finding."""

from collections.abc import Iterator

from django.conf import settings

from studies.bibliography import FLAGS
from studies.depths import Length
from studies.disclosure import day
from studies.field_words import label
from studies.formats.blocks import Block, Heading, Items, Link, Named, Paragraph, Quote
from studies.formats.notes import marked_title
from studies.identifiers import doi_link, pmc_link, pubmed_link
from studies.models import Flag, Study
from studies.proof import CohortRows
from studies.reading import StudyPage, page_of
from studies.sentences import (
    definition_pem_sentence,
    how_sure,
    retraction_sentence,
    role_words,
    source_line,
    who,
)
from studies.vocabulary import LEVEL_HINTS, EvidenceLevel, FlagKind, Pem, Retraction

STOP = "You can stop here."
SAMPLE = "The texts are samples, written for demonstration. No clinician has reviewed them."
NO_SUMMARY = "No summary yet. Nobody has read this paper for the atlas, so the atlas does not say what was found."
NO_ADVICE = "The atlas tells what papers say. It is no medical advice."
LICENCE = (
    "Licence: the texts of the atlas are CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/), its facts, such as "
    "badge and coding, are CC0 1.0. Quotes belong to the authors of the paper."
)
SUBGROUP = "The paper also reports on a subgroup that had to have PEM."
WARNINGS = {
    Retraction.RETRACTED: " Do not rely on its findings.",
    Retraction.WITHDRAWN: " Do not rely on its findings.",
    Retraction.CONCERN: " Its findings may not be sound.",
}


def told(study: Study) -> Iterator[Block]:
    """Wants a study from `for_page()`; asks for what its page asks for. An abstract is told only where its licence lets it."""
    page = page_of(study)
    yield Heading(1, marked_title(page.record))
    yield from _notices(study, page)
    yield Paragraph(f"About the paper of {source_line(study)}.")
    yield from _glance(study, page)
    yield from _short(study, page) if study.has_texts else [Paragraph(NO_SUMMARY)]
    yield from _deep(study, page)
    yield from _cited(study, page)
    yield from _record(study, page)


def _notices(study: Study, page: StudyPage) -> Iterator[Block]:
    """A retraction first, then safety, contested, superseded."""
    status = Retraction(study.retraction_status)
    if status != Retraction.NONE:
        dated = f" The notice is from {day(study.retraction_on)}." if study.retraction_on else ""
        yield Paragraph(f"{retraction_sentence(study)}{WARNINGS.get(status, '')}{dated}")
    if study.retraction_notice_doi:
        yield Link("The notice of the journal", doi_link(study.retraction_notice_doi))
    for flag in page.flags:
        yield from _flag(flag)


def _flag(flag: Flag) -> Iterator[Block]:
    yield Paragraph(f"{FLAGS[FlagKind(flag.kind)]}. {flag.reason}")
    if flag.link:
        yield Link("The source of this notice", flag.link)


def _glance(study: Study, page: StudyPage) -> Iterator[Block]:
    yield Heading(2, _layer("At a glance", page.glance))
    if study.has_texts:
        yield Paragraph(f"Written from {study.get_basis_display()} of the paper.")
    yield Named("Badge", study.get_pem_display())
    yield from (Named(f"Badge, {name}", Pem(badge.value).label) for name, badge in page.proof.several_badges)
    yield Named("Who", who(study))
    yield Named("How sure", how_sure(study))
    if study.has_texts:
        yield Named("They asked", study.question)
        yield Named("What they found", study.key_point)
        yield Named("What it does not show", study.main_limitation)
        yield from [Paragraph(SAMPLE)] if study.is_sample else []
        yield Paragraph(STOP)


def _short(study: Study, page: StudyPage) -> Iterator[Block]:
    yield Heading(2, _layer("The short version", page.short))
    for name in ("summary", "significance", "limitations"):
        yield Heading(3, label(name))
        yield from (Paragraph(part) for part in getattr(study, name).split("\n") if part.strip())
    level = study.get_evidence_level_display().lower()
    yield Paragraph(f"Evidence level: {level}. That means: {LEVEL_HINTS[EvidenceLevel(study.evidence_level)]}.")
    if page.method_flags:
        yield Paragraph(f"Keep in mind: {'; '.join(page.method_flags)}.")
    yield Paragraph(STOP)


def _deep(study: Study, page: StudyPage) -> Iterator[Block]:
    yield Heading(2, f"{_layer('Deeper', page.deep)}, then links, citation and history")
    for response in page.responses:
        who_wrote = "Verified author" if response.verified_author else "Who wrote this is not verified"
        yield from [Heading(3, "Response of the paper’s authors")] if response is page.responses[0] else []
        yield Quote(response.text, f"{who_wrote}, published in version {response.revision_number}.")
    for name in Study.LIST_TEXTS:
        if items := getattr(study, name):
            yield from (Heading(3, label(name)), Items(tuple(items)))
    yield from _proof(study, page)
    yield from _abstract(study)
    if page.links:
        links = (f"{link.label.capitalize()}: {link.study.title}. {_standing(link.study)}" for link in page.links)
        yield from (Heading(3, "Links to other studies"), Items(tuple(links)))
    if topics := study.topics.all():
        yield Named("Topics", ", ".join(topic.label for topic in topics))


def _proof(study: Study, page: StudyPage) -> Iterator[Block]:
    yield Heading(3, "Was PEM required?")
    badge = page.proof.badge
    subgroup = SUBGROUP if badge and badge.subgroup_reported else ""
    yield Paragraph(f"{study.get_pem_display()}. {badge.sentence if badge else ''} {subgroup}")
    if study.pem_quote:
        yield Quote(study.pem_quote, _place(study.get_pem_locator_display()))
    for cohort in page.proof.cohorts:
        yield from _definitions(cohort)
    if badge:
        yield Paragraph(page.proof.checked)
    if page.pem_measures:
        yield Paragraph(f"PEM was measured by: {', '.join(page.pem_measures)}. That does not decide the badge.")


def _definitions(cohort: CohortRows) -> Iterator[Block]:
    group = f"{cohort.name}: " if cohort.name else ""
    for row in cohort.rows:
        used = f" As used here: {row.modification}." if row.modification else ""
        pem = definition_pem_sentence(row.definition.pem)
        yield Paragraph(f"{group}{row.definition.name}: {role_words(row)}. {pem}{used}")
        if row.quote:
            yield Quote(row.quote, _place(row.get_locator_display()))


def _abstract(study: Study) -> Iterator[Block]:
    abstract = getattr(study, "abstract", None)
    if abstract is None or not abstract.may_be_shown:
        return
    yield Heading(3, "The paper’s own abstract")
    for part in abstract.sections:
        if part["text"]:
            yield Paragraph(f"{part['label']}. {part['text']}" if part["label"] else part["text"])
    yield Paragraph(f"Words of the paper’s authors, licence {abstract.license}.")


def _cited(study: Study, page: StudyPage) -> Iterator[Block]:
    yield Heading(2, "Read and cite the paper")
    yield Paragraph(page.vancouver)
    if study.doi:
        yield Link("The paper at its journal", doi_link(study.doi))
    if study.pmcid:
        yield Link("The full text at PubMed Central", pmc_link(study.pmcid))
    if study.pmid:
        yield Link("The paper in PubMed", pubmed_link(study.pmid))
    if study.preprint_doi:
        yield Link("The preprint of the paper", doi_link(study.preprint_doi))


def _record(study: Study, page: StudyPage) -> Iterator[Block]:
    yield Heading(2, "This entry of the atlas")
    yield Paragraph(page.atlas_entry)
    changed = f", changed on {day(study.changed_at)}" if study.changed_at else ""
    yield Paragraph(f"Version {study.version}{changed}.")
    yield Link("The newest version, with its history", settings.ATLAS_URL + study.get_absolute_url())
    for disclosed in page.disclosures:
        about = f"{disclosed.texts}: " if disclosed.texts else ""
        yield Paragraph(f"{about}{disclosed.drafted} {disclosed.approved}")
    yield from (Paragraph(LICENCE), Paragraph(NO_ADVICE))


def _layer(name: str, length: Length) -> str:
    return f"{name}: about {length.told}"


def _standing(other: Study) -> str:
    notice = f" {retraction_sentence(other)}" if other.retraction_status != Retraction.NONE else ""
    return f"{other.get_pem_display()}.{notice}"


def _place(locator: str) -> str:
    return f"Quoted from the paper, {locator}." if locator else "Quoted from the paper."
