"""Crossref: what publishers deposited about a DOI, with the notices of Retraction Watch. Knows no Django."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

from studies.formats.readers.refusals import Refusal, Unreadable
from studies.incoming import Incoming
from studies.sources.crossref_works import paper_of
from studies.sources.entries import Entry, numbered, read_json
from studies.sources.faults import Declined, NotThere
from studies.sources.http import JSON, Client
from studies.sources.page import Page, keep_concerned, only_paper, phrases_of, read_cursor, records_of, write_cursor

NAME, LABEL = "crossref", "Crossref"
ROWS = 100


def parse(answer: bytes) -> Iterator[Incoming | Refusal]:
    """The works of an answer: one, a list, or a message without its envelope. Raises Unreadable."""
    for number, work in numbered(_works(read_json(answer))):
        yield paper_of(number, work)


def find(client: Client, *, query: str, since: date, until: date, cursor: str = "") -> Iterator[Page]:
    """Papers that Crossref learnt of between two days, both included, by words of title, author and journal.

    Crossref ranks by single words; phrases in quotes are looked for here, in title and abstract. A cursor that Crossref
    has forgotten (it keeps one for some minutes) begins anew.
    """
    place, is_resumed = read_cursor(cursor, mark="*"), bool(cursor)
    while place["mark"]:
        try:
            page, mark = _page(client, query, since, until, place["mark"])
        except (Declined, NotThere):
            if not is_resumed:
                raise
            place, is_resumed = {"mark": "*"}, False
            continue
        is_resumed = False
        place = {"mark": mark}
        yield page


def fetch(client: Client, *, doi: str = "", pmid: str = "") -> Incoming:
    """The paper with this DOI. Raises NotThere where Crossref does not know it; it knows no PubMed numbers."""
    if not doi:
        raise NotThere(f"{LABEL} knows papers by their DOI alone.")
    answer = client.get(NAME, "works/" + quote(doi, safe=""), kinds=JSON)
    return only_paper(LABEL, records_of(LABEL, parse, answer.body))


def number(paper: Incoming) -> str:
    """What Crossref calls this paper."""
    return paper.record.doi


def _page(client: Client, query: str, since: date, until: date, mark: str) -> tuple[Page, str]:
    question = {
        "query.bibliographic": query,
        "filter": f"from-created-date:{since},until-created-date:{until}",
        "rows": str(ROWS),
        "cursor": mark,
    }
    answer = client.get(NAME, "works", question, kinds=JSON)
    found = records_of(LABEL, parse, answer.body)
    message = read_json(answer.body).entry("message")
    follows = message.text("next-cursor") if len(found) == ROWS else ""
    kept, left_out = keep_concerned(found, phrases_of(query))
    return Page(kept, write_cursor(mark=follows) if follows else "", message.number("total-results"), left_out), follows


def _works(answer: Entry) -> list[Entry]:
    if answer.text("status") == "failed":
        words = "; ".join(part.text("message") for part in answer.entries("message"))
        raise Unreadable(f"Crossref refused the question: {words[:200] or 'it does not say why'}.")
    message = answer.entry("message") or answer
    if isinstance(message.values.get("items"), list):
        return message.entries("items")
    if not message.text("DOI"):
        raise Unreadable("This is no answer of Crossref about works.")
    return [message]
