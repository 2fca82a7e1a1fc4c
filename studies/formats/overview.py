"""Studies as one Markdown text: what each found, in whom, how sure, and what it does not show. Pure.

Of a list; the file of one study alone says much more (telling.py).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from studies.formats import commonmark
from studies.formats.blocks import Block, Heading, Link, Named, Paragraph
from studies.formats.frame import TEXTS_LICENCE, Frame, Origin
from studies.formats.notes import MARKS, NOTICES, SAMPLE, without_mark
from studies.identifiers import doi_link, pubmed_link

MEDIA_TYPE = commonmark.MEDIA_TYPE
SUFFIX = commonmark.SUFFIX
NO_SUMMARY = "No summary yet."
NO_ADVICE = "The atlas tells what papers say. It is no medical advice. The texts of the atlas are CC BY 4.0"

Study = Mapping[str, Any]


def _begin(origin: Origin) -> str:
    head: list[Block] = [Heading(1, "Studies of the ME/CFS Study Atlas"), Paragraph(origin.line)]
    return commonmark.render([*head, Paragraph(f"{NO_ADVICE} ({TEXTS_LICENCE}).")]) + "\n"


FRAME = Frame(_begin, between="\n")


def render(study: Study) -> str:
    return commonmark.render(_told(study))


def _told(study: Study) -> Iterator[Block]:
    paper, kind = study["bibliography"], study["classification"]
    mark = MARKS.get(study["retraction"]["status"])
    yield Heading(2, f"{mark}: {without_mark(paper['title'])}" if mark else paper["title"])
    yield Paragraph(_source(paper))
    yield from _notice(study["retraction"])
    yield from (Paragraph(f"Notice: {flag['label'].lower()}. {flag['reason']}") for flag in study["flags"])
    yield Named("PEM", study["pem"]["label"])
    yield Named("Design", f"{kind['design']['label']}, {kind['peer_review']['label'].lower()}")
    if kind["patients"] is not None:
        yield Named("Patients", str(kind["patients"]))
    if study["texts"]:
        yield Named("What they found", study["key_point"])
        yield Named("What it does not show", study["main_limitation"])
        yield from [Paragraph(f"{SAMPLE}.")] if study["sample"] else []
    else:
        yield Paragraph(NO_SUMMARY)
    yield from _links(study)


def _notice(retraction: Mapping[str, Any]) -> Iterator[Block]:
    """The journal's notice, a correction too."""
    name = NOTICES.get(retraction["status"])
    if name and retraction["notice_doi"]:
        yield Link(name, doi_link(retraction["notice_doi"]))
    elif name:
        yield Paragraph(f"{name}: no DOI known.")


def _source(paper: Mapping[str, Any]) -> str:
    """Up to three authors, the journal, the year."""
    names = [author.get("collective") or author["family"] for author in paper["authors"]]
    others = " and others" if len(names) > 3 or not paper["authors_complete"] else ""
    authors = f"{', '.join(names[:3])}{others}" if names else "Authors not recorded"
    parts = (authors, paper["journal"], str(paper["year"] or "no date recorded"))
    return f"{', '.join(part for part in parts if part)}."


def _links(study: Study) -> Iterator[Block]:
    known = study["identifiers"]
    if known["doi"] or known["pmid"]:
        yield Link("The paper", doi_link(known["doi"]) if known["doi"] else pubmed_link(known["pmid"]))
    yield Link(f"The atlas entry, version {study['version']} of {(study['changed_at'] or '')[:10]}", study["address"])
