"""The studies of a page as the list shows them, with the words of the query marked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.safestring import SafeString

from studies.models import Abstract, Study
from studies.search.engine import Page
from studies.search.snippets import has_any, mark, snippet
from studies.search.synonyms import Phrase

SHOWN = ("title", "key_point", "main_limitation")
TEXTS = {
    "question": "Question",
    "summary": "In plain language",
    "significance": "Why it matters",
    "limitations": "What it does not prove",
    "findings": "Findings",
    "conclusions": "Conclusions drawn by the authors",
    "open_questions": "Open questions",
    "strengths": "Strengths",
    "population_label": "Population",
}


@dataclass(frozen=True)
class Marked:
    """Texts of a card with the query's words in <mark>. `snippet` is a sentence from elsewhere, named by `source`.

    `source` alone says where the words were found when the place cannot be quoted.
    """

    title: SafeString
    key_point: SafeString
    main_limitation: SafeString
    source: str = ""
    snippet: SafeString | str = ""


@dataclass(frozen=True)
class Result:
    """`marked` is None where no words were searched."""

    study: Study
    marked: Marked | None


def results(page: Page) -> list[Result]:
    """In the order of the page. Three queries; one more for the abstracts when there are words to mark."""
    fetched = Study.objects.published().prefetch_related("authors", Prefetch("flags", to_attr="flag_marks"))
    studies = fetched.in_bulk(list(page.ids))
    shown = [studies[each] for each in page.ids if each in studies]
    phrases = page.query.phrases
    if not phrases:
        return [Result(study, None) for study in shown]
    abstracts = Abstract.objects.in_bulk(list(studies), field_name="study_id")
    return [Result(study, marked(study, abstracts.get(study.pk), phrases)) for study in shown]


def marked(study: Study, abstract: Abstract | None, phrases: Collection[Phrase]) -> Marked:
    """A study's card texts; a sentence from elsewhere is added only where the card itself has none of the words."""
    source, piece = "", SafeString()
    if not any(has_any(getattr(study, field), phrases) for field in SHOWN):
        source, piece = _elsewhere(study, abstract, phrases)
    return Marked(*(mark(getattr(study, field), phrases) for field in SHOWN), source=source, snippet=piece)


def _elsewhere(study: Study, abstract: Abstract | None, phrases: Collection[Phrase]) -> tuple[str, SafeString]:
    for source, text in _quotable(study, abstract):
        piece = snippet(text, phrases)
        if piece:
            return source, piece
    if abstract and has_any(abstract.text, phrases):
        return "Abstract, which we may search but not show", SafeString()
    return "Authors, journal, topics or case definitions", SafeString()


def _quotable(study: Study, abstract: Abstract | None) -> Iterator[tuple[str, str]]:
    for field, source in TEXTS.items():
        value = getattr(study, field)
        yield source, " ".join(value) if isinstance(value, list) else value
    if abstract and abstract.may_be_shown:
        yield "Abstract", abstract.text
