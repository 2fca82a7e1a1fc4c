"""What every format says about a paper beside its bibliography: its retraction, its PEM badge, its atlas entry."""

import re
import unicodedata

from studies.identifiers import doi_link
from studies.records import Record
from studies.signs import TURNING

ATLAS = "ME/CFS Study Atlas"
INCOMPLETE = "author list incomplete"

# Status: the words before the title, and the name of the notice that the journal printed.
MARKS = {
    "retracted": "RETRACTED",
    "withdrawn": "WITHDRAWN",
    "expression_of_concern": "EXPRESSION OF CONCERN",
}
SAMPLE = "Sample text, not reviewed"
NOTICES = {
    "retracted": "Retraction notice",
    "withdrawn": "Withdrawal notice",
    "expression_of_concern": "Expression of concern",
    "corrected": "Correction",
}

_MARK_WORDS = r"(?:retracted(?: article| paper)?|withdrawn(?: article| paper)?|removed|expression of concern)"
_MARK = re.compile(rf"(?i)^(?:[\[(]\s*{_MARK_WORDS}\s*[\])](?:\s*+[:.])?|{_MARK_WORDS}\s*:)\s*")


def one_line(text: str) -> str:
    """Text without line breaks, runs of spaces, controls and signs that turn its direction: a format may give them a meaning."""
    line = " ".join(text.split())
    if line.isprintable():  # nearly always; each character for itself takes an export twice as long
        return line
    plain = "".join(character for character in line if unicodedata.category(character) not in ("Cc", "Cs"))
    return TURNING.sub("", plain)


def mark(record: Record) -> str:
    """`RETRACTED: ` and the like, or nothing."""
    word = MARKS.get(record.retraction_status)
    return f"{word}: " if word else ""


def plain_title(record: Record) -> str:
    """The title, without the mark that a journal or an index may have put before it."""
    return without_mark(record.title) if record.retraction_status in MARKS else one_line(record.title)


def without_mark(title: str) -> str:
    """The title of a paper that has a mark in our words, without those that others put before it."""
    line = one_line(title)
    while found := _MARK.match(line):
        line = line[found.end() :]
    return line


def marked_title(record: Record) -> str:
    return mark(record) + plain_title(record)


def notice(record: Record) -> str:
    """`Retraction notice: https://doi.org/…`, or the name alone when the notice has no DOI; empty without one."""
    name = NOTICES.get(record.retraction_status)
    if not name:
        return ""
    return f"{name}: {doi_link(record.retraction_notice_doi) if record.retraction_notice_doi else 'no DOI known'}"


def entry_of(record: Record) -> str:
    """`ME/CFS Study Atlas, version 3 of 2026-03-04, in state 812 of 2026-11-26: https://…`; empty for what is no entry."""
    if not record.atlas_url:
        return ""
    changed = f" of {record.atlas_changed_on}" if record.atlas_changed_on else ""
    version = f", version {record.atlas_version}{changed}" if record.atlas_version else ""
    state = f", in {record.atlas_state}" if record.atlas_state else ""
    return f"{ATLAS}{version}{state}: {record.atlas_url}"


def remarks(record: Record) -> list[str]:
    """All that a reader of the paper must not miss, each as one line: badge, retraction, notices of staff, gaps, limits."""
    limit = f"Main limit: {record.main_limitation}" if record.main_limitation else ""
    preprint = f"Preprint: {doi_link(record.preprint_doi)}" if record.preprint_doi else ""
    parts = (
        record.pem_label,
        mark(record).rstrip(": "),
        notice(record),
        *record.notices,
        "Preprint, not yet peer reviewed" if record.is_preprint else preprint,
        "" if record.authors_complete else INCOMPLETE.capitalize(),
        limit,
        SAMPLE if limit and record.is_sample else "",
    )
    return [line for part in parts if (line := one_line(part))]


def atlas_note(record: Record) -> str:
    """One line for a note field: which entry and version this came from, and the remarks."""
    return "; ".join(part for part in (one_line(entry_of(record)), *remarks(record)) if part)
