from dataclasses import replace

import pytest
from hypothesis import given

from studies.formats.citation import apa, atlas_entry, harvard, initials, vancouver
from studies.records import Collective, Person, Record
from tests.studies.records import MANSOUBI, records

PAPER = Record(
    title="Sleep in ME/CFS",
    authors=(Person("Smith", "Ann"),),
    journal="Journal of Sleep",
    journal_abbreviation="J Sleep",
    volume="12",
    year=2020,
    pages="e12",
)
MANY = tuple(Person(f"Name{number}", "Ann B.") for number in range(1, 201))


def test_vancouver_follows_the_rules_of_the_nlm():
    assert vancouver(MANSOUBI) == (
        "Mansoubi M, Martín-Martínez JP, the RECOVER {Consortium} & friends. "
        "Understanding symptom clusters, diagnosis & experiences in ME/CFS. "
        "BMJ Open. 2025 Apr 2;15(4):1085-94. "
        "doi: 10.1136/bmjopen-2024_094658. PMID: 40180399; PMCID: PMC11966950."
    )


def test_apa_follows_the_seventh_edition():
    assert apa(MANSOUBI) == (
        "Mansoubi, M., Martín-Martínez, J.-P., & the RECOVER {Consortium} & friends. (2025). "
        "Understanding symptom clusters, diagnosis & experiences in ME/CFS. "
        "British Medical Journal Open, 15(4), 1085–1094. https://doi.org/10.1136/bmjopen-2024_094658"
    )


def test_atlas_entry_names_version_date_and_badge():
    assert atlas_entry(MANSOUBI) == (
        "ME/CFS Study Atlas. Entry about: Understanding symptom clusters, diagnosis & experiences in ME/CFS. "
        "PEM unclear. Version 3, 4 March 2026. https://atlas.example/evidence/mansoubi-2025-understanding-symptom/"
    )


def test_paper_that_is_no_entry_has_no_citation_as_one():
    with pytest.raises(ValueError, match="the record is no entry of the atlas"):
        atlas_entry(PAPER)


def test_harvard_names_authors_year_and_place():
    assert harvard(MANSOUBI) == (
        "Mansoubi, M., Martín-Martínez, J.-P. and the RECOVER {Consortium} & friends (2025) "
        "‘Understanding symptom clusters, diagnosis & experiences in ME/CFS’, British Medical Journal Open, 15(4), "
        "pp. 1085–1094. Available at: https://doi.org/10.1136/bmjopen-2024_094658"
    )


@pytest.mark.parametrize(
    "count, complete, expected",
    [
        (1, True, "Name1, A. B."),
        (2, True, "Name1, A. B. and Name2, A. B."),
        (3, True, "Name1, A. B., Name2, A. B. and Name3, A. B."),
        (4, True, "Name1, A. B. et al."),
        (200, True, "Name1, A. B. et al."),
        (2, False, "Name1, A. B., Name2, A. B. et al. [author list incomplete]"),
    ],
)
def test_harvard_names_three_authors(count, complete, expected):
    record = replace(PAPER, authors=MANY[:count], authors_complete=complete)
    assert harvard(record) == f"{expected} (2020) ‘Sleep in ME/CFS’, Journal of Sleep, 12, article e12."


def test_harvard_without_authors_or_year_begins_with_the_title():
    assert harvard(Record(title="A", journal="J", pages="7")) == "‘A’ (no date), J, p. 7."


@pytest.mark.parametrize(
    "count, complete, expected",
    [
        (1, True, "Name1 AB."),
        (6, True, "Name1 AB, Name2 AB, Name3 AB, Name4 AB, Name5 AB, Name6 AB."),
        (7, True, "Name1 AB, Name2 AB, Name3 AB, Name4 AB, Name5 AB, Name6 AB, et al."),
        (200, True, "Name1 AB, Name2 AB, Name3 AB, Name4 AB, Name5 AB, Name6 AB, et al."),
        (2, False, "Name1 AB, Name2 AB, et al [author list incomplete]."),
        (7, False, "Name1 AB, Name2 AB, Name3 AB, Name4 AB, Name5 AB, Name6 AB, et al [author list incomplete]."),
    ],
)
def test_vancouver_names_six_authors(count, complete, expected):
    record = replace(PAPER, authors=MANY[:count], authors_complete=complete)
    assert vancouver(record) == f"{expected} Sleep in ME/CFS. J Sleep. 2020;12:e12."


@pytest.mark.parametrize(
    "count, complete, expected",
    [
        (1, True, "Name1, A. B."),
        (2, True, "Name1, A. B., & Name2, A. B."),
        (20, True, ", ".join(f"Name{n}, A. B." for n in range(1, 20)) + ", & Name20, A. B."),
        (21, True, ", ".join(f"Name{n}, A. B." for n in range(1, 20)) + ", … Name21, A. B."),
        (200, True, ", ".join(f"Name{n}, A. B." for n in range(1, 20)) + ", … Name200, A. B."),
        (2, False, "Name1, A. B., Name2, A. B., et al. [author list incomplete]."),
    ],
)
def test_apa_names_twenty_authors(count, complete, expected):
    record = replace(PAPER, authors=MANY[:count], authors_complete=complete)
    assert apa(record) == f"{expected} (2020). Sleep in ME/CFS. Journal of Sleep, 12, Article e12."


