"""Words for values: what templates say about a study. Nothing here asks the database for more than is fetched."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studies import languages
from studies.models import Study
from studies.sentences import (
    authors_short,
    definition_pem_sentence,
    people_counted,
    retraction_sentence,
    role_words,
    source_line,
)
from studies.vocabulary import DESIGN_HINTS, LEVEL_HINTS, PEM_HINTS, Design, EvidenceLevel, Pem

register = template.Library()

for words in (authors_short, definition_pem_sentence, people_counted, retraction_sentence, role_words, source_line):
    register.filter(words)


@register.filter
def pem_label(value: str) -> str:
    return languages.said(Pem(value).label)


@register.filter
def pem_hint(value: str) -> str:
    return languages.said(PEM_HINTS[Pem(value)])


@register.filter
def design_hint(value: str) -> str:
    return languages.said(DESIGN_HINTS[Design(value)])


@register.filter
def level_hint(value: str) -> str:
    return languages.said(LEVEL_HINTS[EvidenceLevel(value)])


@register.filter
def foreign(study: Study) -> SafeString:
    """The attribute for an element that holds the title of a paper in another language than the page, to be read out so."""
    return format_html(' lang="{}"', study.language) if study.language != languages.current() else SafeString("")
