"""What is said of a study in words, on pages and in files alike. Nothing here asks the database for more than is fetched.

Pages say it in their reader's language. What writes files is wrapped in `languages.in_english`.
"""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from studies.models import Study, StudyDefinition
from studies.vocabulary import DefinitionPem, Retraction, Role

RETRACTION_SENTENCES = {
    Retraction.CORRECTED: _("This paper has been corrected."),
    Retraction.CONCERN: _("The journal has voiced concern about this paper."),
    Retraction.RETRACTED: _("RETRACTED: this paper has been taken back."),
    Retraction.WITHDRAWN: _("WITHDRAWN: the journal has taken this paper back."),
}
DEFINITION_PEM_SENTENCES = {
    DefinitionPem.REQUIRED: _("It requires PEM."),
    DefinitionPem.OPTIONAL: _("It lists PEM as one of several symptoms to choose from."),
    DefinitionPem.NOT_MENTIONED: _("It does not mention PEM."),
    DefinitionPem.PARTIAL: _("It requires post-exertional fatigue and does not name PEM."),
    DefinitionPem.VARIABLE: _("That does not tell if PEM was needed."),
}
WAYS_OF_FINDING = {
    Role.INCLUSION: _("how every patient was found"),
    Role.ALTERNATIVE: _("one of several ways in"),
}


def definition_pem_sentence(value: str) -> str:
    return gettext(DEFINITION_PEM_SENTENCES[DefinitionPem(value)])


def role_words(row: StudyDefinition) -> str:
    """What the definition did in the study. A way of finding patients is nothing that a patient could meet."""
    if row.definition.pem == DefinitionPem.VARIABLE:
        return gettext(WAYS_OF_FINDING.get(Role(row.role), row.get_role_display()))
    return gettext(row.get_role_display())


def authors_short(study: Study) -> str:
    """First author and how many more: "Mansoubi and 6 others". Says so when the list is not complete."""
    names = study.author_names if hasattr(study, "author_names") else names_of(study)
    if not names:
        return gettext("Authors not recorded")
    if not study.authors_complete:
        return gettext("%(name)s and others (author list incomplete)") % {"name": names[0]}
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return gettext("%(first)s and %(second)s") % {"first": names[0], "second": names[1]}
    return gettext("%(name)s and %(number)s others") % {"name": names[0], "number": len(names) - 1}


def names_of(study: Study) -> list[str]:
    return [author.collective or author.family for author in study.authors.all()]


def source_line(study: Study) -> str:
    """Authors, journal and year: what a reader needs to recognise the paper."""
    parts = [authors_short(study), study.journal, str(study.year) if study.year else gettext("no date recorded")]
    return ", ".join(part for part in parts if part)


def retraction_sentence(study: Study) -> str:
    return gettext(RETRACTION_SENTENCES[Retraction(study.retraction_status)])


def people_counted(study: Study) -> str:
    """Patients and controls in words: "531 patients and 1,439 controls"; "" where nobody was counted."""
    if study.patients is None:
        return ""
    patients = _patients(study.patients)
    if study.controls is None:
        return patients
    if not study.controls:
        return gettext("%(patients)s, no controls") % {"patients": patients}
    return gettext("%(first)s and %(second)s") % {"first": patients, "second": _controls(study.controls)}


def _patients(number: int) -> str:
    return ngettext("%(number)s patient", "%(number)s patients", number) % {"number": intcomma(number)}


def _controls(number: int) -> str:
    return ngettext("%(number)s control", "%(number)s controls", number) % {"number": intcomma(number)}


def who(study: Study) -> str:
    """Design, people and the paper's own word for the patients, in one sentence."""
    counted_people = f", {people}" if (people := people_counted(study)) else ""
    called = f": “{study.population_label}”" if study.population_label else ""
    return f"{study.get_design_display()}{counted_people}{called}."


def how_sure(study: Study) -> str:
    return f"{study.get_evidence_level_display()}. {study.get_peer_review_display()}."
