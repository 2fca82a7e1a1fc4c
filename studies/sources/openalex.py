"""OpenAlex: an open index of papers beyond PubMed. Knows no Django.

It is fed by machines, so what it says is the least believed: names come in one piece, dates may be guessed, and a retraction
comes without its notice.
"""

from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

from studies.formats.readers.refusals import Refusal, Unreadable
from studies.incoming import Incoming
from studies.sources.entries import Entry, numbered, read_json
from studies.sources.faults import NotThere
from studies.sources.http import JSON, Client
from studies.sources.openalex_works import paper_of
from studies.sources.page import Page, keep_concerned, only_paper, phrases_of, read_cursor, records_of, write_cursor

NAME, LABEL = "openalex", "OpenAlex"
ROWS = 100


def parse(answer: bytes) -> Iterator[Incoming | Refusal]:
    """The works of an answer: one or a list. Raises Unreadable."""
    for number, work in numbered(_works(read_json(answer))):
        yield paper_of(number, work)


def find(client: Client, *, query: str, since: date, until: date, cursor: str = "") -> Iterator[Page]:
    """Papers published between two days, both included: OpenAlex tells only paying askers when it learnt of one.

    It looks into full texts as well; phrases in quotes are looked for here, in title and abstract.
    """
    mark = read_cursor(cursor, mark="*")["mark"]
    while mark:
        question = {
            "search": query,
            "filter": f"from_publication_date:{since},to_publication_date:{until}",
            "per-page": str(ROWS),
            "cursor": mark,
        }
        answer = client.get(NAME, "works", question, kinds=JSON)
        found = records_of(LABEL, parse, answer.body)
        meta = read_json(answer.body).entry("meta")
        mark = meta.text("next_cursor") if found else ""
        kept, left_out = keep_concerned(found, phrases_of(query))
        yield Page(kept, write_cursor(mark=mark) if mark else "", meta.number("count"), left_out)


def fetch(client: Client, *, doi: str = "", pmid: str = "") -> Incoming:
    """The paper with this DOI or PubMed number. Raises NotThere where OpenAlex does not know it."""
    if not doi and not pmid:
        raise NotThere(f"{LABEL} is asked by DOI or PubMed number.")
    name = f"doi:{quote(doi, safe='/:;().')}" if doi else f"pmid:{pmid}"
    answer = client.get(NAME, f"works/{name}", kinds=JSON)
    return only_paper(LABEL, records_of(LABEL, parse, answer.body))


def number(paper: Incoming) -> str:
    """What OpenAlex calls this paper, such as `W2741809807`."""
    return paper.record.url.rpartition("/")[2]


def _works(answer: Entry) -> list[Entry]:
    if isinstance(answer.values.get("results"), list):
        return answer.entries("results")
    if isinstance(answer.values.get("items"), list):
        return answer.entries("items")
    if answer.text("error"):
        raise Unreadable(f"OpenAlex refused the question: {(answer.text('message') or answer.text('error'))[:200]}.")
    if not answer.text("id"):
        raise Unreadable("This is no answer of OpenAlex about works.")
    return [answer]
