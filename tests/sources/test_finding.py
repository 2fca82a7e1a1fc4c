"""All sources alike, asked at the stand-in: pages, cursors, single papers, and what happens when it misbehaves."""

import json
from datetime import date

import pytest

from studies.sources import SOURCES
from studies.sources.faults import Declined, NotThere, SourceFault, TooLarge, Unintelligible, Unreachable
from tests.sources.asking import client_for
from tests.sources.shelves import A_DAY, FIRST_DAY
from tests.sources.stub import serving

QUERY = "chronic fatigue"
SINCE, UNTIL = FIRST_DAY, date(2026, 12, 31)


@pytest.fixture(params=SOURCES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def library():
    """One stand-in with several pages of papers, for tests that only read."""
    with serving(number=250) as running:
        yield running


def everything(source, client, cursor=""):
    return list(source.find(client, query=QUERY, since=SINCE, until=UNTIL, cursor=cursor))


def dois(pages):
    return [paper.record.doi for page in pages for paper in page.records]


def test_all_papers_are_found_page_by_page(library, name):
    pages = everything(SOURCES[name], client_for(library))
    assert dois(pages) == [held.record.doi for held in library.shelves.papers]
    assert {page.total for page in pages} == {250}
    assert [bool(page.cursor) for page in pages] == [True] * (len(pages) - 1) + [False]
    assert len(pages) == (2 if name == "pubmed" else 3)


def test_search_goes_on_after_any_page(library, name):
    pages = everything(SOURCES[name], client_for(library))
    for place, page in enumerate(pages[:-1], start=1):
        assert dois(everything(SOURCES[name], client_for(library), page.cursor)) == dois(pages[place:])


def test_only_papers_of_the_days_asked_for_are_found(library, name):
    day = date(2025, 1, 3)
    pages = list(SOURCES[name].find(client_for(library), query=QUERY, since=day, until=day))
    assert dois(pages) == [held.record.doi for held in library.shelves.papers[2 * A_DAY : 3 * A_DAY]]


def test_no_paper_is_one_empty_page(library, name):
    day = date(2020, 1, 1)
    pages = list(SOURCES[name].find(client_for(library), query=QUERY, since=day, until=day))
    assert [(page.records, page.cursor, page.total) for page in pages] == [((), "", 0)]


def test_paper_comes_back_as_it_is_held(library, name):
    source, client = SOURCES[name], client_for(library)
    for held in library.shelves.papers[:10]:
        found = source.fetch(client, doi=held.record.doi)
        assert (found.record.title, found.record.journal, found.record.year, found.record.doi) == (
            held.record.title, held.record.journal, held.record.year, held.record.doi,
        )  # fmt: skip
        assert len(found.record.authors) == len(held.record.authors)
        assert source.number(found)


def test_paper_is_fetched_by_its_pubmed_number(library, name):
    held = library.shelves.papers[5].record
    if name == "crossref":
        with pytest.raises(NotThere, match=r"^Crossref knows papers by their DOI alone\.$"):
            SOURCES[name].fetch(client_for(library), pmid=held.pmid)
    else:
        assert SOURCES[name].fetch(client_for(library), pmid=held.pmid).record.doi == held.doi


@pytest.mark.parametrize("identifier", [{"doi": "10.1000/nowhere"}, {"pmid": "99999999"}, {"doi": '10.1/"x" OR 1'}, {}])
def test_unknown_paper_is_not_there(library, name, identifier):
    with pytest.raises(NotThere):
        SOURCES[name].fetch(client_for(library), **identifier)


def test_change_at_the_source_is_seen(stub, name):
    paper = stub.shelves.papers[0].record
    stub.shelves.change(paper.doi, journal="Another journal", title="Another title")
    stub.shelves.notice(paper.doi, kind="retracted_by", doi="10.1000/notice", pmid="77", on=date(2026, 3, 4))
    record = SOURCES[name].fetch(client_for(stub), doi=paper.doi).record
    assert (record.title, record.journal, record.retraction_status) == ("Another title", "Another journal", "retracted")
    if name != "openalex":  # which names no notice
        assert (record.relations[0].kind, record.retraction_notice_doi) == ("retracted_by", "10.1000/notice")
    if name in ("pubmed", "crossref"):
        assert record.retraction_on == date(2026, 3, 4)


@pytest.mark.parametrize("fault", ["broken", "truncated", "reset", "busy:1", "packed"])
def test_search_survives_a_fault_that_passes(stub, name, fault):
    stub.misbehave(fault, fault)
    assert len(dois(everything(SOURCES[name], client_for(stub)))) == 30


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("broken", Unreachable),
        ("malformed", Unintelligible),
        ("wrong_type", Unintelligible),
        ("empty", Unintelligible),
        ("huge", TooLarge),
        ("status:403", Declined),
    ],
)
def test_search_that_breaks_off_goes_on_from_the_last_whole_page(name, fault, error):
    with serving(number=210) as stub:
        source, seen, cursor = SOURCES[name], [], ""
        search = source.find(client_for(stub), query=QUERY, since=SINCE, until=UNTIL)
        page = next(search)
        seen, cursor = dois([page]), page.cursor
        stub.misbehave(fault, always=True)
        with pytest.raises(error) as caught:
            next(search)
        assert isinstance(caught.value, SourceFault)
        assert str(caught.value).endswith((".", "}"))
        stub.behave()
        rest = dois(everything(source, client_for(stub), cursor))
        assert seen + rest == [held.record.doi for held in stub.shelves.papers]


