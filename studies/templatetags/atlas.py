"""Words for values: what templates say about a study. Nothing here asks the database for more than is fetched."""

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studies import languages
from studies.models import Study, StudyDefinition
from studies.vocabulary import (
    DESIGN_HINTS,
    LEVEL_HINTS,
    PEM_HINTS,
    DefinitionPem,
    Design,
    EvidenceLevel,
    Pem,
    Retraction,
    Role,
)

register = template.Library()

RETRACTION_SENTENCES = {
    Retraction.CORRECTED: "This paper has been corrected.",
    Retraction.CONCERN: "The journal has voiced concern about this paper.",
    Retraction.RETRACTED: "RETRACTED: this paper has been taken back.",
    Retraction.WITHDRAWN: "WITHDRAWN: the journal has taken this paper back.",
}
DEFINITION_PEM_SENTENCES = {
    DefinitionPem.REQUIRED: "It requires PEM.",
    DefinitionPem.OPTIONAL: "It lists PEM as one of several symptoms to choose from.",
    DefinitionPem.NOT_MENTIONED: "It does not mention PEM.",
    DefinitionPem.PARTIAL: "It requires post-exertional fatigue and does not name PEM.",
    DefinitionPem.VARIABLE: "That does not tell if PEM was needed.",
}
WAYS_OF_FINDING = {
    Role.INCLUSION: "how every patient was found",
    Role.ALTERNATIVE: "one of several ways in",
}


@register.filter
def pem_label(value: str) -> str:
    return Pem(value).label


@register.filter
def pem_hint(value: str) -> str:
    return PEM_HINTS[Pem(value)]


@register.filter
def definition_pem_sentence(value: str) -> str:
    return DEFINITION_PEM_SENTENCES[DefinitionPem(value)]


@register.filter
def role_words(row: StudyDefinition) -> str:
    """What the definition did in the study. A way of finding patients is nothing that a patient could meet."""
    if row.definition.pem == DefinitionPem.VARIABLE:
        return WAYS_OF_FINDING.get(Role(row.role), row.get_role_display())
    return row.get_role_display()


@register.filter
def design_hint(value: str) -> str:
    return DESIGN_HINTS[Design(value)]


@register.filter
def level_hint(value: str) -> str:
    return LEVEL_HINTS[EvidenceLevel(value)]


@register.filter
def foreign(study: Study) -> SafeString:
    """The attribute for an element that holds the title of a paper in another language than the page, to be read out so."""
    return format_html(' lang="{}"', study.language) if study.language != languages.current() else SafeString("")


@register.filter
def authors_short(study: Study) -> str:
    """First author and how many more: "Mansoubi and 6 others". Says so when the list is not complete."""
    names = study.author_names if hasattr(study, "author_names") else names_of(study)
    if not names:
        return "Authors not recorded"
    if not study.authors_complete:
        return f"{names[0]} and others (author list incomplete)"
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return f"{names[0]} and {names[1]}"
    return f"{names[0]} and {len(names) - 1} others"


def names_of(study: Study) -> list[str]:
    return [author.collective or author.family for author in study.authors.all()]


@register.filter
def source_line(study: Study) -> str:
    """Authors, journal and year: what a reader needs to recognise the paper."""
    parts = [authors_short(study), study.journal, str(study.year) if study.year else "no date recorded"]
    return ", ".join(part for part in parts if part)


@register.filter
def retraction_sentence(study: Study) -> str:
    return RETRACTION_SENTENCES[Retraction(study.retraction_status)]


@register.filter
def people_counted(study: Study) -> str:
    """Patients and controls in words: "531 patients and 1,439 controls"; "" where nobody was counted."""
    if study.patients is None:
        return ""
    patients = counted(study.patients, "patient")
    if study.controls is None:
        return patients
    return f"{patients} and {counted(study.controls, 'control')}" if study.controls else f"{patients}, no controls"


def counted(number: int, noun: str) -> str:
    return f"{intcomma(number)} {noun}{'' if number == 1 else 's'}"
