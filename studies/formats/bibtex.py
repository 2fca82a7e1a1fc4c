"""BibTeX, in UTF-8. The title is braced so that its capitals survive; what TeX would read as a command is escaped."""

import re
from collections.abc import Iterator

from studies.formats.frame import Frame
from studies.formats.notes import atlas_note, marked_title, one_line
from studies.records import Author, Collective, Person, Record
from studies.slugs import study_slug

MEDIA_TYPE = "application/x-bibtex"
SUFFIX = "bib"
# What stands outside an entry is no reference; an at sign would begin one.
FRAME = Frame(lambda origin: f"% {one_line(origin.line).replace('@', '%40')}\n\n", between="\n")

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_ESCAPES = str.maketrans(
    {character: "\\" + character for character in "&%$#_"}
    | {"{": r"\{", "}": r"\}", "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)
# BibTeX counts even escaped braces, and an odd one breaks the whole file; these commands hold none of their own.
_ODD_BRACES = {ord("{"): r"\ensuremath{\lbrace}", ord("}"): r"\ensuremath{\rbrace}"}
# Pairs that TeX would join into another character.
_LIGATURE = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=[`?!])(?=`)|(?<=<)(?=<)|(?<=>)(?=>)|(?<=,)(?=,)")
# What a name must not hold outside braces: the signs that divide names, and a command where a name begins.
_DIVIDING = re.compile(r"^\\|,|\band\b", re.IGNORECASE)


def render(record: Record) -> str:
    fields = [f"  {name} = {value}" for name, value in _fields(record) if value]
    return "@article{" + ",\n".join([_key(record), *fields]) + "\n}\n"


def escape(text: str) -> str:
    """Text as TeX writes it, with balanced braces whatever the text holds."""
    line = one_line(text)
    escaped = line.translate(_ESCAPES if _balanced(line) else _ESCAPES | _ODD_BRACES)
    return _LIGATURE.sub("{}", escaped)


def _balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    yield "author", _braced(_authors(record))
    yield "title", f"{{{{{escape(marked_title(record))}}}}}"
    yield "journal", _braced(escape(record.journal or record.journal_abbreviation))
    yield "year", _braced("" if record.year is None else str(record.year))
    yield "month", MONTHS[record.month - 1] if record.month else ""
    yield "volume", _braced(escape(record.volume))
    yield "number", _braced(escape(record.issue))
    yield "pages", _braced(_pages(record))
    yield "doi", _braced(_verbatim(record.doi))
    yield "pmid", _braced(record.pmid)
    yield "pmcid", _braced(record.pmcid)
    yield "issn", _braced(escape(record.issn))
    yield "language", _braced(escape(record.language))
    yield "url", _braced(_verbatim(record.paper_url))
    yield "note", _braced(escape(atlas_note(record)))


def _braced(value: str) -> str:
    return f"{{{value}}}" if value else ""


def _verbatim(value: str) -> str:
    """Addresses and DOIs are read letter by letter, so they are not escaped; a brace would still end the field."""
    return one_line(value).replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


def _authors(record: Record) -> str:
    names = [_name(author) for author in record.authors]
    return " and ".join(names if record.authors_complete or not names else [*names, "others"])


def _name(author: Author) -> str:
    """`Family, Given`; a group, and a name that BibTeX would take apart, stands in braces."""
    if isinstance(author, Collective):
        return f"{{{escape(author.name)}}}"
    if not author.given.strip():
        return f"{{{escape(author.family)}}}"
    return f"{_whole(author.family)}, {_whole(author.given)}"


def _whole(name: str) -> str:
    escaped = escape(name)
    return f"{{{escaped}}}" if _DIVIDING.search(escaped) else escaped


def _pages(record: Record) -> str:
    return "--".join(escape(page) for page in (record.first_page, record.last_page) if page)


def _key(record: Record) -> str:
    if record.atlas_slug:
        return record.atlas_slug
    first = record.authors[0] if record.authors else Collective("")
    family, group = (first.family, "") if isinstance(first, Person) else ("", first.name)
    return study_slug(family, group, record.year, record.title)
