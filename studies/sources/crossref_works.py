"""One work of Crossref as a paper on its way into the atlas. Pure.

Fields after Crossref's own description of its JSON (api.crossref.org, "works"). An abstract comes without a licence of its
own, so it is searched and never shown.
"""

import dataclasses
import re

from studies.formats.readers.assembling import Loose, assemble
from studies.formats.readers.cleaning import indexed_title
from studies.formats.readers.refusals import Refusal
from studies.formats.readers.titles import without_mark
from studies.identifiers import IdentifierError, normalise_orcid
from studies.incoming import Incoming
from studies.names import parse_name
from studies.records import Author, Collective, Person
from studies.sources.crossref_dates import appeared
from studies.sources.crossref_updates import relations_of, status_mark
from studies.sources.entries import Entry
from studies.sources.notices import standing

_OPEN = re.compile(r"https?://creativecommons\.org/\S+$")
_LONGEST_LINK = 300


def paper_of(number: int, work: Entry) -> Incoming | Refusal:
    loose = _loose(work)
    problems: list[str] = []
    loose.title, mark = without_mark(loose.title)
    paper = assemble(loose, number=number, line=0, source="Crossref")
    if isinstance(paper, Refusal):
        return paper
    if mark:
        problems.append(f"The publisher put “{mark}” before the title.")
    if loose.incomplete:
        problems.append("An author without a name was left out.")
    relations = tuple(relations_of(work, paper.record.doi, problems))
    problems = list(dict.fromkeys(problems))
    record = dataclasses.replace(
        paper.record,
        relations=relations,
        publication_types=tuple(filter(None, (work.line("type"), work.line("subtype")))),
        preprint_doi=next((relation.doi for relation in relations if relation.kind == "has_preprint"), ""),
        **standing(relations, mark=status_mark(work, mark)),
    )
    return dataclasses.replace(
        paper, record=record, license_url=_license_url(work), problems=(*paper.problems, *problems)
    )


def _license_url(work: Entry) -> str:
    """The open licence of the published version; licences for reading by machines and of manuscripts are others."""
    links = (
        entry.line("URL")
        for entry in work.entries("license")
        if entry.line("content-version") in ("vor", "unspecified")
    )
    return next((link for link in links if _OPEN.match(link) and len(link) <= _LONGEST_LINK), "")


def _loose(work: Entry) -> Loose:
    authors = [author for entry in work.entries("author") if (author := _author(entry))]
    is_preprint = work.line("type") == "posted-content"
    return Loose(
        kind=work.text("type"),
        title=_title(work),
        vernacular_title=_vernacular(work),
        authors=authors,
        incomplete=len(authors) < len(work.entries("author")),
        journal=work.text("container-title") or (_server(work) if is_preprint else ""),
        journal_abbreviation=work.text("short-container-title"),
        issn=" ".join(work.texts("ISSN")),
        volume=work.text("volume"),
        issue=work.text("issue"),
        pages=work.text("page") or work.text("article-number"),
        day=appeared(work),
        doi=[work.text("DOI")],
        language=work.text("language"),
        abstract=work.text("abstract"),
        keywords=work.texts("subject"),
    )


def _title(work: Entry) -> str:
    """Title and subtitle; publishers also put running heads there, which repeat words of the title."""
    title, subtitle = indexed_title(work.text("title")), indexed_title(work.text("subtitle"))
    if not title or not subtitle or subtitle.casefold() in title.casefold():
        return title
    return f"{title} {subtitle}" if title[-1] in "?!:." else f"{title}: {subtitle}"


def _vernacular(work: Entry) -> str:
    title = indexed_title(work.text("original-title"))
    return "" if title.casefold() == indexed_title(work.text("title")).casefold() else title


def _server(work: Entry) -> str:
    return next((place.text("name") for place in work.entries("institution")), "") or work.text("group-title")


def _author(entry: Entry) -> Author | None:
    family, given = entry.line("family"), entry.line("given")
    if family and (given or entry.line("suffix")):
        return Person(family, f"{given} {entry.line('suffix')}".strip(), _orcid(entry.text("ORCID")))
    if family:
        return parse_name(family)
    name = entry.line("name")
    if not name:
        return Person(given) if given else None
    group = parse_name(name)
    return group if isinstance(group, Collective) else Collective(name)


def _orcid(text: str) -> str:
    try:
        return normalise_orcid(text) if text else ""
    except IdentifierError:
        return ""
