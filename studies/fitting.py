"""Whether a record fits into the columns of a study: PostgreSQL refuses a whole batch for one long word."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Model

from studies.creating import NUMBERS, PLAIN, misfit_of_coding
from studies.identifiers import IdentifierError, normalise_doi, normalise_pmcid, normalise_pmid
from studies.incoming import Coding, Incoming
from studies.models import Abstract, Author, Study
from studies.records import Author as RecordAuthor
from studies.records import Collective, Record


def _longest(model: type[Model], column: str) -> int:
    """Characters that a column takes, 0 for any number."""
    field: Any = model._meta.get_field(column)
    return field.max_length or 0


_NORMALISERS = {"doi": normalise_doi, "preprint_doi": normalise_doi, "pmid": normalise_pmid, "pmcid": normalise_pmcid}
_LONGEST = {name: _longest(Study, name) for name in (*PLAIN, *NUMBERS, "retraction_notice_doi")}
_LONGEST_LICENCE = min(_longest(Study, "license_url"), _longest(Abstract, "license_url"))
_LONE_HALF = re.compile("[\ud800-\udfff]")
BAD_SIGN = "It holds a sign that cannot be stored."
_LONGEST_NAMES = {name: _longest(Author, name) for name in ("family", "given", "collective")}


def misfit(paper: Incoming) -> str:
    """Why a record cannot be stored, as a sentence, or nothing."""
    record = paper.record
    if not record.title.strip():
        return "It has no title."
    found = _too_long(record) or _bad_number(record) or _bad_date(record) or _bad_sign(record) or _bad_authors(record)
    found = found or _bad_rest(paper)
    return found or (misfit_of_coding(paper.coding, record.year) if paper.coding else "")


def _too_long(record: Record) -> str:
    for name, longest in _LONGEST.items():
        if longest and len(getattr(record, name)) > longest:
            return f"Its {name.replace('_', ' ')} is longer than {longest} characters."
    return ""


def _bad_number(record: Record) -> str:
    for name, normalise in _NORMALISERS.items():
        try:
            read = normalise(value) if (value := getattr(record, name)) else ""
        except IdentifierError as error:
            return f"Its identifier is {error}."
        if read != value:
            return f"Its {name.replace('_', ' ')} is not written as the atlas writes it."
    return ""


def _bad_date(record: Record) -> str:
    if record.year is None:
        return ""
    try:
        date(record.year, record.month or 1, record.day or 1)
    except ValueError:
        return "Its date does not exist."
    return ""


def _bad_sign(record: Record) -> str:
    texts = [getattr(record, name) for name in (*PLAIN, *NUMBERS)]
    return BAD_SIGN if any(map(_is_unstorable, texts)) else ""


def _bad_rest(paper: Incoming) -> str:
    """What belongs to no column of the bibliography: abstract, licence, coding."""
    abstract, coding = paper.abstract, paper.coding
    held = [paper.license_url]
    held += [abstract.license_url, *(part for section in abstract.sections for part in section)] if abstract else []
    if any(map(_is_unstorable, [*held, *(_texts_of(coding) if coding else ())])):
        return BAD_SIGN
    if max(len(paper.license_url), len(abstract.license_url) if abstract else 0) > _LONGEST_LICENCE:
        return f"The address of its licence is longer than {_LONGEST_LICENCE} characters."
    return ""


def _texts_of(coding: Coding) -> Iterator[str]:
    for value in coding.fields.values():
        yield from [value] if isinstance(value, str) else filter(_is_text, value if isinstance(value, list) else ())
    for row in coding.definitions:
        yield from (row.cohort, row.modification, row.quote)
    yield from coding.machine


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_unstorable(text: str) -> bool:
    """A null character, or half of a sign that is written in two parts: no database takes either."""
    return "\0" in text or (not text.isascii() and _LONE_HALF.search(text) is not None)


def _bad_authors(record: Record) -> str:
    for author in record.authors:
        parts = _parts(author)
        if not parts.get("family", parts.get("collective", "")).strip():
            return "One of its authors has no family name."
        if any(map(_is_unstorable, parts.values())):
            return BAD_SIGN
        if any(len(text) > _LONGEST_NAMES[name] for name, text in parts.items()):
            return "The name of one of its authors is too long."
    return ""


def _parts(author: RecordAuthor) -> dict[str, str]:
    if isinstance(author, Collective):
        return {"collective": author.name}
    return {"family": author.family, "given": author.given}
