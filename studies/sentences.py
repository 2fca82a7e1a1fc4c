"""What is said of a study in words, on pages and in files alike. Nothing here asks the database for more than is fetched."""

from django.contrib.humanize.templatetags.humanize import intcomma

from studies.models import Study, StudyDefinition
from studies.vocabulary import DefinitionPem, Retraction, Role

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


def definition_pem_sentence(value: str) -> str:
    return DEFINITION_PEM_SENTENCES[DefinitionPem(value)]


def role_words(row: StudyDefinition) -> str:
    """What the definition did in the study. A way of finding patients is nothing that a patient could meet."""
    if row.definition.pem == DefinitionPem.VARIABLE:
        return WAYS_OF_FINDING.get(Role(row.role), row.get_role_display())
    return row.get_role_display()


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


def source_line(study: Study) -> str:
    """Authors, journal and year: what a reader needs to recognise the paper."""
    parts = [authors_short(study), study.journal, str(study.year) if study.year else "no date recorded"]
    return ", ".join(part for part in parts if part)


def retraction_sentence(study: Study) -> str:
    return RETRACTION_SENTENCES[Retraction(study.retraction_status)]


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
