"""Fields in one spelling: titles, pages, serial numbers, labels, languages."""

import pytest

from studies.formats.readers.cleaning import (
    clean_issn,
    clean_pages,
    first_identifier,
    indexed_title,
    merged,
    section_label,
    tidy,
    tidy_lines,
)
from studies.formats.readers.languages import language_code
from studies.identifiers import normalise_doi


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        ("[Dog breeds and behaviour].", "Dog breeds and behaviour"),
        ("[Psoas abscesses. An up-dated perspective].", "Psoas abscesses. An up-dated perspective"),
        ("[[Primary psoas abscess. Presentation of 3 cases].", "Primary psoas abscess. Presentation of 3 cases"),
        ("[18F]FDG uptake in [x].", "[18F]FDG uptake in [x]"),
        ("[[18F]FDG in the brain].", "[18F]FDG in the brain"),
        ("[Not Available].", ""),
        ("How often is a title not available?", "How often is a title not available?"),
        ("Deficiency of vitamin D.", "Deficiency of vitamin D"),
        ("A reply to Smith et al.", "A reply to Smith et al."),
        ("Care in the U.S.", "Care in the U.S."),
        ("To be continued...", "To be continued..."),
        ("Is it tired?", "Is it tired?"),
        ("10<sup>6</sup> cells &amp;amp; &lt;i&gt;in vitro&lt;/i&gt;.", "10⁶ cells & in vitro"),
        ("A\u200b\u202etitle\x00 with\x1fcontrols\ufeff e\u0301", "Atitle withcontrols é"),
        ("", ""),
    ],
)
def test_title_loses_what_an_index_added(sent, title):
    assert indexed_title(sent) == title


def test_many_brackets_take_no_time():
    assert len(indexed_title("[" * 100_000 + "a" + "]" * 100_000)) == 199_995


@pytest.mark.parametrize(
    ("sent", "pages"),
    [
        ("265-9", "265-269"),
        ("1085–94", "1085-1094"),
        ("S101-9", "S101-S109"),
        ("E1-E6", "E1-E6"),
        ("12S-16S", "12S-16S"),
        ("e146-e149", "e146-e149"),
        ("120-2, 174", "120-122, 174"),
        ("919-23; discussion 923-4", "919-923"),
        ("905-6; author reply 908-9", "905-906"),
        ("1186.e1-5", "1186.e1-5"),
        ("026002", "026002"),
        ("S0140-6736", "S0140-6736"),
        ("99-8", "99-8"),
        ("pp. 3-4", "3-4"),
        ("e0256488", "e0256488"),
        ("", ""),
    ],
)
def test_pages_are_written_in_full(sent, pages):
    assert clean_pages(sent) == pages


@pytest.mark.parametrize(
    ("sent", "issn"),
    [
        ("1474-547X (Electronic)", "1474-547X"),
        ("2049632x", "2049-632X"),
        ("0140-6737", ""),
        ("not one", ""),
    ],
)
def test_serial_number_needs_its_check_digit(sent, issn):
    assert clean_issn(sent) == issn


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("eng", "en"),
        ("chi", "zh"),
        ("deu", "de"),
        ("ger", "de"),
        ("English", "en"),
        ("en-GB", "en"),
        ("fr", "fr"),
        ("mul", "mul"),
        ("und", ""),
        ("xx", ""),
        ("", ""),
        ("Klingon of the north", ""),
    ],
)
def test_language_has_two_letters_where_it_can(sent, code):
    assert language_code(sent) == code


@pytest.mark.parametrize(
    ("sent", "label"),
    [
        ("BACKGROUND:", "Background"),
        ("TRIAL REGISTRATION", "Trial registration"),
        ("Key Points", "Key Points"),
        ("UNLABELLED", ""),
        ("Abstract", ""),
        ("", ""),
    ],
)
def test_label_is_written_calmly(sent, label):
    assert section_label(sent) == label


def test_paragraphs_without_label_are_one_section():
    parts = [("", "One."), ("", "Two."), ("Aims", "Three."), ("Aims", ""), ("", "Four.")]
    assert merged(parts) == (("", "One.\nTwo."), ("Aims", "Three."), ("", "Four."))


def test_lines_stay_lines_and_markup_goes():
    assert tidy_lines("<p>CO<sub>2</sub> rose\x00.</p><p>Two.</p>") == "CO2 rose.\nTwo."
    assert tidy("a\n<b>b</b>") == "a b"


def test_first_identifier_counts_and_the_rest_is_told():
    problems = []
    assert (
        first_identifier(["10.1000/A.", "rubbish", "https://doi.org/10.1000/b"], normalise_doi, problems) == "10.1000/a"
    )
    assert problems == [
        "Left out, not a DOI: 'rubbish'.",
        "The record names more than one: 10.1000/a, 10.1000/b. The first was taken.",
    ]
    assert first_identifier([], normalise_doi, problems) == ""
