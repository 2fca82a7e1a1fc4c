from dataclasses import replace

import pytest
import rispy
from hypothesis import given

from studies.formats import ris
from studies.formats.notes import atlas_note, marked_title
from studies.records import Collective, Person, Record
from tests.studies.records import MANSOUBI, records


def parsed(record):
    (entry,) = rispy.loads(ris.render(record))
    return entry


def test_record_is_written_tag_by_tag():
    assert ris.render(MANSOUBI) == (
        "TY  - JOUR\r\n"
        "TI  - Understanding symptom clusters, diagnosis & experiences in ME/CFS\r\n"
        "AU  - Mansoubi, Maedeh\r\n"
        "AU  - Martín-Martínez, Jean-Paul\r\n"
        "AU  - the RECOVER {Consortium} & friends\r\n"
        "PY  - 2025\r\n"
        "DA  - 2025/04/02/\r\n"
        "T2  - British Medical Journal Open\r\n"
        "JO  - BMJ Open\r\n"
        "VL  - 15\r\n"
        "IS  - 4\r\n"
        "SP  - 1085\r\n"
        "EP  - 1094\r\n"
        "SN  - 2044-6055\r\n"
        "DO  - 10.1136/bmjopen-2024_094658\r\n"
        "UR  - https://doi.org/10.1136/bmjopen-2024_094658\r\n"
        "AN  - 40180399\r\n"
        "C2  - PMC11966950\r\n"
        "KW  - Epidemiology\r\n"
        "KW  - Long COVID\r\n"
        "LA  - en\r\n"
        "N1  - ME/CFS Study Atlas, version 3 of 2026-03-04: "
        "https://atlas.example/evidence/mansoubi-2025-understanding-symptom/; PEM unclear\r\n"
        "ER  - \r\n"
    )


def test_reader_gets_back_what_was_written():
    assert parsed(MANSOUBI) == {
        "type_of_reference": "JOUR",
        "title": MANSOUBI.title,
        "authors": ["Mansoubi, Maedeh", "Martín-Martínez, Jean-Paul", "the RECOVER {Consortium} & friends"],
        "year": "2025",
        "date": "2025/04/02/",
        "secondary_title": "British Medical Journal Open",
        "journal_name": "BMJ Open",
        "volume": "15",
        "number": "4",
        "start_page": "1085",
        "end_page": "1094",
        "issn": "2044-6055",
        "doi": "10.1136/bmjopen-2024_094658",
        "urls": ["https://doi.org/10.1136/bmjopen-2024_094658"],
        "accession_number": "40180399",
        "custom2": "PMC11966950",
        "keywords": ["Epidemiology", "Long COVID"],
        "language": "en",
        "notes": [atlas_note(MANSOUBI)],
    }


def test_retracted_paper_says_so_in_title_and_note():
    record = replace(MANSOUBI, retraction_status="retracted", retraction_notice_doi="10.1/n", authors_complete=False)
    entry = parsed(record)
    assert entry["title"] == f"RETRACTED: {MANSOUBI.title}"
    (note,) = entry["notes"]
    assert note == (
        "ME/CFS Study Atlas, version 3 of 2026-03-04: https://atlas.example/evidence/mansoubi-2025-understanding-symptom/; "
        "PEM unclear; RETRACTED; Retraction notice: https://doi.org/10.1/n; Author list incomplete"
    )


@pytest.mark.parametrize(
    "month, day, date", [(None, None, "2025///"), (4, None, "2025/04//"), (4, 2, "2025/04/02/"), (None, 2, "2025///")]
)
def test_date_keeps_its_empty_parts(month, day, date):
    assert parsed(replace(MANSOUBI, month=month, day=day))["date"] == date


def test_missing_year_leaves_year_and_date_out():
    assert parsed(Record(title="A")) == {"type_of_reference": "JOUR", "title": "A"}


def test_two_hundred_authors_keep_their_order():
    authors = tuple(Person(f"Name{number}", "Ann") for number in range(200))
    assert parsed(replace(MANSOUBI, authors=authors))["authors"] == [f"Name{number}, Ann" for number in range(200)]


def test_line_break_in_a_title_cannot_forge_a_tag():
    record = Record(title="A\r\nER  - \r\nTY  - BOOK\u2028N1  - x\x1e\x00B")
    assert parsed(record) == {"type_of_reference": "JOUR", "title": "A ER - TY - BOOK N1 - x B"}


@given(records)
def test_any_record_comes_back(record):
    entry = parsed(record)
    assert entry["title"] == marked_title(record)
    assert entry.get("authors", []) == [
        author.name if isinstance(author, Collective) else f"{author.family}, {author.given}"
        for author in record.authors
    ]
    assert entry.get("year") == (None if record.year is None else str(record.year))
    assert entry["secondary_title"] == record.journal
