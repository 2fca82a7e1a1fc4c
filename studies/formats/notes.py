"""What every format says about a paper beside its bibliography: its retraction, its PEM badge, its atlas entry."""

import re
import unicodedata

from studies.identifiers import doi_link
from studies.records import Record

INCOMPLETE = "author list incomplete"

# Status: the words before the title, and the name of the notice that the journal printed.
MARKS = {
    "retracted": "RETRACTED",
    "withdrawn": "WITHDRAWN",
    "expression_of_concern": "EXPRESSION OF CONCERN",
}
NOTICES = {
    "retracted": "Retraction notice",
    "withdrawn": "Withdrawal notice",
    "expression_of_concern": "Expression of concern",
    "corrected": "Correction",
}

_MARK_WORDS = r"(?:retracted(?: article| paper)?|withdrawn(?: article| paper)?|removed|expression of concern)"
_MARK = re.compile(rf"(?i)^(?:[\[(]\s*{_MARK_WORDS}\s*[\])]\s*[:.]?|{_MARK_WORDS}\s*:)\s*")


def one_line(text: str) -> str:
    """Text without line breaks, runs of spaces and control characters: a format may give them a meaning."""
    line = " ".join(text.split())
    return "".join(character for character in line if unicodedata.category(character) not in ("Cc", "Cs"))


def mark(record: Record) -> str:
    """`RETRACTED: ` and the like, or nothing."""
    word = MARKS.get(record.retraction_status)
    return f"{word}: " if word else ""


def plain_title(record: Record) -> str:
    """The title, without the mark that a journal or an index may have put before it."""
    title = one_line(record.title)
    while record.retraction_status in MARKS and (found := _MARK.match(title)):
        title = title[found.end() :]
    return title


def marked_title(record: Record) -> str:
    return mark(record) + plain_title(record)


def notice(record: Record) -> str:
    """`Retraction notice: https://doi.org/…`, or the name alone when the notice has no DOI; empty without one."""
    name = NOTICES.get(record.retraction_status)
    if not name:
        return ""
    return f"{name}: {doi_link(record.retraction_notice_doi) if record.retraction_notice_doi else 'no DOI known'}"


def atlas_note(record: Record) -> str:
    """One line for a note field: which entry and version this came from, the PEM badge, what is wrong or missing."""
    version = f", version {record.atlas_version}" if record.atlas_version else ""
    entry = f"ME/CFS Study Atlas{version}: {record.atlas_url}" if record.atlas_url else ""
    incomplete = "" if record.authors_complete else INCOMPLETE.capitalize()
    status = mark(record).rstrip(": ")
    parts = (entry, record.pem_label, status, notice(record), incomplete)
    return one_line("; ".join(part for part in parts if part))
