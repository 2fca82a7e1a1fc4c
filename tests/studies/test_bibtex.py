from dataclasses import replace

import bibtexparser
import pytest
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from hypothesis import given

from studies.formats import bibtex
from studies.formats.notes import atlas_note, marked_title
from studies.records import Collective, Person, Record
from tests.studies.records import MANSOUBI, records

DECODER = LatexDecodingMiddleware(keep_math_mode=False)._decoder


def decoded(text):
    # The reader takes the command for a circumflex as the accent of that look.
    return DECODER.latex_to_text(text).replace("\u02c6", "^")


def parsed(record):
    """Key and fields as a reader understands them: authors apart, commands of TeX turned into letters."""
    library = bibtexparser.parse_string(bibtex.render(record), append_middleware=[SeparateCoAuthors()])
    assert library.failed_blocks == []
    (entry,) = library.entries
    fields = {field.key: field.value for field in entry.fields}
    authors = [decoded(name) for name in fields.pop("author", [])]
    return entry.key, {"author": authors} | {key: decoded(str(value)) for key, value in fields.items()}


def test_record_is_written_field_by_field():
    assert bibtex.render(MANSOUBI) == (
        "@article{mansoubi-2025-understanding-symptom,\n"
        "  author = {Mansoubi, Maedeh and Martín-Martínez, Jean-Paul and "
        "{the RECOVER \\{Consortium\\} \\& friends}},\n"
        "  title = {{Understanding symptom clusters, diagnosis \\& experiences in ME/CFS}},\n"
        "  journal = {British Medical Journal Open},\n"
        "  year = {2025},\n"
        "  month = apr,\n"
        "  volume = {15},\n"
        "  number = {4},\n"
        "  pages = {1085--1094},\n"
        "  doi = {10.1136/bmjopen-2024_094658},\n"
        "  pmid = {40180399},\n"
        "  pmcid = {PMC11966950},\n"
        "  issn = {2044-6055},\n"
        "  language = {en},\n"
        "  url = {https://doi.org/10.1136/bmjopen-2024_094658},\n"
        "  note = {ME/CFS Study Atlas, version 3 of 2026-03-04: "
        "https://atlas.example/evidence/mansoubi-2025-understanding-symptom/; PEM unclear}\n"
        "}\n"
    )


def test_reader_gets_back_what_was_written():
    key, fields = parsed(MANSOUBI)
    assert key == "mansoubi-2025-understanding-symptom"
    assert fields["title"] == MANSOUBI.title
    assert fields["doi"] == MANSOUBI.doi
    assert fields["pages"] == "1085–1094"
    assert fields["note"] == atlas_note(MANSOUBI)
    assert fields["author"] == [
        "Mansoubi, Maedeh",
        "Martín-Martínez, Jean-Paul",
        "the RECOVER {Consortium} & friends",
    ]


def test_retracted_paper_says_so_in_title_and_note():
    record = replace(MANSOUBI, retraction_status="retracted", retraction_notice_doi="10.1/n")
    _, fields = parsed(record)
    assert fields["title"] == f"RETRACTED: {MANSOUBI.title}"
    assert fields["note"].endswith("PEM unclear; RETRACTED; Retraction notice: https://doi.org/10.1/n")


def test_missing_parts_are_left_out():
    assert bibtex.render(Record(title="Sleep in A")) == "@article{anon-nd-sleep,\n  title = {{Sleep in A}}\n}\n"


@pytest.mark.parametrize(
    "author, written",
    [
        (Person("van der Berg", "Jan"), "van der Berg, Jan"),
        (Person("Smith, Jr", "Jan"), "{Smith, Jr}, Jan"),
        (Person("Jack and Jill", "A"), "{Jack and Jill}, A"),
        (Person("Anderson", "Sand"), "Anderson, Sand"),
        (Person("&Co", "Jan"), "{\\&Co}, Jan"),
        (Person("Single Name"), "{Single Name}"),
        (Collective("Health and Care"), "{Health and Care}"),
    ],
)
def test_name_that_would_be_taken_apart_is_braced(author, written):
    assert f"  author = {{{written}}},\n" in bibtex.render(replace(MANSOUBI, authors=(author,)))


def test_incomplete_list_ends_with_others():
    record = replace(MANSOUBI, authors=(Person("Smith", "Ann"),), authors_complete=False)
    _, fields = parsed(record)
    assert fields["author"] == ["Smith, Ann", "others"]
    assert fields["note"].endswith("; Author list incomplete")


def test_two_hundred_authors_keep_their_order():
    authors = tuple(Person(f"Name{number}", "Ann") for number in range(200))
    assert parsed(replace(MANSOUBI, authors=authors))[1]["author"] == [f"Name{number}, Ann" for number in range(200)]


def test_key_is_made_from_the_paper_where_the_atlas_has_none():
    record = replace(MANSOUBI, atlas_slug="", authors=(Collective("RECOVER Consortium"),))
    assert parsed(record)[0] == "recover-2025-understanding-symptom"


def test_brace_in_an_address_does_not_end_the_field():
    record = replace(MANSOUBI, doi="10.1136/a}b{c\\d")
    assert "  doi = {10.1136/a%7Db%7Bc%5Cd},\n" in bibtex.render(record)


@pytest.mark.parametrize(
    "title, written",
    [
        ("A {x} b", "A \\{x\\} b"),
        ("A { b", "A \\ensuremath{\\lbrace} b"),
        ("A } { b", "A \\ensuremath{\\rbrace} \\ensuremath{\\lbrace} b"),
        ("50% of #1_2 & $3", "50\\% of \\#1\\_2 \\& \\$3"),
        ("a--b ''c'' ?`d", "a-{}-b '{}'c'{}' ?{}`d"),
        ("~ ^ \\", "\\textasciitilde{} \\textasciicircum{} \\textbackslash{}"),
    ],
)
def test_signs_of_tex_are_escaped_and_braces_stay_balanced(title, written):
    assert bibtex.escape(title) == written
    assert parsed(Record(title=title))[1]["title"] == title


@given(records)
def test_any_record_comes_back(record):
    _, fields = parsed(record)
    assert fields["title"] == marked_title(record)
    assert fields["journal"] == record.journal
    assert fields.get("year") == (None if record.year is None else str(record.year))
    assert fields["author"] == [
        author.name if isinstance(author, Collective) else f"{author.family}, {author.given}"
        for author in record.authors
    ]
