"""Whether what was coded and written stands in the paper, as far as the atlas holds it: quotes, and numbers of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studies import quotes, text_counts
from studies.models import Abstract, CaseDefinition
from studies.snapshots import Snapshot
from studies.vocabulary import Basis, Locator

Sections = Sequence[Mapping[str, str]]

# The sentence about PEM has no basis of its own: where it stands says what was read.
IN_ABSTRACT = frozenset({"", Locator.ABSTRACT, Locator.TITLE})


def unbacked(
    study_id: int, values: Snapshot, definitions: Mapping[str, CaseDefinition], abstract: Sections | None = None
) -> list[str]:
    """A sentence for each quote and each number of people that does not stand where it is said to.

    `definitions` by slug. `abstract` are the sections to look in; without them those that are stored (one query, and only
    where there is something to look for).
    """
    coded = list(_quotes(values, definitions))
    if not coded and Basis.ABSTRACT not in _bases(values):
        return []
    sections = stored_abstract(study_id) if abstract is None else abstract
    paper = quotes.Paper(values.get("title", ""), sections)
    numbers = text_counts.unsupported(values, quotes.texts_of(sections)[0]) if sections else []
    return [*filter(None, (quotes.fault(quote, paper) for quote in coded)), *numbers]


def stored_abstract(study_id: int | None) -> Sections:
    """The sections of the stored abstract that have a text."""
    sections = Abstract.objects.filter(study=study_id).values_list("sections", flat=True).first() or []
    return [part for part in sections if part["text"].strip()]


def sentence_about_pem(*, text: str, locator: str) -> quotes.Quote:
    """What the paper states about PEM, as a quote to look for."""
    basis = Basis.ABSTRACT if locator in IN_ABSTRACT else Basis.FULL_TEXT
    return quotes.Quote("The sentence about PEM", text, locator, basis)


def _quotes(values: Snapshot, definitions: Mapping[str, CaseDefinition]) -> Iterator[quotes.Quote]:
    if values.get("pem_quote"):
        yield sentence_about_pem(text=values["pem_quote"], locator=values.get("pem_locator", ""))
    for row in values.get("definitions", []):
        if row.get("quote"):
            name = definitions[row["definition"]].name
            yield quotes.Quote(name, row["quote"], row.get("locator", ""), row.get("basis", ""))


def _bases(values: Snapshot) -> set[Any]:
    return {values.get("basis"), *(made.get("basis") for made in (values.get("provenance") or {}).values())}
