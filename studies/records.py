"""Record: the one bibliographic shape between outside sources, download formats and the database. Pure."""

from dataclasses import dataclass
from datetime import date

from studies.identifiers import doi_link, pmc_link, pubmed_link


@dataclass(frozen=True)
class Person:
    """An author; `given` holds all given names or initials as the source wrote them."""

    family: str
    given: str = ""
    orcid: str = ""


@dataclass(frozen=True)
class Collective:
    """A group that signed as author."""

    name: str


Author = Person | Collective


@dataclass(frozen=True)
class Relation:
    """What a source says of this paper and another one. `doi` or `pmid` name the other where the source does.

    `kind` reads from this paper: retracted_by, retraction_of, concern_in, concern_for, corrected_by, correction_of, comment_on,
    commented_by, preprint_of, has_preprint, update_of, updated_by, republished_from, republished_in. `text` is the source's
    own reference, `on` the date of the notice.
    """

    kind: str
    doi: str = ""
    pmid: str = ""
    text: str = ""
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """One paper, with what the atlas says about it where it is an entry of the atlas.

    Text that is not known is empty, a number that is not known is None. Identifiers are normalised (identifiers.py);
    `retraction_status` is a slug: none, corrected, expression_of_concern, retracted, withdrawn. `pages` is `284-287`
    or an article number. `publication_types` are the source's own words ("Journal Article", "Preprint", "posted-content");
    `preprint_doi` is that of the preprint of this paper. `pem_label` is the badge in words; `is_sample` says that nobody
    reviewed the texts; `notices` are lines that staff set above the summary, such as a safety notice;
    `atlas_state` says which state of the whole atlas the record was read from.
    """

    title: str
    authors: tuple[Author, ...] = ()
    authors_complete: bool = True
    journal: str = ""
    journal_abbreviation: str = ""
    issn: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    year: int | None = None
    month: int | None = None
    day: int | None = None
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    language: str = ""
    url: str = ""
    abstract: str = ""
    abstract_license: str = ""
    keywords: tuple[str, ...] = ()
    retraction_status: str = "none"
    retraction_notice_doi: str = ""
    retraction_on: date | None = None

    vernacular_title: str = ""
    publication_types: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    preprint_doi: str = ""

    pem_label: str = ""
    main_limitation: str = ""
    notices: tuple[str, ...] = ()
    is_sample: bool = False
    is_preprint: bool = False
    atlas_slug: str = ""
    atlas_url: str = ""
    atlas_version: int | None = None
    atlas_changed_on: date | None = None
    atlas_state: str = ""

    @property
    def date(self) -> str:
        """`2025`, `2025-04` or `2025-04-02`, as far as it is known; empty without a year."""
        known = (self.year, self.month, self.day)
        parts = known[: known.index(None)] if None in known else known
        return "-".join(f"{part:0{4 if place == 0 else 2}}" for place, part in enumerate(parts))

    @property
    def paper_url(self) -> str:
        """Where the paper is read: by its DOI, else PubMed, else PubMed Central, else the address of the source."""
        if self.doi:
            return doi_link(self.doi)
        if self.pmid:
            return pubmed_link(self.pmid)
        return pmc_link(self.pmcid) if self.pmcid else self.url

    @property
    def first_page(self) -> str:
        return self._page_range()[0]

    @property
    def last_page(self) -> str:
        """Empty for an article number or a single page."""
        return self._page_range()[1]

    def _page_range(self) -> tuple[str, str]:
        """Only `number-number` is a range: article numbers such as `e2-14` or `S0140-6736` hold hyphens too.

        Indexes leave out digits that repeat: the last page of `1085-94` is 1094. A range of one page is that page.
        """
        first, hyphen, last = self.pages.strip().replace("–", "-").partition("-")
        first, last = first.strip(), last.strip()
        letters = first.rstrip("0123456789")
        is_number = letters != first and (letters.isalpha() or not letters)
        if hyphen and is_number and last.removeprefix(letters).isdecimal():
            last = letters + _whole_number(first.removeprefix(letters), last.removeprefix(letters))
            return first, "" if last == first else last
        return self.pages.strip(), ""


def _whole_number(first: str, last: str) -> str:
    """The last page with the digits that it shares with the first one; unchanged where that would not come after it."""
    whole = first[: max(0, len(first) - len(last))] + last
    return whole if int(whole) >= int(first) else last
