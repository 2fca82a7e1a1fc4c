"""PubMed through the E-utilities of NCBI: esearch finds and keeps a list there, efetch gives its papers. Knows no Django.

NCBI gives at most 9,999 papers of one list (E-utilities manual, "esearch"), so a longer question is asked in shorter spans
of days, and forgets a list after some hours, so one that is gone is made anew and read on from the same place.
"""

import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from studies.formats.readers import pubmed_xml
from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming
from studies.sources.entries import Entry, read_json
from studies.sources.faults import Declined, NotThere, Unintelligible
from studies.sources.http import JSON, XML, Client
from studies.sources.page import Page, only_paper, read_cursor, records_of, write_cursor

NAME, LABEL = "pubmed", "PubMed"
ROWS = 200
MOST_OF_A_LIST = 9_999


@dataclass(frozen=True)
class _Place:
    """Where a search is: in the list of the papers from `first` to `last` day, at number `start` of `count`."""

    first: str
    last: str
    start: int = 0
    count: int = -1  # not asked yet
    webenv: str = ""
    key: str = ""


def parse(answer: bytes) -> Iterator[Incoming | Refusal]:
    """The papers of an answer of efetch. Raises Unreadable, after those before it, where it breaks off."""
    return pubmed_xml.read(io.BytesIO(answer))


def find(client: Client, *, query: str, since: date, until: date, cursor: str = "") -> Iterator[Page]:
    """Papers that came into PubMed between two days, both included (Entrez date). `query` is in PubMed's own language."""
    place: _Place | None = _Place(**read_cursor(cursor, **asdict(_Place(str(since), str(until)))))
    while place:
        if not place.webenv:
            place = _listed(client, query, place)
        found, place = _papers(client, query, place)
        follows = _next(place, until)
        yield Page(found, write_cursor(**asdict(follows)) if follows else "", place.count)
        place = follows


def fetch(client: Client, *, doi: str = "", pmid: str = "") -> Incoming:
    """The paper with this PubMed number or DOI. Raises NotThere where PubMed does not know it."""
    for found in [pmid] if pmid else _numbers_of(client, doi):
        answer = client.get(NAME, "efetch.fcgi", {"db": "pubmed", "id": found, "retmode": "xml"}, kinds=XML)
        paper = only_paper(LABEL, records_of(LABEL, parse, answer.body))
        if pmid or paper.record.doi == doi:
            return paper
    raise NotThere(f"{LABEL} does not know this paper.")


def number(paper: Incoming) -> str:
    """What PubMed calls this paper."""
    return paper.record.pmid


def _numbers_of(client: Client, doi: str) -> list[str]:
    """PubMed numbers that a search for a DOI gives; PubMed searches words, so there may be others among them."""
    term = f'"{doi.replace(chr(34), "")}"[doi]'
    question = {"db": "pubmed", "term": term, "retmax": "5", "retmode": "json"}
    return [found for found in _search(client, question).texts("idlist") if found.isdecimal()] if doi else []


def _listed(client: Client, query: str, place: _Place) -> _Place:
    """Have a list made at PubMed for as many days from the first as it can give; the start is kept."""
    while True:
        question = {
            "db": "pubmed",
            "term": query,
            "datetype": "edat",
            "mindate": place.first.replace("-", "/"),
            "maxdate": place.last.replace("-", "/"),
            "usehistory": "y",
            "retmax": "0",
            "retmode": "json",
        }
        found = _search(client, question)
        count = found.number("count")
        if count is None or (count and not (found.text("webenv") and found.text("querykey"))):
            raise Unintelligible(f"{LABEL} made no list of the papers it found.")
        if count <= MOST_OF_A_LIST:
            return replace(place, count=count, webenv=found.text("webenv"), key=found.text("querykey"))
        place = _shorter(place)


def _shorter(place: _Place) -> _Place:
    first, last = date.fromisoformat(place.first), date.fromisoformat(place.last)
    if first >= last:
        raise Unintelligible(f"The question finds more than {MOST_OF_A_LIST:,} papers of one day. Make it narrower.")
    return replace(place, last=str(first + (last - first) // 2), start=0)


def _papers(client: Client, query: str, place: _Place) -> tuple[tuple[Incoming | Refusal, ...], _Place]:
    """One page of the list, and the place with a new list where PubMed had forgotten it."""
    if place.start >= place.count:
        return (), place
    try:
        return _page(client, place), place
    except Declined as fault:
        if fault.status != 400 or place.start == 0:
            raise
    renewed = _listed(client, query, replace(place, webenv="", key=""))
    return (_page(client, renewed) if renewed.start < renewed.count else ()), renewed


def _page(client: Client, place: _Place) -> tuple[Incoming | Refusal, ...]:
    question = {
        "db": "pubmed",
        "WebEnv": place.webenv,
        "query_key": place.key,
        "retstart": str(place.start),
        "retmax": str(ROWS),
        "retmode": "xml",
    }
    answer = client.get(NAME, "efetch.fcgi", question, kinds=XML)
    if b"<ERROR>" in answer.body[:2_000]:
        raise Declined(f"{LABEL} does not know its list any more.", 400)
    found = records_of(LABEL, parse, answer.body)
    if not found:
        raise Unintelligible(f"{LABEL} gave none of the {place.count - place.start} papers that it had found.")
    return found


def _next(place: _Place, until: date) -> _Place | None:
    """The next page of the list, else the days after it, else None."""
    if place.start + ROWS < place.count:
        return replace(place, start=place.start + ROWS)
    after = date.fromisoformat(place.last) + timedelta(days=1)
    return _Place(str(after), str(until)) if after <= until else None


def _search(client: Client, question: dict[str, str]) -> Entry:
    answer = client.get(NAME, "esearch.fcgi", question, kinds=JSON)
    try:
        found = read_json(answer.body).entry("esearchresult")
    except ValueError:
        raise Unintelligible(f"The answer of {LABEL} cannot be read.") from None
    if not found or found.text("ERROR"):
        raise Unintelligible(f"{LABEL} could not search: {found.line('ERROR')[:200] or 'it does not say why'}.")
    return found
