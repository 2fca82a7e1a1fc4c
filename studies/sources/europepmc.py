"""Europe PMC: PubMed and full texts, and the preprints that PubMed leaves out. Knows no Django."""

from collections.abc import Iterator
from datetime import date

from studies.formats.readers.refusals import Refusal, Unreadable
from studies.incoming import Incoming
from studies.sources.entries import Entry, numbered, read_json
from studies.sources.europepmc_results import paper_of
from studies.sources.faults import NotThere
from studies.sources.http import JSON, Client
from studies.sources.page import Page, only_paper, read_cursor, records_of, write_cursor

NAME, LABEL = "europepmc", "Europe PMC"
ROWS = 100
_FORM = {"resultType": "core", "format": "json"}


def parse(answer: bytes) -> Iterator[Incoming | Refusal]:
    """The results of an answer, a single one, or a collection under `papers` as programs save it. Raises Unreadable."""
    for number, result in numbered(_results(read_json(answer))):
        yield paper_of(number, result)


def find(client: Client, *, query: str, since: date, until: date, cursor: str = "") -> Iterator[Page]:
    """Papers that Europe PMC first listed between two days, both included. `query` is in its own language.

    Its cursors do not grow old: a search goes on where it stopped.
    """
    mark = read_cursor(cursor, mark="*")["mark"]
    while mark:
        question = {
            "query": f"({query}) AND (FIRST_IDATE:[{since} TO {until}])",
            "cursorMark": mark,
            "pageSize": str(ROWS),
        }
        answer = client.get(NAME, "search", question | _FORM, kinds=JSON)
        found = records_of(LABEL, parse, answer.body)
        head = read_json(answer.body)
        follows = head.text("nextCursorMark")
        mark = follows if found and follows != mark else ""
        yield Page(found, write_cursor(mark=mark) if mark else "", head.number("hitCount"))


def fetch(client: Client, *, doi: str = "", pmid: str = "", pmcid: str = "") -> Incoming:
    """The paper with this DOI, PubMed or PubMed Central number. Raises NotThere where Europe PMC does not know it."""
    if not doi and not pmid and not pmcid:
        raise NotThere(f"{LABEL} is asked by DOI, PubMed or PubMed Central number.")
    by_doi = f'DOI:"{doi.replace(chr(34), "")}"' if doi else f"PMCID:{pmcid}"
    query = f"EXT_ID:{pmid} AND SRC:MED" if pmid else by_doi
    answer = client.get(NAME, "search", {"query": query, "pageSize": "5"} | _FORM, kinds=JSON)
    found = records_of(LABEL, parse, answer.body)
    wanted = {f"pmid:{pmid}" if pmid else f"doi:{doi}" if doi else f"pmcid:{pmcid}"}
    exact = [paper for paper in found if isinstance(paper, Incoming) and paper.identifiers & wanted]
    return only_paper(LABEL, exact)


def number(paper: Incoming) -> str:
    """What Europe PMC calls this paper: source and number, such as `MED/21999661` or `PPR/PPR123`."""
    return paper.record.url.partition("/article/")[2]


def _results(answer: Entry) -> list[Entry]:
    if isinstance(answer.values.get("resultList"), dict):
        return answer.entries("resultList", "result")
    saved = answer.values.get("papers")
    if isinstance(saved, dict):
        return [Entry(paper) for paper in saved.values() if isinstance(paper, dict)]
    if isinstance(answer.values.get("items"), list):
        return answer.entries("items")
    if answer.text("errMsg"):
        raise Unreadable(f"Europe PMC refused the question: {answer.text('errMsg')[:200]}.")
    if not (answer.text("id") and answer.text("source")):
        raise Unreadable("This is no answer of Europe PMC to a search.")
    return [answer]
