"""The facts of a paper by which it is compared, made comparable once. Pure."""

import re
from dataclasses import dataclass, replace

from studies.matching.kinds import kind_of, without_mark
from studies.matching.words import fold
from studies.records import Collective, Record

# Registrants of DOIs under which preprints stand: medRxiv and bioRxiv (two), Research Square, Preprints.org, PsyArXiv,
# SSRN, OSF, arXiv, JMIR Preprints, Authorea (two), ChemRxiv, SciELO Preprints.
PREPRINT_SERVERS = (
    "10.1101/", "10.64898/", "10.21203/", "10.20944/", "10.31234/", "10.2139/", "10.31219/", "10.48550/", "10.2196/preprints.",
    "10.22541/", "10.36227/", "10.26434/", "10.1590/scielopreprints.",
)  # fmt: skip
# Journals of the same registrant as bioRxiv: their DOIs name the journal, a preprint's a date or a number.
_CSHL_PREPRINT = re.compile(r"10\.1101/(?:\d{4}\.\d{2}\.\d{2}\.\d+|\d{6})(?:v\d+)?$")
_VERSION = re.compile(r"(?:/v|\.v)\d+$")

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_MADE_A_DATE = re.compile(rf"(?i)^(?:\d{{1,2}}-{_MONTH}|{_MONTH}-\d{{1,2}})$")  # what a spreadsheet makes of 5-13
_PAGES = re.compile(r"(\d+)[a-z]?(?:\s*[-–]+\s*[a-z]{0,6}(\d+))?", re.IGNORECASE)
_TITLE_NOTE = re.compile(
    r"""(?:\s*(?: \[(?:[A-Z][a-z]{2,11}|abstract[^\]]*|article\ in[^\]]*|corrected|review|see\ comments?)\]
          | \((?:abstract[^)]*|provisional\ abstract|review)\)
          | \bLA:\s*[A-Z][a-z]+ ))+\.?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """`title`, `family`, `given` and `journal` are folded; what is not known is empty or None.

    `volume` is its number without part and supplement; `pages` are (first, last) of each range, digits alone, last 0 where
    there is one page or an article number.
    """

    title: str
    kind: str = "article"
    family: str = ""
    given: str = ""
    year: int | None = None
    journal: str = ""
    issn: str = ""
    volume: str = ""
    pages: tuple[tuple[int, int], ...] = ()
    doi: str = ""
    preprint_doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    is_preprint: bool = False

    @property
    def has_place(self) -> bool:
        """Whether anything says where the paper appeared."""
        return bool(self.journal or self.issn or self.volume or self.pages)


def facts_of(record: Record) -> Facts:
    """The facts of a record. A preprint's own DOI stays `doi`, with `is_preprint` set."""
    first = record.authors[0] if record.authors else Collective("")
    family, given = (first.name, "") if isinstance(first, Collective) else (first.family, first.given)
    related = {link.kind: link.doi for link in record.relations if link.doi}
    return Facts(
        title=title_words(record.title),
        kind=kind_of(record.title, record.publication_types),
        family=fold(family),
        given=fold(given),
        year=record.year,
        journal=fold(record.journal),
        issn=record.issn,
        volume=volume_number(record.volume),
        pages=page_ranges(record.pages),
        doi=record.doi,
        preprint_doi=record.preprint_doi or related.get("has_preprint", ""),
        pmid=record.pmid,
        pmcid=record.pmcid,
        is_preprint=is_preprint(record),
    )


def with_numbers(ours: Facts, theirs: Facts) -> Facts:
    """`ours` with the identifiers that another description of the same paper adds; an article's replace its preprint's."""
    if theirs.is_preprint and not ours.is_preprint:
        return replace(ours, preprint_doi=ours.preprint_doi or theirs.doi)
    if ours.is_preprint and not theirs.is_preprint and theirs.doi:
        return replace(theirs, preprint_doi=ours.doi)
    added = {name: getattr(ours, name) or getattr(theirs, name) for name in ("doi", "preprint_doi", "pmid", "pmcid")}
    return replace(ours, **added)


def title_words(title: str) -> str:
    """A title folded, without a note on language or form ("[Chinese]", "[Abstract]") and without "Retracted:"."""
    bare = _TITLE_NOTE.sub("", without_mark(title))
    return fold(bare) or fold(title) or title.casefold()


def is_preprint(record: Record) -> bool:
    """By the registrant of its DOI, or because its source says so."""
    if is_preprint_doi(record.doi):
        return True
    return any(word.casefold() in ("preprint", "posted-content") for word in record.publication_types)


def is_preprint_doi(doi: str) -> bool:
    """Whether a DOI belongs to a preprint server."""
    if doi.startswith("10.1101/"):
        return bool(_CSHL_PREPRINT.match(doi))
    return doi.startswith(PREPRINT_SERVERS)


def preprint_stem(doi: str) -> str:
    """The DOI of a preprint without the version at its end."""
    return _VERSION.sub("", doi)


def volume_number(volume: str) -> str:
    """`29` of "29A", "29 (Pt 1)" and "29 Suppl 2"; a volume without digits folded."""
    number = re.search(r"\d+", volume)
    return number[0].lstrip("0") if number else fold(volume)


def page_ranges(pages: str) -> tuple[tuple[int, int], ...]:
    """Each range as (first, last) with short ends filled up (597-9 is 597 to 599); what a spreadsheet made a date is none."""
    if _MADE_A_DATE.match(pages.strip()):
        return ()
    return tuple(sorted({_whole(first, last) for first, last in _PAGES.findall(pages)}))


def _whole(first: str, last: str) -> tuple[int, int]:
    if last and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return int(first), int(last or 0)
