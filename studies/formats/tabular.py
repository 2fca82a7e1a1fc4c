"""Studies as CSV for spreadsheets: one row a study, a header, stable names of columns. Pure.

RFC 4180: commas, double quotes around every text, CRLF, UTF-8. A cell that a spreadsheet would run as a formula is defused
(cells.py). Lists stand in one cell with "; " between the items, texts of several sentences as a list with " | ". The columns
below are also the data dictionary. A name is never changed or given another meaning; new columns come at the end.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from studies.formats.cells import defused
from studies.formats.frame import Frame, Origin

MEDIA_TYPE = "text/csv"
SUFFIX = "csv"
BOM = "\ufeff"
CC0, CC_BY, QUOTED = "CC0 1.0", "CC BY 4.0", "quoted from the paper"
BETWEEN_ITEMS, BETWEEN_SENTENCES = "; ", " | "

Study = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """`of` takes the study as the serializer gives it."""

    name: str
    meaning: str
    licence: str
    of: Callable[[Study], Any]


def _at(*keys: str) -> Callable[[Study], Any]:
    """The value at these keys, None where one of them is missing."""

    def value(study: Study) -> Any:
        found: Any = study
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    return value


def _text(name: str) -> Callable[[Study], Any]:
    """A text of the atlas; a list of sentences in one cell."""

    def value(study: Study) -> Any:
        found = _at("texts", name, "text")(study)
        return BETWEEN_SENTENCES.join(found) if isinstance(found, list) else found

    return value


def _each(*keys: str, say: Callable[[Mapping[str, Any]], str]) -> Callable[[Study], str]:
    return lambda study: BETWEEN_ITEMS.join(map(say, _at(*keys)(study) or ()))


def _author(author: Mapping[str, Any]) -> str:
    return author.get("collective") or ", ".join(part for part in (author["family"], author["given"]) if part)


def _definition(row: Mapping[str, Any]) -> str:
    """`fukuda-1994 (inclusion)`, with the group of patients where the paper has several."""
    group = f", {row['cohort']}" if row["cohort"] else ""
    return f"{row['slug']} ({row['role']}{group})"


def _flag(flag: Mapping[str, Any]) -> str:
    return f"{flag['label']}: {flag['reason']}"


def _link(link: Mapping[str, Any]) -> str:
    return f"{link['label']} {link['slug']}"


COLUMNS = (
    Column("slug", "Name of the study in the atlas; the last part of its address.", CC0, _at("slug")),
    Column("address", "The study’s page in the atlas.", CC0, _at("address")),
    Column("version", "Number of the study’s newest version.", CC0, _at("version")),
    Column("changed_at", "Time of the last public change, in UTC.", CC0, _at("changed_at")),
    Column("title", "Title of the paper.", CC0, _at("bibliography", "title")),
    Column("authors", "“Family, Given” of each author in order; groups by name.", CC0,
           _each("bibliography", "authors", say=_author)),
    Column("authors_complete", "no: authors are missing in our list.", CC0, _at("bibliography", "authors_complete")),
    Column("year", "Year of the paper; empty where unknown.", CC0, _at("bibliography", "year")),
    Column("date", "Date of the paper as exact as known: 2024, 2024-05 or 2024-05-06.", CC0, _at("bibliography", "date")),
    Column("journal", "Name of the journal.", CC0, _at("bibliography", "journal")),
    Column("journal_abbreviation", "Short name of the journal.", CC0, _at("bibliography", "journal_abbreviation")),
    Column("issn", "ISSN of the journal.", CC0, _at("bibliography", "issn")),
    Column("volume", "Volume.", CC0, _at("bibliography", "volume")),
    Column("issue", "Issue.", CC0, _at("bibliography", "issue")),
    Column("pages", "Pages, or the number of the article.", CC0, _at("bibliography", "pages")),
    Column("language", "Language of the paper, as a code such as en.", CC0, _at("bibliography", "language")),
    Column("doi", "DOI of the paper, in small letters.", CC0, _at("identifiers", "doi")),
    Column("pmid", "Number of the paper in PubMed.", CC0, _at("identifiers", "pmid")),
    Column("pmcid", "Number of the full text in PubMed Central.", CC0, _at("identifiers", "pmcid")),
    Column("preprint_doi", "DOI of the preprint of the paper.", CC0, _at("identifiers", "preprint_doi")),
    Column("retraction_status", "none, corrected, expression_of_concern, retracted or withdrawn.", CC0,
           _at("retraction", "status")),
    Column("retraction_notice_doi", "DOI of the journal’s notice.", CC0, _at("retraction", "notice_doi")),
    Column("retraction_on", "Date of the journal’s notice.", CC0, _at("retraction", "on")),
    Column("pem", "Was PEM required of every participant? required, partial, mixed, not_required, unclear, not_applicable "
           "or not_coded.", CC0, _at("pem", "value")),
    Column("pem_label", "The same in words.", CC0, _at("pem", "label")),
    Column("pem_rule", "The rule that gave the value.", CC0, _at("pem", "rule")),
    Column("definitions", "Case definitions with their role in the study.", CC0, _each("definitions", say=_definition)),
    Column("design", "Design of the study.", CC0, _at("classification", "design", "value")),
    Column("peer_review", "peer_reviewed, preprint, not_peer_reviewed or not_classified.", CC0,
           _at("classification", "peer_review", "value")),
    Column("evidence_level", "E0 to E3, unrated or not_classified.", CC0, _at("classification", "evidence_level", "value")),
    Column("patients", "Number of patients; empty where the paper does not say.", CC0, _at("classification", "patients")),
    Column("controls", "Number of controls.", CC0, _at("classification", "controls")),
    Column("population", "The population in the paper’s own words.", QUOTED, _at("classification", "population")),
    Column("topics", "Topics, by their short names.", CC0, _each("classification", "topics", say=lambda each: each["slug"])),
    Column("method_flags", "Points about the method, by their short names.", CC0,
           _each("classification", "method_flags", say=lambda each: each["value"])),
    Column("flags", "Notices that the atlas set, with the reason.", CC_BY, _each("flags", say=_flag)),
    Column("question", "What the study asked.", CC_BY, _text("question")),
    Column("key_point", "What was found, and how sure that is. Read it with the main limit.", CC_BY, _text("key_point")),
    Column("main_limitation", "The main thing that the study does not show.", CC_BY, _text("main_limitation")),
    Column("summary", "The study in plain language.", CC_BY, _text("summary")),
    Column("significance", "Why it matters.", CC_BY, _text("significance")),
    Column("limitations", "What the study does not prove.", CC_BY, _text("limitations")),
    Column("findings", "Findings.", CC_BY, _text("findings")),
    Column("conclusions", "Conclusions that the authors drew.", CC_BY, _text("conclusions")),
    Column("open_questions", "Open questions.", CC_BY, _text("open_questions")),
    Column("strengths", "Strengths.", CC_BY, _text("strengths")),
    Column("basis", "What the texts were written from: abstract or full_text.", CC0, _at("texts", "basis")),
    Column("sample", "yes: a sample text that nobody reviewed.", CC0, _at("sample")),
    Column("links", "Other studies of the atlas and how they are related.", CC0, _each("links", say=_link)),
    Column("atlas_state", "State of the atlas that the file was made from; the same in all rows.", CC0,
           _at("meta", "state")),
    Column("atlas_read_on", "Day on which the file was made; the same in all rows.", CC0, _at("meta", "read_on")),
)  # fmt: skip


def _begin(origin: Origin) -> str:
    return row(column.name for column in COLUMNS)


FRAME = Frame(_begin)


def render(study: Study) -> str:
    """One row; `study["meta"]` says which state of the atlas it is from (`Origin.values`)."""
    return row(column.of(study) for column in COLUMNS)


def row(cells: Iterable[Any]) -> str:
    """Cells as a line of the file: numbers as they are, all else in quotation marks."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerow(map(_cell, cells))
    return line.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else defused(value)


def dictionary() -> str:
    """The data dictionary, itself as CSV."""
    lines = [("column", "meaning", "licence"), *((each.name, each.meaning, each.licence) for each in COLUMNS)]
    return "".join(map(row, lines))
