"""A record as files of references hold it, in loose words, made into an `Incoming` or refused. Pure.

What RIS, BibTeX, CSL-JSON and tables have in common stands here: one way to take identifiers, to judge whether the
reference is a paper, and to keep values within what a study can hold.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from studies.formats.readers.abstracts import split_labels
from studies.formats.readers.cleaning import clean_issn, clean_pages, first_identifier, indexed_title, tidy, tidy_lines
from studies.formats.readers.dates import NO_DATE, Date, read_date
from studies.formats.readers.kinds import why_no_paper
from studies.formats.readers.languages import language_code
from studies.formats.readers.refusals import Refusal
from studies.formats.readers.titles import is_garbled, plain_sections, without_mark
from studies.identifiers import MAX_PASTED, IdentifierError, normalise_doi, normalise_pmcid, normalise_pmid
from studies.incoming import Incoming, Summary, split_abstract
from studies.records import Author, Collective, Person, Record

# What a study holds of each text; a test compares it with the columns of the database.
WIDTHS = {"journal": 500, "journal_abbreviation": 300, "volume": 50, "issue": 50, "pages": 80}
NAME_WIDTH, GROUP_WIDTH = 200, 500
MOST_TITLE, MOST_ABSTRACT, MOST_AUTHORS, MOST_KEYWORDS, MOST_DATE = 2_000, 50_000, 10_000, 200, 100

_COUNTED = re.compile(r"(?i)^\d+\s*(?:p|pp|pages?|s)\.?$")
_EMPTY_PARTS = re.compile(r"/+\D*$")
_SPACES = re.compile(r"[ \t\r\f\v]{2,}")  # patterns that look for lines try each of them again
_PACKED = re.compile(r"(?<!\d)(?:19|20)\d{6}(?!\d)")
_NOTICE_WORDS = re.compile(r"(?i)\b(retracted|retraction|withdrawn|withdrawal of|expression of concern)\b")


@dataclass(kw_only=True)
class Loose:
    """What a file says, before anything is checked. Identifiers are candidates, the most trusted first.

    `doi` and the like are what the file calls one, so that an unreadable one is a problem; `hints` are whole values of
    other fields (addresses, notes) that may happen to be an identifier. `incomplete` means that the file says authors
    are missing; `types` are what it says of the paper beside its kind ("Review"); `said_day` is the date as written;
    `remarks` are problems that the reader itself has seen.
    """

    kind: str = ""
    types: Sequence[str] = ()
    title: str = ""
    vernacular_title: str = ""
    authors: Sequence[Author] = ()
    incomplete: bool = False
    journal: str = ""
    journal_abbreviation: str = ""
    issn: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    day: Date = NO_DATE
    said_day: str = ""
    doi: Sequence[str] = ()
    pmid: Sequence[str] = ()
    pmcid: Sequence[str] = ()
    hints: Sequence[str] = ()
    language: str = ""
    url: str = ""
    abstract: str = ""
    keywords: Iterable[str] = ()
    notes: Sequence[str] = ()
    remarks: Sequence[str] = ()


def assemble(loose: Loose, *, number: int, line: int, source: str, doubt: str = "") -> Incoming | Refusal:
    """One record of a file. `doubt` is a remark about the letters of the file, kept where letters are in question."""
    title = indexed_title(loose.title)
    problems = list(loose.remarks)
    found = _identifiers(loose, problems)
    reason = _why_refused(loose, title, found)
    if reason:
        return Refusal(number, reason, title[:MOST_TITLE], line)
    told = [*loose.types, *loose.notes]
    fields: dict[str, Any] = {
        **_texts(loose, problems),
        **_date(loose, problems),
        **found,
        **_retraction(title, told, problems),
    }
    record = Record(
        title=title,
        authors=tuple(_names(loose.authors)),
        authors_complete=not loose.incomplete,
        publication_types=tuple(tidy(kind) for kind in (loose.kind, *loose.types) if kind.strip()),
        **fields,
    )
    abstract = _abstract(loose.abstract, source, problems)
    _doubt(record, doubt, problems)
    return Incoming(record, source, abstract=abstract, problems=tuple(problems))


def dated(texts: Iterable[str]) -> Date:
    """The most exact of the dates in these texts; the first year that is named decides which belong together."""
    known = [found for found in map(_read_loose_date, texts) if found.year is not None]
    same = [found for found in known if found.year == known[0].year]
    return max(same, key=lambda found: sum(part is not None for part in found), default=NO_DATE)


def page_range(text: str) -> str:
    """Pages in one spelling; a number of pages (`146p`) is none, and a range of one page is that page."""
    pages = clean_pages(text)
    first, _, last = pages.partition("-")
    return "" if _COUNTED.match(pages) else first if first == last else pages


def _read_loose_date(text: str) -> Date:
    """As `read_date`, also where empty parts (`2013/05//`) or words (`Start date: 20170812`) stand around the numbers."""
    bare = _EMPTY_PARTS.sub("", text.strip()[:MOST_DATE])
    packed = _PACKED.search(bare)
    return read_date(packed[0] if packed else bare)


def _why_refused(loose: Loose, title: str, found: dict[str, str]) -> str:
    traceable = bool(any(found.values()) or loose.journal.strip())
    if reason := why_no_paper(loose.kind, loose.types, traceable=traceable, in_pubmed=bool(found["pmid"])):
        return reason
    if not any(character.isalnum() for character in title):
        return "The record has no title."
    if len(title) > MOST_TITLE:
        return f"The title has {len(title)} characters: two records may have run into one."
    if len(loose.authors) > MOST_AUTHORS:
        return f"The record names {len(loose.authors)} authors: records may have run into one."
    wide = next((name for name in map(_whole, loose.authors) if len(name) > GROUP_WIDTH), "")
    return f"An author's name has {len(wide)} characters: “{tidy(wide[:60])}…”." if wide else ""


def _names(authors: Iterable[Author]) -> Iterable[Author]:
    """Names in clean letters; a person's name that a study could not hold is kept whole as that of a group."""
    for author in authors:
        name = _clean_name(author)
        if isinstance(name, Collective) and name.name:
            yield name
        elif isinstance(name, Person) and name.family:
            fits = len(name.family) <= NAME_WIDTH and len(name.given) <= NAME_WIDTH
            yield name if fits else Collective(_whole(name))


