"""The studies of a page as ready-made cards, with the words of the query marked.

Drawing a card is the dearest part of a list, so each is drawn once with gaps for the texts that may hold marks, and kept
as long as the study does not change.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_noop as _

from studies import languages
from studies.compiled import Compiled
from studies.models import Abstract, Author, Flag, Study
from studies.search.engine import Page
from studies.search.memory import OWN, Memory
from studies.search.snippets import Read, has_any, snippet
from studies.search.synonyms import Phrase

MARKED = ("title", "key_point", "main_limitation")
FOUND = "found"
# Where else a word may have been found, in the order in which it is looked for.
TEXTS = {
    "question": _("Question"),
    "summary": _("In plain language"),
    "significance": _("Why it matters"),
    "limitations": _("What it does not prove"),
    "findings": _("Findings"),
    "conclusions": _("Conclusions drawn by the authors"),
    "open_questions": _("Open questions"),
    "strengths": _("Strengths"),
    "population_label": _("Population"),
}
UNSHOWN_ABSTRACT = _("Abstract, which we may search but not show")
NO_TEXT = _("Authors, journal, topics or case definitions")

# No text of a study holds a NUL: PostgreSQL refuses it and no form lets it through.
_GAP = re.compile("\x00(\\w+)\x00")


@dataclass(frozen=True, slots=True)
class Card:
    """A drawn card: `pieces` of HTML with the names of its gaps between them, the texts that fill them, the study's page."""

    pieces: tuple[str, ...]
    texts: Mapping[str, Read]
    address: str

    def filled(self, gaps: Mapping[str, str]) -> SafeString:
        """The card with safe HTML in its gaps; a gap without any stays empty."""
        filled = list(self.pieces)
        filled[1::2] = [gaps.get(name, "") for name in self.pieces[1::2]]
        return SafeString("".join(filled))

    @property
    def size(self) -> int:
        """Bytes that it takes, with its entry in the memory."""
        own = sum(map(sys.getsizeof, (self, self.pieces, self.texts, self.address, *self.pieces)))
        return OWN + own + sum(text.size for text in self.texts.values())


_cards: Memory[Card] = Memory(most=20_000, largest=16_000_000, size=lambda card: card.size)


def results(page: Page) -> dict[str, SafeString]:
    """The cards of the page in its order, each by the address of its study.

    Queries: none where all cards are known and nothing is marked; else three for the unknown cards, and two for the texts
    of studies whose card has none of the words.
    """
    cards = _cards_of(page)
    phrases = page.query.phrases
    gaps = {each: {name: text.marked(phrases) for name, text in card.texts.items()} for each, card in cards.items()}
    if phrases:
        found = _found_elsewhere([each for each, marked in gaps.items() if not _has_mark(marked)], phrases)
        for each, piece in found.items():
            gaps[each][FOUND] = piece
    return {card.address: card.filled(gaps[each]) for each, card in cards.items()}


def _has_mark(marked: Mapping[str, str]) -> bool:
    return any("<mark>" in text for text in marked.values())


def _cards_of(page: Page) -> dict[int, Card]:
    """By study, in the page's order; one that was withdrawn a moment ago is left out."""
    line, counters, language = page.catalogue.line, page.catalogue.index.counters, languages.current()
    known = {each: _cards.get((line, language, each, counters[each])) for each in page.ids}
    drawn = {
        study.pk: _cards.keep((line, language, study.pk, study.public_counter), draw(study))
        for study in _fetched([each for each, card in known.items() if card is None])
    }
    return {each: card for each, old in known.items() if (card := old or drawn.get(each))}


# All that a card shows; whatever else a card asked for would be one query for each study.
_SHOWN = (
    *(
        "slug",
        "title",
        "language",
        "journal",
        "published_on",
        "authors_complete",
        "retraction_status",
        "public_counter",
    ),
    *("design", "patients", "controls", "pem", "key_point", "main_limitation", "summary"),
)


_studies: Compiled[Study] = Compiled(lambda *ids: Study.objects.published().filter(pk__in=ids).only(*_SHOWN).order_by())
_names: Compiled[tuple[int, str, str]] = Compiled(
    lambda *ids: (
        Author.objects.filter(study__in=ids).order_by("study", "position").values_list("study", "collective", "family")
    )
)
_flags: Compiled[Flag] = Compiled(lambda *ids: Flag.objects.filter(study__in=ids))


def _fetched(ids: Sequence[int]) -> Iterable[Study]:
    """Studies with `author_names` and `flag_marks`; names alone because a list has hundreds of authors."""
    studies: list[Any] = _studies.among(ids)
    for study in studies:
        study.author_names, study.flag_marks = [], []
    by_id = {study.pk: study for study in studies}
    for each, collective, family in _names.among(list(by_id)):
        by_id[each].author_names.append(collective or family)
    for flag in _flags.among(list(by_id)):
        by_id[flag.study_id].flag_marks.append(flag)
    return studies


def draw(study: Study) -> Card:
    """Draw a study's card; wants its authors and flags fetched."""
    gaps = {name: mark_safe(f"\x00{name}\x00") for name in (*MARKED, FOUND)}  # noqa: S308 - no text in them
    drawn = render_to_string("includes/study_card.html", {"study": study, "marked": gaps})
    texts = {name: Read(text) for name in MARKED if (text := getattr(study, name))}
    return Card(tuple(_GAP.split(drawn)), texts, study.get_absolute_url())


_texts: Compiled[Study] = Compiled(
    lambda *ids: (
        Study.objects.filter(pk__in=ids)
        .select_related("abstract")
        .only(*TEXTS, "abstract__sections", "abstract__license")
        .order_by()
    )
)


def _found_elsewhere(ids: Sequence[int], phrases: Collection[Phrase]) -> dict[int, SafeString]:
    return {study.pk: found_in(study, getattr(study, "abstract", None), phrases) for study in _texts.among(ids)}


def found_in(study: Study, abstract: Abstract | None, phrases: Collection[Phrase]) -> SafeString:
    """A marked sentence with the name of the text it stands in; the name alone where it may not be quoted."""
    for source, text in _quotable(study, abstract):
        piece = snippet(text, phrases)
        if piece:
            return format_html('<p class="quiet"><b>{}</b> {}</p>', _place(source), languages.english_words(piece))
    unshown = abstract is not None and has_any(abstract.text, phrases)
    return format_html('<p class="quiet"><b>{}</b></p>', _place(UNSHOWN_ABSTRACT if unshown else NO_TEXT))


def _place(source: str) -> str:
    return languages.said(_("Found in: %(place)s.")) % {"place": languages.said(source)}


def _quotable(study: Study, abstract: Abstract | None) -> Iterator[tuple[str, str]]:
    for field, source in TEXTS.items():
        value = getattr(study, field)
        yield source, " ".join(value) if isinstance(value, list) else value
    if abstract and abstract.may_be_shown:
        yield _("Abstract"), abstract.text
