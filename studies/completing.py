"""What a further source adds to the bibliography of a paper that is there already, and what it says otherwise. Pure."""

from dataclasses import replace
from typing import Any

from studies.matching import comparing
from studies.matching.facts import facts_of, is_preprint, title_words
from studies.matching.words import fold
from studies.outcome import Difference
from studies.records import Author, Collective, Record

# The more somebody is paid to look at the record, the more it is believed; what is not named here comes last.
TRUST = ("PubMed", "Crossref", "Europe PMC", "OpenAlex")

PLAIN = ("title", "journal", "journal_abbreviation", "issn", "volume", "issue", "pages")
NUMBERS = ("doi", "pmid", "pmcid", "preprint_doi")
DATE = ("year", "month", "day")
NOTICE = ("retraction_status", "retraction_notice_doi", "retraction_on")
COMPARED = ("title", "authors", "journal", "volume", "issue", "pages", "year", *NUMBERS, "retraction_status")


def trust(source: str) -> int:
    """How much a source is believed; more is better. `PubMed` counts before Crossref, Europe PMC, OpenAlex and files."""
    places = [place for place, name in enumerate(TRUST) if source.startswith(name)]
    return len(TRUST) - places[0] if places else 0


def completed(ours: Record, theirs: Record, *, better: bool) -> Record:
    """`ours` with what `theirs` adds: what is empty is filled; where `theirs` is the better source, it wins.

    An article takes the place of its preprint, whose DOI stays as `preprint_doi`; a preprint adds that DOI and nothing else.
    An identifier is never replaced by another one.
    """
    if is_preprint(theirs) and not is_preprint(ours):
        return replace(ours, preprint_doi=ours.preprint_doi or theirs.doi)
    if is_preprint(ours) and not is_preprint(theirs) and theirs.doi:
        bare = replace(ours, doi="", pmid="", pmcid="", preprint_doi=ours.doi)
        return _taken_over(bare, theirs, better=True)
    return _taken_over(ours, theirs, better=better)


def differences(ours: Record, theirs: Record) -> tuple[Difference, ...]:
    """What `theirs` says in another way or in addition; spelling, signs and the length of an author's names do not count."""
    if is_preprint(theirs) and not is_preprint(ours):
        found = [("preprint_doi", ours.preprint_doi, theirs.doi)]
    else:
        found = [(name, getattr(ours, name), getattr(theirs, name)) for name in COMPARED]
    return tuple(
        Difference(name, shown(mine), shown(other)) for name, mine, other in found if _says_otherwise(name, mine, other)
    )


def changed_fields(before: Record, after: Record) -> tuple[str, ...]:
    """Names of the fields in which two records differ, in the order of `Record`."""
    return tuple(name for name in Record.__dataclass_fields__ if getattr(before, name) != getattr(after, name))


def has_other_title(ours: Record, theirs: Record) -> bool:
    """Whether an identifier that both have leads to papers with unlike titles: one of them has it wrongly."""
    if is_preprint(ours) != is_preprint(theirs) or title_words(ours.title) == title_words(theirs.title):
        return False
    one, other = facts_of(ours), facts_of(theirs)
    if comparing.same_title(one, other) or comparing.near_title(one, other):
        return False
    return comparing.authors_agree(one, other) is not True


def shown(value: object) -> str:
    """A value of a record as a person reads it."""
    if isinstance(value, tuple):
        return "; ".join(_name(author) for author in value)
    return "" if value is None else str(value)


def _taken_over(ours: Record, theirs: Record, *, better: bool) -> Record:
    new: dict[str, Any] = {}
    for name in PLAIN:
        if (better or not getattr(ours, name)) and getattr(theirs, name):
            new[name] = getattr(theirs, name)
    for name in NUMBERS:
        new[name] = getattr(ours, name) or getattr(theirs, name)
    if better and theirs.language:
        new["language"] = theirs.language
    if _has_better_authors(ours, theirs, better=better):
        new |= {"authors": theirs.authors, "authors_complete": theirs.authors_complete}
    if _has_better_date(ours, theirs, better=better):
        new |= {name: getattr(theirs, name) for name in DATE}
    if ours.retraction_status == "none":
        new |= {name: getattr(theirs, name) for name in NOTICE}
    return replace(ours, **new)


def _has_better_authors(ours: Record, theirs: Record, *, better: bool) -> bool:
    if not theirs.authors or (ours.authors_complete and ours.authors and not theirs.authors_complete):
        return False
    return better or not ours.authors or (theirs.authors_complete and not ours.authors_complete)


def _has_better_date(ours: Record, theirs: Record, *, better: bool) -> bool:
    """A day is better than a month and a month than a year, as long as they agree; another date only from a better source."""
    if theirs.year is None or ours.year is None:
        return theirs.year is not None
    mine, other = [(record.month is not None, record.day is not None) for record in (ours, theirs)]
    if ours.year == theirs.year and ours.month in (None, theirs.month):
        return other > mine or (better and other == mine)
    return better and (ours.year != theirs.year or other >= mine)


def _says_otherwise(name: str, ours: Any, theirs: Any) -> bool:
    if not theirs or theirs == "none" or ours == theirs:
        return False
    if name == "authors":
        return _families(ours) != _families(theirs)
    if name in ("title", "journal", "volume", "issue"):
        return fold(str(ours)) != fold(str(theirs))
    if name == "pages":
        return (
            comparing.pages_agree(facts_of(Record(title="", pages=ours)), facts_of(Record(title="", pages=theirs)))
            is not True
        )
    return True


def _families(authors: tuple[Author, ...]) -> list[str]:
    return [fold(author.name if isinstance(author, Collective) else author.family) for author in authors]


def _name(author: Author) -> str:
    if isinstance(author, Collective):
        return author.name
    return f"{author.family} {author.given}".strip()
