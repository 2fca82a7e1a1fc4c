"""CSL-JSON, which Zotero, pandoc and citation-js read: one list of references. Pure.

Source of the fields: the schema of the Citation Style Language, version 1.0.2. What has no field of its own there stands in
`note`, and once more as data in `custom`, which the schema leaves to whoever writes the file.
"""

import json
from typing import Any

from studies.formats.frame import Frame
from studies.formats.notes import atlas_note, marked_title, one_line
from studies.records import Author, Collective, Record

MEDIA_TYPE = "application/vnd.citationstyles.csl+json"
SUFFIX = "csl.json"
FRAME = Frame(lambda origin: "[\n", between=",\n", end="\n]\n")


def render(record: Record) -> str:
    """One reference, on one line."""
    return json.dumps(item(record), ensure_ascii=False)


def item(record: Record) -> dict[str, Any]:
    """The reference as an object, without what is not known."""
    found = {
        "id": record.atlas_slug or record.doi or record.title,
        "type": "article" if record.is_preprint else "article-journal",
        "genre": "preprint" if record.is_preprint else "",
        "title": marked_title(record),
        "author": [_name(author) for author in record.authors],
        "issued": {"date-parts": [_date(record)]} if record.year is not None else None,
        "container-title": one_line(record.journal or record.journal_abbreviation),
        "container-title-short": one_line(record.journal_abbreviation),
        "volume": one_line(record.volume),
        "issue": one_line(record.issue),
        "page": _pages(record),
        "DOI": record.doi,
        "PMID": record.pmid,
        "PMCID": record.pmcid,
        "ISSN": record.issn,
        "URL": record.paper_url,
        "language": record.language,
        "keyword": ", ".join(map(one_line, record.keywords)),
        "status": "" if record.retraction_status == "none" else record.retraction_status,
        "note": atlas_note(record),
        "custom": _custom(record),
    }
    return {name: value for name, value in found.items() if value}


def _name(author: Author) -> dict[str, str]:
    if isinstance(author, Collective):
        return {"literal": one_line(author.name)}
    parts = {"family": one_line(author.family), "given": one_line(author.given)}
    return {name: part for name, part in parts.items() if part}


def _date(record: Record) -> list[int]:
    month = [record.month] if record.month else []
    return [record.year or 0, *month, *([record.day] if month and record.day else [])]


def _pages(record: Record) -> str:
    return "-".join(one_line(page) for page in (record.first_page, record.last_page) if page)


def _custom(record: Record) -> dict[str, Any]:
    """What the atlas says of the paper, for programs."""
    if not record.atlas_url:
        return {}
    return {
        "atlas": record.atlas_url,
        "atlas_version": record.atlas_version,
        "atlas_changed_on": record.atlas_changed_on.isoformat() if record.atlas_changed_on else None,
        "atlas_state": record.atlas_state or None,
        "pem": record.pem_label,
        "retraction_status": record.retraction_status,
        "retraction_notice_doi": record.retraction_notice_doi or None,
        "main_limitation": record.main_limitation or None,
        "notices": list(record.notices),
        "sample": record.is_sample,
        "preprint_doi": record.preprint_doi or None,
        "authors_complete": record.authors_complete,
    }