def _clean_name(author: Author) -> Author:
    if isinstance(author, Collective):
        return Collective(tidy(author.name))
    family, given = tidy(author.family), tidy(author.given)
    return Person(family, given, author.orcid) if family else Person(given)


def _whole(author: Author) -> str:
    return author.name if isinstance(author, Collective) else f"{author.given} {author.family}".strip()


def _texts(loose: Loose, problems: list[str]) -> dict[str, Any]:
    texts: dict[str, Any] = {name: tidy(getattr(loose, name)) for name in WIDTHS if name != "pages"}
    texts["pages"] = page_range(loose.pages)
    for name, width in WIDTHS.items():
        if len(texts[name]) > width:
            problems.append(f"The {name.replace('_', ' ')} has {len(texts[name])} characters and was left out.")
            texts[name] = ""
    if texts["journal_abbreviation"] == texts["journal"]:
        texts["journal_abbreviation"] = ""
    keywords = dict.fromkeys(word for text in loose.keywords if (word := tidy(text).strip("*; ")))
    return {
        **texts,
        "vernacular_title": indexed_title(loose.vernacular_title)[:MOST_TITLE],
        "issn": clean_issn(loose.issn),
        "language": _language(loose.language, problems),
        "url": _address(loose.url),
        "keywords": tuple(keywords)[:MOST_KEYWORDS],
    }


def _language(text: str, problems: list[str]) -> str:
    """Of several languages the first one."""
    code = language_code(re.split(r"[;,/|(]", text.strip())[0])
    if text.strip() and not code:
        problems.append(f"Unknown language: {_shown(text)}.")
    return code


def _address(text: str) -> str:
    address = tidy(text)
    return address if re.match(r"(?i)https?://\S+$", address) and len(address) <= 2_000 else ""


def _date(loose: Loose, problems: list[str]) -> dict[str, int | None]:
    if loose.day == NO_DATE and loose.said_day.strip():
        problems.append(f"The date cannot be read: {_shown(loose.said_day)}.")
    return dict(zip(("year", "month", "day"), loose.day, strict=True))


def _identifiers(loose: Loose, problems: list[str]) -> dict[str, str]:
    """Normalised identifiers; a hint counts only where nothing says what the identifier is."""
    hints = [hint.strip() for hint in loose.hints if len(hint) < 400]
    return {
        "doi": _identifier(loose.doi, hints, "doi|(?=10\\.)", normalise_doi, problems),
        "pmid": _identifier(loose.pmid, hints, "pubmed|pmid", normalise_pmid, problems),
        "pmcid": _identifier(loose.pmcid, hints, "pmc|www\\.ncbi|ncbi|europepmc", normalise_pmcid, problems),
    }


def _identifier(
    said: Sequence[str], hints: Sequence[str], label: str, normalise: Callable[[str], str], problems: list[str]
) -> str:
    found = first_identifier((text[:MAX_PASTED] for text in said if text.strip()), normalise, problems)
    labelled = re.compile(rf"(?i)(?:https?://(?:dx\.|www\.)?)?(?:{label})")
    for hint in hints if not found else ():
        if labelled.match(hint):
            try:
                return normalise(hint)
            except IdentifierError:
                continue
    return found


def _retraction(title: str, told: Iterable[str], problems: list[str]) -> dict[str, str]:
    """A title that its publisher marked says that the paper was retracted; other words are for a person to judge."""
    _, mark = without_mark(title)
    if mark:
        problems.append(f"The title says that the paper was {mark}.")
        return {"retraction_status": mark}
    problems += [f"The file says of the paper: {_shown(text)}." for text in told if _NOTICE_WORDS.search(text)]
    return {}


def _abstract(text: str, source: str, problems: list[str]) -> Summary | None:
    """No file of references says under which licence its abstracts stand, so they are never shown."""
    if len(text) > MOST_ABSTRACT:
        problems.append(f"The abstract has {len(text)} characters; the first {MOST_ABSTRACT} were read.")
    text = _SPACES.sub(" ", text[:MOST_ABSTRACT])
    sections = split_labels([(tidy(label), tidy_lines(body)) for label, body in plain_sections(text)])
    lines = split_abstract(
        tidy_lines(text)
    )  # a line that begins with any label, where `split_labels` knows some labels anywhere
    sections = lines if len(lines) > len(sections) else sections
    return Summary(sections, "", "", source) if sections else None


def _doubt(record: Record, doubt: str, problems: list[str]) -> None:
    letters = "\n".join([record.title, record.journal, *map(_whole, record.authors)])
    if is_garbled(letters):
        problems.append(
            "Letters were read in the wrong encoding before they came into this file: check title and names."
        )
    elif doubt and not letters.isascii():
        problems.append(doubt)


def _shown(text: str) -> str:
    line = tidy(text[:500])
    return f"“{line[:120]}…”" if len(line) > 120 else f"“{line}”"