@pytest.mark.parametrize(
    "status, mark, notice",
    [
        ("retracted", "RETRACTED: ", "Retraction notice: https://doi.org/10.1/n"),
        ("withdrawn", "WITHDRAWN: ", "Withdrawal notice: https://doi.org/10.1/n"),
        ("expression_of_concern", "EXPRESSION OF CONCERN: ", "Expression of concern: https://doi.org/10.1/n"),
        ("corrected", "", "Correction: https://doi.org/10.1/n"),
    ],
)
def test_citation_of_a_retracted_paper_begins_with_the_word(status, mark, notice):
    record = replace(PAPER, retraction_status=status, retraction_notice_doi="10.1/n", atlas_url="https://a.example/e/")
    assert vancouver(record) == f"{mark}Smith A. Sleep in ME/CFS. J Sleep. 2020;12:e12. {notice}"
    assert apa(record) == (f"{mark}Smith, A. (2020). Sleep in ME/CFS. Journal of Sleep, 12, Article e12. {notice}")
    assert harvard(record) == f"{mark}Smith, A. (2020) ‘Sleep in ME/CFS’, Journal of Sleep, 12, article e12. {notice}"
    assert atlas_entry(record) == f"ME/CFS Study Atlas. Entry about: {mark}Sleep in ME/CFS. https://a.example/e/"


@pytest.mark.parametrize(
    "title",
    ["RETRACTED: Sleep", "Retracted: Sleep", "RETRACTED ARTICLE: Sleep", "[Retracted] Sleep", "(WITHDRAWN): Sleep"],
)
def test_mark_is_set_once_whatever_the_journal_wrote(title):
    record = replace(PAPER, title=title, retraction_status="retracted", authors=())
    assert vancouver(record) == "RETRACTED: Sleep. J Sleep. 2020;12:e12. Retraction notice: no DOI known"
    assert vancouver(replace(record, retraction_status="none")).startswith(title)


def test_title_that_only_begins_alike_is_kept():
    record = replace(PAPER, title="Withdrawn patients in trials", retraction_status="retracted", authors=())
    assert apa(record).startswith("RETRACTED: Withdrawn patients in trials. (2020).")


def test_missing_parts_leave_no_gaps():
    bare = Record(title="Is it so?")
    assert vancouver(bare) == "Is it so? [no date]."
    assert apa(bare) == "Is it so? (n.d.)."
    assert vancouver(replace(bare, authors_complete=False)) == "[author list incomplete]. Is it so? [no date]."
    assert vancouver(replace(bare, year=2020, url="https://example.org/a")) == (
        "Is it so? 2020. Available from: https://example.org/a."
    )
    assert vancouver(replace(bare, year=2020, month=5)) == "Is it so? 2020 May."


def test_group_is_cited_by_its_name():
    record = replace(PAPER, authors=(Collective("NICE"),))
    assert vancouver(record).startswith("NICE. Sleep")
    assert apa(record).startswith("NICE. (2020). Sleep")


@pytest.mark.parametrize(
    "given, expected",
    [
        ("Leonard A.", ["L", "A"]),
        ("L.A.", ["L", "A"]),
        ("LA", ["LA"]),
        ("Rob CI", ["R", "CI"]),
        ("Jean-Paul", ["J-P"]),
        ("J.-P.", ["J-P"]),
        ("María del Mar", ["M", "M"]),
        ("Øystein", ["Ø"]),
        ("Élise (Lise)", ["É", "L"]),
        ("", []),
        ("-", []),
    ],
)
def test_initials_of_given_names(given, expected):
    assert initials(given) == expected


@pytest.mark.parametrize("given, name", [("Rob CI", "Smith, R. C. I."), ("J.-P.", "Smith, J.-P."), ("", "Smith.")])
def test_apa_writes_initials_with_stops(given, name):
    assert apa(replace(PAPER, authors=(Person("Smith", given),))).startswith(f"{name} (2020).")


@pytest.mark.parametrize(
    "pages, short, full",
    [
        ("284-287", "284-7", "284–287"),
        ("1085-1094", "1085-94", "1085–1094"),
        ("99-101", "99-101", "99–101"),
        ("12-12", "12", "12"),
        ("1085-94", "1085-94", "1085–1094"),
        ("S12-S19", "S12-S19", "S12–S19"),
        ("7", "7", "7"),
        ("e12", "e12", "Article e12"),
    ],
)
def test_pages_are_shortened_in_vancouver_only(pages, short, full):
    record = replace(PAPER, pages=pages)
    assert vancouver(record).endswith(f"2020;12:{short}.")
    assert apa(record).endswith(f"Journal of Sleep, 12, {full}.")


@given(records)
def test_citations_are_one_line_and_carry_the_mark(record):
    for text in (vancouver(record), apa(record), harvard(record)):
        assert text == " ".join(text.split())
        assert text.startswith("RETRACTED: ") or record.retraction_status != "retracted"
