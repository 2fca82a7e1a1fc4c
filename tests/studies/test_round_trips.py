"""Any paper, written in every format and read back by software of others: nothing of it may be lost or forged."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.formats import bibtex, csl, mods, nbib, reference_list, ris, study_json, tabular
from studies.formats.cells import restored
from studies.formats.frame import Origin
from studies.formats.notes import marked_title, one_line
from studies.formats.readers import csl as our_csl
from studies.formats.readers import nbib as our_nbib
from studies.records import Collective, Person
from tests.formats.others import Read, by_bibtexparser, by_citation_js, by_lxml, by_nbib, by_rispy
from tests.studies.records import MANSOUBI, names, people, records, texts

ORIGIN = Origin(url="https://atlas.example/", counter=812, on=date(2026, 11, 26))
SLOW = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
WRITERS = {"ris": ris, "bib": bibtex, "nbib": nbib, "csl.json": csl, "mods": mods}

numbered = st.builds(
    lambda record, pmid, complete: replace(record, pmid=str(pmid), authors_complete=complete),
    records,
    st.integers(1, 99_999_999),
    st.booleans(),
)
lists = st.lists(numbered, min_size=1, max_size=6)
MANY = replace(MANSOUBI, authors=tuple(Person(f"Name{number}-Ø", f"Ann {number}.") for number in range(200)))
BARE = replace(MANSOUBI, year=None, month=None, day=None, authors=(), doi="", authors_complete=False)


def file_of(suffix, chosen):
    writer = WRITERS[suffix]
    frame = writer.FRAME
    return frame.begin(ORIGIN) + frame.between.join(map(writer.render, chosen)) + frame.end


def expected(record, *, groups=True):
    authors = [each for each in record.authors if groups or not isinstance(each, Collective)]
    return Read(
        marked_title(record),
        tuple(
            one_line(each.name) if isinstance(each, Collective) else (one_line(each.family), one_line(each.given))
            for each in authors
        ),
        "" if record.year is None else str(record.year),
        record.doi,
    )


@SLOW
@given(lists)
def test_ris_comes_back(chosen):
    assert by_rispy(file_of("ris", chosen)) == list(map(expected, chosen))


@SLOW
@given(lists)
def test_mods_comes_back(chosen):
    assert by_lxml(file_of("mods", chosen)) == list(map(expected, chosen))


@SLOW
@given(lists)
def test_nbib_comes_back(chosen):
    text = file_of("nbib", chosen)
    assert by_nbib(text) == [expected(record, groups=False) for record in chosen]
    assert [each.record.pmid for each in our_nbib.read(io.BytesIO(text.encode()))] == [each.pmid for each in chosen]


@SLOW
@given(lists)
def test_csl_comes_back(chosen):
    text = file_of("csl.json", chosen)
    assert [
        Read(
            each["title"],
            tuple(
                author["literal"] if "literal" in author else (author["family"], author["given"])
                for author in each.get("author", [])
            ),
            str(each["issued"]["date-parts"][0][0]) if "issued" in each else "",
            each.get("DOI", ""),
        )
        for each in json.loads(text)
    ] == list(map(expected, chosen))
    assert [each.record.pmid for each in our_csl.read(io.BytesIO(text.encode()))] == [each.pmid for each in chosen]


@settings(deadline=None, max_examples=4, suppress_health_check=list(HealthCheck))
@given(st.lists(numbered, min_size=20, max_size=40))
def test_csl_comes_back_from_citation_js(chosen):
    assert by_citation_js(file_of("csl.json", chosen)) == list(map(expected, chosen))


@pytest.mark.parametrize("record", [MANY, BARE, MANSOUBI], ids=["200 authors", "hardly anything", "everything"])
@pytest.mark.parametrize(
    "suffix, read",
    [
        ("ris", by_rispy),
        ("ris", by_citation_js),
        ("bib", by_bibtexparser),
        ("bib", by_citation_js),
        ("csl.json", by_citation_js),
        ("mods", by_lxml),
        ("nbib", by_nbib),
    ],
)
def test_long_and_bare_records_come_back(record, suffix, read):
    assert (
        read(file_of(suffix, [record, replace(record, atlas_slug="another")]))
        == [expected(record, groups=suffix != "nbib")] * 2
    )


@given(records)
def test_formatted_citation_is_one_line_with_its_note_under_it(record):
    record = replace(record, atlas_url="https://atlas.example/e/", pem_label="PEM unclear")
    for style in (reference_list.VANCOUVER, reference_list.APA, reference_list.HARVARD):
        cited, note, end = style.render(record).split("\n")
        assert (cited, end) == (style.cite(record), "")
        assert note.startswith("    [ME/CFS Study Atlas: https://atlas.example/e/; PEM unclear")


anything = st.text(max_size=30) | st.sampled_from(
    ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'", "＝1", "a\r\nb", 'a"b', ""]
)


def study(title, journal, names):
    """As the serializer gives it, as far as these tests look at it."""
    return {
        "slug": "a",
        "bibliography": {"title": title, "journal": journal, "authors": names, "authors_complete": True, "year": None},
        "meta": ORIGIN.values,
    }


@given(st.lists(st.tuples(anything, anything), max_size=4))
def test_cells_of_csv_come_back_whatever_they_hold(pairs):
    text = tabular.FRAME.begin(ORIGIN) + "".join(tabular.render(study(*pair, [])) for pair in pairs)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(restored(row["title"]), restored(row["journal"])) for row in rows] == pairs
    for row in rows:
        assert not row["title"].startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(people, max_size=3), st.lists(names, max_size=2))
def test_authors_of_csv_stand_in_one_cell_in_order(persons, groups):
    authors = [{"family": each.family, "given": each.given} for each in persons]
    authors += [{"collective": group} for group in groups]
    line = tabular.render(study("A", "B", authors))
    cell = restored(next(csv.reader(io.StringIO(line, newline="")))[5])
    assert cell == "; ".join([f"{each.family}, {each.given}" for each in persons] + groups)


@given(st.lists(texts, max_size=4))
def test_json_comes_back(titles):
    studies = [study(title, "J", []) for title in titles]
    frame = study_json.FRAME
    text = frame.begin(ORIGIN) + frame.between.join(map(study_json.render, studies)) + frame.end
    assert json.loads(text) == {"meta": ORIGIN.values, "studies": studies}
