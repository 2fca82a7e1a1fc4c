"""Retraction Watch: one table of notices about papers, kept by Crossref. Knows no Django.

Columns after the guide to the Retraction Watch database. `0`, `Unavailable` and an empty cell mean that there is no number.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from studies.formats.readers.cleaning import indexed_title, tidy
from studies.formats.readers.refusals import Refusal, Unreadable
from studies.records import Relation
from studies.sources.http import CSV, Client
from studies.sources.notices import doi_or_nothing, pmid_or_nothing

NAME, LABEL = "retraction_watch", "Retraction Watch"
KINDS = {
    "retraction": "retracted_by",
    "expression of concern": "concern_in",
    "correction": "corrected_by",
    "reinstatement": "",
}
_COLUMNS = (
    "Record ID", "Title", "Journal", "RetractionDate", "RetractionDOI", "RetractionPubMedID",
    "OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionNature", "Reason",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One row. `doi` and `pmid` are the paper's; `nature` is a key of KINDS, or empty where the row does not say."""

    row: int
    record_id: str
    title: str
    journal: str
    doi: str
    pmid: str
    nature: str
    notice_doi: str
    notice_pmid: str
    on: date | None
    reasons: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Of the paper: such as `doi:10.1000/1`, `pmid:1`."""
        return tuple(f"{kind}:{value}" for kind, value in (("doi", self.doi), ("pmid", self.pmid)) if value)

    @property
    def relation(self) -> Relation | None:
        """What the paper says of this notice; None for a reinstatement and where the nature is not given."""
        kind = KINDS.get(self.nature, "")
        if not kind:
            return None
        return Relation(kind, self.notice_doi, self.notice_pmid, f"Retraction Watch {self.record_id}", self.on)


@dataclass(frozen=True)
class Standing:
    """What all notices of one paper come to. `status` is a slug of Record; `notice` is the one that decides it."""

    status: str
    notice: Notice | None
    was_reinstated: bool


def refresh(client: Client, *, target: Path) -> bool:
    """Effect: `target` holds the newest table. False where it did already. Raises SourceFault and leaves the old one."""
    return client.download(NAME, target, kinds=CSV)


def parse(stream: BinaryIO) -> Iterator[Notice | Refusal]:
    """The rows of the table, one at a time. Raises Unreadable for a file that is another or breaks off in a cell."""
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
    try:
        rows = csv.reader(text, strict=True)
        names = next(rows, [])
        missing = [name for name in _COLUMNS if name not in names]
        if missing:
            raise Unreadable(f"This is no table of Retraction Watch: it has no column “{missing[0]}”.")
        for number, row in enumerate(rows, start=1):
            yield _notice(number, row, names)
    except csv.Error:
        raise Unreadable(f"The table cannot be read on from line {rows.line_num}.") from None
    finally:
        text.detach()


def notices_of(stream: BinaryIO, identifiers: Iterable[str]) -> dict[str, list[Notice]]:
    """The notices about these papers, by identifier (`doi:10.…`, `pmid:…`), in the order of their dates."""
    found: dict[str, list[Notice]] = {identifier: [] for identifier in identifiers}
    for notice in parse(stream):
        if isinstance(notice, Notice):
            for identifier in notice.identifiers:
                if identifier in found:
                    found[identifier].append(notice)
    return {name: sorted(notices, key=_when) for name, notices in found.items() if notices}


def standing_of(notices: Iterable[Notice]) -> Standing:
    """The gravest notice since the last reinstatement decides; a correction never undoes a retraction or a concern."""
    ordered = sorted(notices, key=_when)
    last = max((place for place, notice in enumerate(ordered) if notice.nature == "reinstatement"), default=-1)
    since = ordered[last + 1 :]
    for nature, status in (
        ("retraction", "retracted"),
        ("expression of concern", "expression_of_concern"),
        ("correction", "corrected"),
    ):
        deciding = [notice for notice in since if notice.nature == nature]
        if deciding:
            return Standing(status, deciding[-1], last >= 0)
    return Standing("none", ordered[last] if last >= 0 else None, last >= 0)


def _when(notice: Notice) -> tuple[date, bool]:
    """A reinstatement of the same day comes after what it takes back."""
    return notice.on or date.min, notice.nature == "reinstatement"


def _notice(number: int, row: list[str], names: list[str]) -> Notice | Refusal:
    if len(row) != len(names):
        return Refusal(number, f"The row has {len(row)} cells where the table has {len(names)} columns.")
    cells = {name: tidy(value) for name, value in zip(names, row, strict=True)}
    title = indexed_title(cells["Title"])
    doi, pmid, problems = _paper(cells)
    if not doi and not pmid:
        return Refusal(number, "The row names neither DOI nor PubMed number of the paper.", title)
    nature = cells["RetractionNature"].lower()
    if nature not in KINDS:
        problems.append("The row does not say whether it is a retraction, a concern or a correction.")
    return Notice(
        row=number,
        record_id=cells["Record ID"],
        title=title,
        journal=cells["Journal"],
        doi=doi,
        pmid=pmid,
        nature=nature if nature in KINDS else "",
        notice_doi=doi_or_nothing(cells["RetractionDOI"]),
        notice_pmid=pmid_or_nothing(cells["RetractionPubMedID"]),
        on=_day(cells["RetractionDate"]),
        reasons=tuple(filter(None, cells["Reason"].split(";"))),
        problems=tuple(problems),
    )


def _paper(cells: dict[str, str]) -> tuple[str, str, list[str]]:
    """DOI and PubMed number of the paper, and remarks."""
    doi, notice_doi = doi_or_nothing(cells["OriginalPaperDOI"]), doi_or_nothing(cells["RetractionDOI"])
    pmid, notice_pmid = pmid_or_nothing(cells["OriginalPaperPubMedID"]), pmid_or_nothing(cells["RetractionPubMedID"])
    if doi and doi == notice_doi and pmid and notice_pmid and pmid != notice_pmid:
        return (
            "",
            pmid,
            ["The row gives the DOI of the notice for the paper too; the paper is known by its PubMed number."],
        )
    return doi, pmid, []


def _day(text: str) -> date | None:
    """`3/6/2004 0:00` is the sixth of March."""
    parts = text.partition(" ")[0].split("/")
    try:
        month, day, year = (int(part) for part in parts)
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None