@pytest.mark.parametrize("name", ["crossref", "openalex"])
def test_phrases_in_quotes_are_held_against_title_and_abstract(stub, name):
    for held in stub.shelves.papers:
        held.abstract = ()
        stub.shelves.change(held.record.doi, title="About something else")
    wanted = stub.shelves.papers[7].record.doi
    stub.shelves.change(wanted, title="Chronic-Fatigue   Syndrome, a study")
    query = '"chronic fatigue syndrome" OR "myalgic encephalomyelitis"'
    (page,) = SOURCES[name].find(client_for(stub), query=query, since=SINCE, until=UNTIL)
    assert (dois([page]), page.left_out, page.total) == ([wanted], 29, 30)


def test_list_that_pubmed_forgot_is_made_anew(library):
    client = client_for(library)
    search = SOURCES["pubmed"].find(client, query=QUERY, since=SINCE, until=UNTIL)
    first = next(search)
    library.forget_lists()
    assert dois([first, *search]) == [held.record.doi for held in library.shelves.papers]
    library.forget_lists()
    assert dois(everything(SOURCES["pubmed"], client, first.cursor)) == dois(
        [*everything(SOURCES["pubmed"], client)][1:]
    )


def test_more_papers_than_pubmed_gives_of_one_list_are_asked_for_in_spans(library, monkeypatch):
    monkeypatch.setattr("studies.sources.pubmed.MOST_OF_A_LIST", 60)
    pages = everything(SOURCES["pubmed"], client_for(library))
    assert dois(pages) == [held.record.doi for held in library.shelves.papers]
    assert max(page.total for page in pages) <= 60
    middle = pages[2].cursor
    assert dois(everything(SOURCES["pubmed"], client_for(library), middle)) == dois(pages[3:])


def test_one_day_with_too_many_papers_is_told(library, monkeypatch):
    monkeypatch.setattr("studies.sources.pubmed.MOST_OF_A_LIST", 5)
    with pytest.raises(
        Unintelligible, match=r"^The question finds more than 5 papers of one day\. Make it narrower\.$"
    ):
        everything(SOURCES["pubmed"], client_for(library))


def test_cursor_that_crossref_forgot_begins_anew(stub):
    cursor = json.dumps({"mark": "place-20"})
    stub.misbehave("status:404")
    assert len(dois(everything(SOURCES["crossref"], client_for(stub), cursor))) == 30
    stub.misbehave("status:404")
    with pytest.raises(NotThere):
        everything(SOURCES["crossref"], client_for(stub))


def test_pubmed_that_cannot_search_is_told(stub, monkeypatch):
    monkeypatch.setattr("tests.sources.routes._esearch", lambda *_: {"ERROR": "Invalid db name"})
    with pytest.raises(Unintelligible, match=r"^PubMed could not search: Invalid db name\.$"):
        everything(SOURCES["pubmed"], client_for(stub))
