"""Every recorded answer is read, or refused with a reason; none is a crash."""

import pytest

from studies.formats.readers.refusals import Refusal, Unreadable
from studies.incoming import Incoming
from studies.sources import SOURCES, crossref, europepmc
from studies.sources.faults import Unintelligible
from studies.sources.page import records_of
from tests.sources.recordings import recording, recordings

NOT_WORKS = "crossref/habanero_test_works_query_filters_not_allowed_with_dois_0.json"


@pytest.mark.parametrize("name", [name for name in recordings("crossref") if name != NOT_WORKS])
def test_every_work_of_crossref_is_read_or_refused_with_a_reason(name):
    found = list(crossref.parse(recording(name)))
    assert found
    for number, each in enumerate(found, start=1):
        if isinstance(each, Refusal):
            assert (each.number, each.reason.endswith("and the atlas holds papers.")) == (number, True)
        else:
            assert (each.source, bool(each.record.title), bool(each.record.doi)) == ("Crossref", True, True)


def test_recorded_answers_of_crossref_hold_so_many_papers():
    found = [each for name in recordings("crossref") if name != NOT_WORKS for each in crossref.parse(recording(name))]
    papers = [each for each in found if isinstance(each, Incoming)]
    assert (len(found), len(papers)) == (257, 158)
    assert sum(paper.abstract is not None for paper in papers) == 73
    assert {paper.abstract.license for paper in papers if paper.abstract} == {""}


def test_refusal_of_crossref_is_told_in_its_words():
    with pytest.raises(Unreadable, match=r"^Crossref refused the question: This route does not support field query"):
        list(crossref.parse(recording(NOT_WORKS)))


def test_recorded_answers_of_europe_pmc_are_read():
    found = [each for name in recordings("europepmc") for each in europepmc.parse(recording(name))]
    assert [type(each) for each in found] == [Incoming] * 26
    assert {each.record.language for each in found} == {"en"}
    assert sum(bool(author.orcid) for each in found for author in each.record.authors) == 82


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "answer",
    [
        b"", b"{", b"null", b"[1, 2]", b"{}", b"[]", b'"text"', b"\xff\xfe\x00", b"<html>Sign in</html>", b"[" * 100_000,
        b'{"message": {"items": [null, 1, "x", [], {}]}}', b'{"resultList": {"result": [null, 1, "x", [], {}]}}',
        b'{"results": [null, 1, "x", [], {}]}', b'{"message": 1, "resultList": [], "results": {}, "papers": [1]}',
        b'{"message": {"DOI": {"a": 1}, "title": {"b": 2}, "author": "x", "issued": []}}',
        (b'{"message": {"items": [{"DOI": "10.1/1", "title": ["\\ud800\\u0000x"], "author": [1, {"family": 5}], '
        b'"issued": {"date-parts": [["x"]]}, "updated-by": [{"type": 7, "DOI": 8}], "relation": 3}]}}'),
        (b'{"resultList": {"result": [{"id": 1, "source": 2, "title": "\\u0000x", "authorList": {"author": [3]}, '
        b'"journalInfo": "x", "pubYear": "99999999999", "commentCorrectionList": {"commentCorrection": {"type": 1}}}]}}'),
        (b'{"results": [{"id": "W1", "title": "x", "authorships": [{"author": 1}], "biblio": [], "ids": 5, '
        b'"abstract_inverted_index": {"a": "b", "c": [null, "d", 1]}, "publication_date": 3}]}'),
        b"<PubmedArticleSet><PubmedArticle>", b"<PubmedArticleSet/>",
        b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><PubmedArticleSet>&d;</PubmedArticleSet>',
    ],
)  # fmt: skip
def test_any_answer_is_read_refused_or_unintelligible(source, answer):
    try:
        found = records_of("It", SOURCES[source].parse, answer)
    except Unintelligible as fault:
        assert str(fault).startswith("The answer of It cannot be read. ")
    else:
        assert {type(each) for each in found} <= {Incoming, Refusal}
        assert [each.record.title.isprintable() for each in found if isinstance(each, Incoming)].count(False) == 0
