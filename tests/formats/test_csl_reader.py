"""CSL-JSON, Zotero's own items, and plain objects of scripts."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.formats.readers import csl, json_values
from studies.formats.readers.refusals import Refusal, Unreadable
from studies.records import Collective, Person
from tests.formats.files import content, one, papers, read_all


def record(**fields):
    return one(csl, json.dumps({"type": "article-journal", "title": "A title", **fields})).record


def test_export_of_zotero_is_read():
    first, group, cut = papers(read_all(csl, content("csl_json/bibaudit_zotero_csl_export.json")))
    assert (first.record.pmid, first.record.pages, first.record.year, first.record.month, first.record.day) == (
        "28251241", "250-259", 2017, 3, 2,
    )  # fmt: skip
    assert group.record.authors == (Collective("The Endogenous Hormones and Breast Cancer Collaborative Group"),)
    assert group.record.pmid == "11959894"
    assert (cut.record.authors, cut.record.authors_complete) == ((Person("Molina-Montes", "E"),), False)


def test_own_items_of_zotero_are_read():
    first, second = papers(read_all(csl, content("csl_json/bibaudit_zotero_native_items.json")))
    assert (first.record.journal, first.record.pmid, first.record.pmcid, first.record.month) == (
        "American Journal of Epidemiology", "28520842", "PMC5860629", 9,
    )  # fmt: skip
    assert second.record.authors == (Collective("The Endogenous Hormones and Breast Cancer Collaborative Group"),)


def test_answer_of_the_doi_service_is_read():
    (item,) = read_all(csl, content("csl_json/habanero_test_content_negotiation_citeproc_json_1.json"))
    assert (item.record.doi, item.record.journal, item.record.issn, item.record.day) == (
        "10.1126/science.169.3946.635", "Science", "0036-8075", 14,
    )  # fmt: skip
    assert item.abstract.sections[0][1].startswith("The train of thought pursued in this article")


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ({"family": "Beethoven", "non-dropping-particle": "van", "given": "Ludwig"}, Person("van Beethoven", "Ludwig")),
        ({"family": "King", "given": "Martin Luther", "suffix": "Jr."}, Person("King", "Martin Luther, Jr.")),
        ({"literal": "World Bank"}, Collective("World Bank")),
        ({"literal": "Li, A"}, Person("Li", "A")),
        (
            {"family": "Li", "given": "A", "ORCID": "https://orcid.org/0000-0002-8829-2217"},
            Person("Li", "A", "0000-0002-8829-2217"),
        ),
        ({"family": "Li", "ORCID": "nonsense"}, Person("Li")),
        ("Tsampasian V", Person("Tsampasian", "V")),
    ],
)
def test_names_are_taken_apart(author, expected):
    assert record(author=[author]).authors == (expected,)


@pytest.mark.parametrize(
    ("issued", "day"),
    [
        ({"date-parts": [["2017", 3, 2]]}, (2017, 3, 2)),
        ({"date-parts": [[2017]]}, (2017, None, None)),
        ({"date-parts": [[None]]}, (None, None, None)),
        ({"date-parts": [[2017, 13, 40]]}, (2017, None, None)),
        ({"date-parts": [[2017, 3], [2017, 4]]}, (2017, 3, None)),
        ({"raw": "2015-04"}, (2015, 4, None)),
        ("2015", (2015, None, None)),
        ({"date-parts": "x"}, (None, None, None)),
        ([], (None, None, None)),
    ],
)
def test_dates_are_read(issued, day):
    found = record(issued=issued)
    assert (found.year, found.month, found.day) == day


def test_lists_objects_lines_and_answers_are_read():
    item = {"type": "article-journal", "title": "A title"}
    texts = [
        json.dumps(item),
        json.dumps([item]),
        json.dumps({"items": [item]}),
        json.dumps({"message": {"items": [item], "total-results": 1}}),
        json.dumps({"message": item}),
        json.dumps(item) + "\n",
        "\ufeff" + json.dumps([item]),
    ]
    assert [[found.record.title for found in read_all(csl, text)] for text in texts] == [["A title"]] * len(texts)
    lines = json.dumps(item) + "\n" + json.dumps(item | {"title": "Another"}) + "\n"
    assert [found.record.title for found in read_all(csl, lines)] == ["A title", "Another"]


def test_records_have_the_line_where_they_begin():
    text = '[\n {"type": "book",\n  "title": "A"},\n {"type": "book", "title": "B"}, 7\n]'
    assert [(item.number, item.line, item.title) for item in read_all(csl, text)] == [
        (1, 2, "A"),
        (2, 4, "B"),
        (3, 4, ""),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"title": "A"}', "The list is not closed: the file ends in line 1. It may have been cut off."),
        ('[\n{"title" "A"}]', "Line 2: this is not JSON (expecting ':' delimiter)."),
        ("[" * 200_000, "Line 1: the values are nested too deeply."),
        ('[{"volume": ' + "1" * 5000 + "}]", "Line 1: a number has too many digits."),
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_its_line(text, reason):
    with pytest.raises(Unreadable) as refusal:
        read_all(csl, text)
    assert str(refusal.value) == reason


def test_records_before_the_fault_are_given():
    items = csl.read(io.BytesIO(b'[{"type": "article-journal", "title": "A"}, {"title'))
    assert next(items).record.title == "A"
    with pytest.raises(Unreadable):
        next(items)


def test_long_list_is_read_in_parts(monkeypatch):
    monkeypatch.setattr(json_values, "CHUNK", 7)
    text = json.dumps([{"type": "article-journal", "title": f"Tïtle {n}"} for n in range(20)], ensure_ascii=False)
    assert [item.record.title for item in read_all(csl, text)] == [f"Tïtle {n}" for n in range(20)]


def test_value_without_an_end_is_not_read_for_ever(monkeypatch):
    monkeypatch.setattr(json_values, "MOST_VALUE", 1000)
    monkeypatch.setattr(json_values, "CHUNK", 100)
    with pytest.raises(Unreadable) as refusal:
        read_all(csl, '["' + "a" * 100_000 + '"]')
    assert str(refusal.value) == "Line 1: this is not JSON (unterminated string starting at)."


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "type title author issued DOI PMID PMCID ISSN container-title volume issue page abstract keyword note language URL tags "
    "creators data date itemType extra license"
).split()


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), values, max_size=8), max_size=3))
def test_any_value_in_any_field_is_read_or_refused(items):
    found = read_all(csl, json.dumps(items))
    assert len(found) == len(items)
    assert all(isinstance(item, Refusal) or item.record.title for item in found)
