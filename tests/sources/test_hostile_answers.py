"""A timed fuzz of what outside services answer: each answer is read or refused in the source's own words, and soon.

The answers are recordings (and for OpenAlex and PubMed answers made after their descriptions) with something wrong in them.
Time is that of the processor, with a generous bound for each answer.
"""

import io
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from itertools import islice
from random import Random
from typing import Any

import pytest

from studies.formats.readers.refusals import Refusal, Unreadable
from studies.incoming import Incoming
from studies.sources import SOURCES, retraction_watch
from studies.sources.faults import SourceFault, Unintelligible
from studies.sources.page import records_of
from tests.formats.test_fuzz import check_paper
from tests.sources import answers
from tests.sources.asking import client_for
from tests.sources.damage import DAMAGES, places
from tests.sources.recordings import recording
from tests.sources.routes import JSON, ROUTES
from tests.sources.shelves import Shelves
from tests.sources.stub import PATHS

SECONDS = 5  # of the processor for one answer; it takes a few thousandths
EACH = 250
FEW = 40
MOST_ITEMS = 3  # of a recorded list: more of the same finds nothing more


def shortened(name: str) -> bytes:
    """A recorded answer of which only the first works are left."""
    value = json.loads(recording(name))
    message = value.get("message", value)
    if isinstance(message.get("items"), list):
        del message["items"][MOST_ITEMS:]
    if isinstance(value.get("papers"), dict):
        value["papers"] = dict(islice(value["papers"].items(), MOST_ITEMS))
    return json.dumps(value).encode()


def made(make: Callable[[Any], dict]) -> list[dict]:
    return [make(held) for held in Shelves.filled(12).papers[: 2 * MOST_ITEMS]]


def seeds() -> dict[str, list[bytes]]:
    crossref = (
        "bibaudit_compare_crossref_wakefield_retracted.json",
        "bibaudit_compare_crossref_expression_of_concern.json",
        "bibaudit_audit_crossref_interleaved_collective.json",
        "colrev_10.2196_22081.json",
        "habanero_test_cursor_max_1.json",
        "habanero_test_works_with_select_param_0.json",
    )
    works = made(answers.openalex_work)
    listed = {"meta": {"count": len(works), "next_cursor": "x"}, "results": works}
    return {
        "crossref": [shortened(f"crossref/{name}") for name in crossref],
        "europepmc": [
            recording("europepmc/rest_core_21999661.json"),
            shortened("europepmc/pygetpapers_pt195_25.json"),
            json.dumps({"hitCount": 6, "resultList": {"result": made(answers.europepmc_result)}}).encode(),
        ],
        "openalex": [json.dumps(works[0]).encode(), json.dumps(listed).encode()],
        "pubmed": [answers.pubmed_xml(Shelves.filled(2 * MOST_ITEMS).papers)],
        "retraction_watch": [recording("retraction_watch/bibaudit_retraction_watch_sample.csv")],
    }


SEEDS = seeds()
KINDS = {"pubmed": "xml", "retraction_watch": "csv"}
LISTED = json.dumps({"esearchresult": {"count": "7", "querykey": "1", "webenv": "x", "idlist": ["1", "2"]}}).encode()


def damaged(whole: list[bytes], kind: str, count: int) -> Iterator[bytes]:
    """So many damaged answers, the same in each run."""
    ways = DAMAGES[kind]
    for number in range(count):
        chance = Random(number)  # noqa: S311 - no secret
        yield ways[number % len(ways)](chance, chance.choice(whole))


def of(source: str, count: int) -> Iterator[bytes]:
    return damaged(SEEDS[source], KINDS.get(source, "json"), count)


def read(source: str, answer: bytes) -> list[Any]:
    """The records of an answer; none where it is refused as a whole. Nothing else than a refusal may be raised."""
    if source == retraction_watch.NAME:
        try:
            return list(retraction_watch.parse(io.BytesIO(answer)))
        except Unreadable as error:
            assert str(error)
            return []
    try:
        return list(records_of("It", SOURCES[source].parse, answer))
    except Unintelligible as fault:
        assert str(fault).startswith("The answer of It cannot be read. ")
        return []


