"""Tables of references: CSV and text with tabs, from databases, spreadsheets and people.

A cell is text, whatever it begins with: a formula is never worked out, here or by what the atlas writes.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, TextIO

from studies.formats.readers.assembling import Loose, assemble, dated
from studies.formats.readers.columns import Layout, layout
from studies.formats.readers.encoding import bounded, opened
from studies.formats.readers.people import read_names, split_names
from studies.formats.readers.refusals import Refusal, Unreadable
from studies.incoming import Incoming

SOURCE = "table (CSV)"
MOST_CELL = 500_000  # characters

_SEPARATOR_LINE = re.compile(r"^sep=(.)\s*$", re.IGNORECASE)
_WRAPPED = re.compile(r'^="(.*)"$', re.DOTALL)  # how a spreadsheet is told to leave a number alone
_DEFUSED = re.compile(r"^'(?=[=+\-@\t\r])")
_FORMULA = re.compile(r"[=+\-@]\s*\w")
_FORMULA_TOLD = "The {} begins like a formula and was read as text: check what should stand there."
_WHOLE = re.compile(r"^(\d+)\.0+$")
_MADE_A_DATE = re.compile(r"(?i)^(?:\d{1,2}[-. ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
                          r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-. ]\d{2,4})$")  # fmt: skip
_ARTICLES = frozenset(
    {"letter", "note"}
)  # of a journal, as databases name them; elsewhere these words mean other things
_OWN_LINES = re.compile(r"(?i)\b(PMID|PMCID)\s*:\s*(\S+)")


def looks_like(head: bytes) -> bool:
    return layout(_header(head.decode("utf-8", "replace").splitlines())[0]) is not None


def read(stream: BinaryIO) -> Iterator[Incoming | Refusal]:
    csv.field_size_limit(MOST_CELL)
    with opened(stream, newline="") as text:
        header, above = _header(text.lines)
        found = layout(header)
        if found is None:
            raise Unreadable("The first line names no column “title” beside other columns that are known.")
        for number, (line, row) in enumerate(_rows(text.lines, found, above), start=1):
            if isinstance(row, str):
                yield Refusal(number, row, line=line)
            else:
                yield assemble(_loose(_Row(row, found)), number=number, line=line, source=SOURCE, doubt=text.note)


def _header(lines: Sequence[str] | TextIO) -> tuple[str, int]:
    """(the line with the names of the columns, its number); lines that are empty or only name the separator stand above."""
    number = 0
    for number, line in enumerate(lines, start=1):
        if line.strip() and not _SEPARATOR_LINE.match(line.strip()):
            return line.strip("\r\n\ufeff"), number
    return "", number


def _rows(lines: TextIO, found: Layout, above: int) -> Iterator[tuple[int, list[str] | str]]:
    """(line where it begins, cells or why they cannot be told apart) of each row that is not empty."""
    reader = csv.reader(
        (line for _, line in bounded(lines)), delimiter=found.delimiter, skipinitialspace=found.delimiter != "\t"
    )
    while True:
        begin = above + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield (
                begin,
                f"Lines {begin} to {above + reader.line_num}: a quotation mark is not closed or a cell is too long.",
            )
            continue
        if any(cell.strip() for cell in row):
            too_many = any(cell.strip() for cell in row[found.width :])
            yield begin, _too_many(len(row), found) if too_many else row


def _too_many(number: int, found: Layout) -> str:
    return (
        f"The row has {number} cells and the header {found.width}: "
        "a text that holds the separator must stand in quotation marks."
    )


class _Row:
    """The cells of one row by field."""

    def __init__(self, cells: Sequence[str], found: Layout) -> None:
        self._cells, self._places = cells, found.places

    def all(self, field: str) -> list[str]:
        cells = (self._cells[place] for place in self._places.get(field, ()) if place < len(self._cells))
        return [text for cell in cells if (text := _text(cell))]

    def one(self, field: str) -> str:
        return next(iter(self.all(field)), "")


def _text(cell: str) -> str:
    """A cell without what spreadsheets add to keep it as it is."""
    text = _DEFUSED.sub("", cell.strip())
    return _WHOLE.sub(r"\1", _WRAPPED.sub(r"\1", text)).strip()


def _loose(row: _Row) -> Loose:
    authors, incomplete = read_names(split_names(row.one("authors")))
    remarks = [_FORMULA_TOLD.format(name) for name in ("title", "authors", "journal") if _FORMULA.match(row.one(name))]
    first, last = row.one("first_page"), row.one("last_page")
    notes = row.all("notes")
    numbers = [match for note in notes for match in _OWN_LINES.findall(note)]
    kind = row.one("type")
    return Loose(
        kind="" if kind.casefold() in _ARTICLES else kind.replace(" ", "-"),
        types=[kind] if kind.casefold() in _ARTICLES else (),
        title=row.one("title"),
        vernacular_title=row.one("original_title"),
        authors=authors,
        incomplete=incomplete,
        journal=row.one("journal"),
        journal_abbreviation=row.one("abbreviation"),
        issn=" ".join(row.all("issn")),
        volume=row.one("volume"),
        issue=_undated(row.one("issue"), "issue", remarks),
        pages=_undated(row.one("pages") or "-".join(filter(None, [first, last])), "pages", remarks)
        or row.one("article_number"),
        day=dated(_days(row)),
        said_day=row.one("year") or row.one("date"),
        doi=row.all("doi"),
        pmid=[*row.all("pmid"), *(value for name, value in numbers if name.upper() == "PMID")],
        pmcid=[*row.all("pmcid"), *(value for name, value in numbers if name.upper() == "PMCID")],
        hints=[*row.all("url"), *notes],
        language=row.one("language"),
        url=row.one("url"),
        abstract=row.one("abstract"),
        keywords=[word for cell in row.all("keywords") for word in _words(cell)],
        notes=notes,
        remarks=remarks,
    )


def _days(row: _Row) -> Sequence[str]:
    year, month, day = row.one("year"), row.one("month"), row.one("day")
    joined = "-".join(filter(None, [year, month, day])) if month.isdigit() else f"{day} {month} {year}"
    return [year, joined, row.one("date")]


def _undated(text: str, name: str, remarks: list[str]) -> str:
    """Spreadsheets make a date of `3-5`; what it was cannot be known any more."""
    if not _MADE_A_DATE.match(text):
        return text
    remarks.append(f"The {name} were left out: a spreadsheet made a date of them ({text}).")
    return ""


def _words(cell: str) -> Sequence[str]:
    return re.split(r"[;|\n]", cell) if re.search(r"[;|\n]", cell) else cell.split(",")