def seconds(source: str, answer: bytes) -> float:
    begin = time.process_time()
    read(source, answer)
    return time.process_time() - begin


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts_in([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)


def check(record: Any) -> None:
    """A refusal says why; of a paper or notice each text is one that a database takes."""
    if isinstance(record, Refusal):
        assert record.reason
        return
    bad = [text for text in texts_in(asdict(record)) if re.search("[\0\ud800-\udfff]", text)]
    assert bad == []
    if isinstance(record, Incoming):
        check_paper(record)


@pytest.mark.parametrize("source", SEEDS)
def test_seed_is_read(source):
    """The damage begins at answers that are whole."""
    for seed in SEEDS[source]:
        found = read(source, seed)
        assert len(found) > 0
        assert any(not isinstance(record, Refusal) for record in found)
    assert set(SEEDS) == {*SOURCES, retraction_watch.NAME}


@pytest.mark.parametrize("source", SEEDS)
def test_damaged_answer_is_read_or_refused_soon(source):
    refused = 0
    for answer in of(source, EACH):
        begin = time.process_time()
        found = read(source, answer)
        assert time.process_time() - begin < SECONDS
        refused += not found
        for record in found:
            check(record)
    assert 0 < refused < EACH


@pytest.mark.parametrize("source", SOURCES)
def test_search_and_look_up_survive_damaged_answers(source, stub, monkeypatch):
    """Through the client: pages, cursors and totals are read from the same answers. Nothing but a SourceFault comes out."""
    client, now = client_for(stub), {"found": b"", "listed": b""}

    def route(stub, path, parameters):
        xml = "text/xml; charset=UTF-8"
        is_listed = path == "esearch.fcgi"
        return now["listed" if is_listed else "found"], xml if source == "pubmed" and not is_listed else JSON

    monkeypatch.setitem(ROUTES, PATHS[source], route)
    told = {"faults": 0, "papers": 0}
    for number, (answer, listed) in enumerate(zip(of(source, FEW), damaged([LISTED], "json", FEW), strict=True)):
        now |= {"found": answer, "listed": LISTED if number % 2 else listed}
        for ask in (one_page, one_paper):
            try:
                told["papers"] += ask(source, client)
            except SourceFault as fault:
                told["faults"] += 1
                assert str(fault)
    assert told["faults"] > 0
    assert told["papers"] > 0


def one_page(source: str, client: Any) -> int:
    days = {"since": date(2025, 1, 1), "until": date(2025, 1, 2)}
    pages = SOURCES[source].find(client, query='"fatigue"', **days)
    return sum(len(page.records) + page.left_out for page in islice(pages, 3))


def one_paper(source: str, client: Any) -> int:
    return bool(SOURCES[source].fetch(client, doi=Shelves.filled(1).papers[0].record.doi))


# Whole answers made to keep a reader busy: four times as much may take about four times as long.
SIZE = 15_000
WORTH_A_LOOK = 0.3  # seconds; less is noise of the clock, and harmless
PUMPS = (
    " ",
    "a",
    "a, ",
    "A.",
    "<i>",
    "&lt;",
    "(",
    ")",
    "10.1000/",
    "%25",
    "9",
    "\u0335",
    '"',
    "RETRACTED: ",
    "doi: 10.1/a ",
)


def grown(seed: bytes, path: str, part: str, size: int) -> bytes:
    """The answer with a long text of this part at the path, or with the list there that many items long."""
    value = json.loads(seed)
    kind = str if part else list
    fitting = ((holder, key) for holder, key, here in places(value) if here == path and isinstance(holder[key], kind))
    holder, key = next((holder, key) for holder, key in fitting if part or holder[key])
    holder[key] = part * (size // len(part)) if part else many(holder[key], size // 50)
    return json.dumps(value).encode()


def many(items: list, count: int) -> list:
    """So many copies of the first item, each with a number of its own in place of its last digit."""
    text = json.dumps(items[0])
    last = max((place for place, sign in enumerate(text) if sign.isdigit()), default=None)
    if last is None:
        return items[:1] * count
    return [json.loads(f"{text[:last]}1{number}{text[last + 1 :]}") for number in range(count)]


def growing(source: str) -> list[tuple[bytes, str, str]]:
    """(answer, path, part) for each kind of text with each part, and each kind of list, in the first answers of a source."""
    found: dict[tuple[str, str], tuple[bytes, str, str]] = {}
    for seed in SEEDS[source][:3]:
        for holder, key, path in places(json.loads(seed)):
            parts = (
                PUMPS
                if isinstance(holder[key], str)
                else ("",)
                if isinstance(holder[key], list) and holder[key]
                else ()
            )
            for part in parts:
                found.setdefault((path, part), (seed, path, part))
    return list(found.values())


def is_slow(source: str, answer_of: Callable[[int], bytes]) -> bool:
    """Whether four times the size takes more than ten times as long, three times in a row: machines are disturbed."""
    spent = seconds(source, answer_of(SIZE))
    if spent < WORTH_A_LOOK / 20:
        return False
    return spent > SECONDS or all(
        (long := seconds(source, answer_of(4 * SIZE))) > WORTH_A_LOOK and long > 10 * seconds(source, answer_of(SIZE))
        for _ in range(3)
    )


@pytest.mark.full
@pytest.mark.parametrize("source", [name for name in SEEDS if name not in KINDS])
def test_time_grows_with_the_length_of_an_answer_only(source):
    tried = growing(source)
    slow = [
        (path, part)
        for seed, path, part in tried
        if is_slow(source, lambda size, *, of=(seed, path, part): grown(*of, size))
    ]
    assert slow == []
    assert len(tried) > 200


def pubmed_grown(part: str, name: str, size: int) -> bytes:
    """An article in which this element holds a long text, or stands very often."""
    text = SEEDS["pubmed"][0].decode()
    element = re.search(rf"<{name}\b[^>]*>.*?</{name}>", text, re.DOTALL)
    assert element is not None, name
    if not part:
        return text.replace(element[0], element[0] * (size // 50), 1).encode()
    start = re.match(r"<[^>]*>", element[0])
    filling = part.replace("&", "&amp;").replace("<", "&lt;") * (size // len(part))
    return text.replace(element[0], f"{start[0]}{filling}</{name}>", 1).encode()


NAMES = (
    "PMID", "ISSN", "Volume", "Year", "Month", "Day", "Title", "ISOAbbreviation", "ArticleTitle", "MedlinePgn", "ELocationID",
    "AbstractText", "LastName", "ForeName", "Author", "Language", "PublicationType", "ArticleId",
)  # fmt: skip


@pytest.mark.full
def test_time_grows_with_the_length_of_an_article_of_pubmed_only():
    slow = [
        (name, part)
        for name in NAMES
        for part in (*PUMPS, "")
        if is_slow("pubmed", lambda size, *, of=(part, name): pubmed_grown(*of, size))
    ]
    assert slow == []


def table_grown(part: str, column: str, size: int) -> bytes:
    rows = SEEDS["retraction_watch"][0].decode("utf-8-sig").splitlines()
    names = retraction_watch._COLUMNS
    cells = {name: part * (size // len(part)) if name == column else "1" for name in names}
    row = ",".join('"' + cells[name].replace('"', '""') + '"' for name in names)
    return "\n".join([",".join(names), row, *rows[1:2]]).encode()


@pytest.mark.full
def test_time_grows_with_the_length_of_a_notice_only():
    slow = [
        (column, part)
        for column in retraction_watch._COLUMNS
        for part in PUMPS
        if is_slow("retraction_watch", lambda size, *, of=(part, column): table_grown(*of, size))
    ]
    assert slow == []


def test_longer_answers_are_longer():
    """What the measure is made of."""
    seed = SEEDS["openalex"][0]
    assert json.loads(grown(seed, "/title", "ab", 1_000))["title"] == "ab" * 500
    authors = json.loads(grown(seed, "/authorships", "", 1_000))["authorships"]
    assert len(authors) == 20
