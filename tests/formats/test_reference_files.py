"""Every RIS, BibTeX and CSL-JSON file: each record is read or refused with its number, its line and a reason."""

import io

import pytest

from studies.formats.readers.detection import open_file
from studies.formats.readers.refusals import Refusal, Unreadable
from tests.formats.files import FOLDER, content, papers, refusals

BOOK = "This is a book (“{}”), and the atlas holds papers."
PART = "This is a part of a book (“{}”), and the atlas holds papers."
THESIS = "This is a thesis (“{}”), and the atlas holds papers."
WHOLE = "This is whole proceedings (“{}”), and the atlas holds papers."
MANUAL = "This is a manual or leaflet (“{}”), and the atlas holds papers."
WEB = "This is a web page (“{}”), and the atlas holds papers."
UNSURE = "Its kind (“{}”) does not say that it is a paper, and it has no identifier and no journal."
NO_TITLE = "The record has no title."
REVIEW = "This is whole proceedings, and the atlas holds papers."
OPEN = "The entry is not closed: a brace or a quotation mark is missing."
LOOSE_TEXT = "The entry cannot be taken apart: a comma, an equals sign, a brace or a quotation mark is missing."

# File, format, records read, and (record, line, reason) of each one refused.
FILES = {
    "ris/asreview_dataset_1.ris": ("ris", 4, [(2, 42, WEB.format("ELEC")), (5, 150, BOOK.format("BOOK"))]),
    "ris/asreview_dataset_2.ris": ("ris", 7, [(2, 42, WEB.format("ELEC"))]),
    "ris/colrev_abi_inform_proquest_ris.ris": ("ris", 1, [(1, 1, THESIS.format("THES"))]),
    "ris/colrev_ieee_ris.ris": ("ris", 2, []),
    "ris/colrev_jstor_ris.ris": ("ris", 3, [(3, 60, PART.format("CHAP"))]),
    "ris/colrev_psycinfo_ris.ris": ("ris", 1, []),
    "ris/colrev_trid_ris.ris": ("ris", 3, []),
    "ris/scopus_60_records.ris.xz": ("ris", 59, [(49, 2257, PART.format("CHAP"))]),
    "bibtex/bibaudit_sample.bib": ("bibtex", 11, [(6, 30, BOOK.format("book")), (13, 74, OPEN)]),
    "bibtex/colrev_abi_inform_proquest_bib.bib": ("bibtex", 2, []),
    "bibtex/colrev_acm_bib.bib": ("bibtex", 2, []),
    "bibtex/colrev_crossref_bib.bib": ("bibtex", 1, []),
    "bibtex/colrev_dblp_bib.bib": ("bibtex", 2, []),
    "bibtex/colrev_dedupe_records.bib": ("bibtex", 21, []),
    "bibtex/colrev_ebsco_bib.bib": ("bibtex", 1, [(2, 15, LOOSE_TEXT)]),
    "bibtex/colrev_europe_pmc_bib.bib": ("bibtex", 2, []),
    "bibtex/colrev_files_dir_bib.bib": ("bibtex", 3, []),
    "bibtex/colrev_scopus_bib.bib": ("bibtex", 9, [(8, 102, BOOK.format("book")), (11, 144, REVIEW)]),
    "bibtex/colrev_taylor_and_francis_bib.bib": ("bibtex", 2, []),
    "bibtex/colrev_unknown_source_bib.bib": ("bibtex", 0, [(1, 2, PART.format("inbook"))]),
    "bibtex/colrev_web_of_science_bib.bib": ("bibtex", 2, []),
    "bibtex/colrev_wiley_bib.bib": ("bibtex", 1, [(1, 2, PART.format("inbook"))]),
    "bibtex/pybtex_cyrillic.bib": (
        "bibtex",
        1,
        [
            (2, 13, BOOK.format("book")),
            (3, 22, PART.format("inbook")),
            (4, 36, PART.format("inbook")),
            (5, 45, BOOK.format("booklet")),
        ],
    ),
    "bibtex/scopus_40_records.bib.xz": ("bibtex", 39, [(14, 347, REVIEW)]),
    "bibtex/xampl.bib": (
        "bibtex",
        8,
        [
            (4, 43, NO_TITLE),
            *((number, line, PART.format("inbook")) for number, line in [(5, 54), (6, 62), (7, 78)]),
            *((number, line, BOOK.format("book")) for number, line in [(8, 90), (9, 97), (10, 110), (11, 120)]),
            *((number, line, BOOK.format("booklet")) for number, line in [(12, 129), (13, 134)]),
            *((number, line, PART.format("incollection")) for number, line in [(14, 144), (15, 152), (16, 170)]),
            (17, 178, BOOK.format("book")),
            *((number, line, MANUAL.format("manual")) for number, line in [(18, 192), (19, 197)]),
            *((number, line, THESIS.format("mastersthesis")) for number, line in [(20, 208), (21, 215)]),
            *((number, line, UNSURE.format("misc")) for number, line in [(22, 226), (23, 231)]),
            *((number, line, WHOLE.format("proceedings")) for number, line in [(27, 278), (28, 284), (29, 297)]),
            *((number, line, THESIS.format("phdthesis")) for number, line in [(30, 307), (31, 314)]),
            *((number, line, UNSURE.format("unpublished")) for number, line in [(34, 344), (35, 350)]),
            (36, 358, UNSURE.format("misc")),
        ],
    ),
    "csl_json/bibaudit_zotero_csl_export.json": ("csl_json", 3, [(4, 40, BOOK.format("book"))]),
    "csl_json/bibaudit_zotero_native_items.json": (
        "csl_json",
        2,
        [
            (3, 62, "This is an attachment, not a reference (“attachment”), and the atlas holds papers."),
            (4, 75, "This is a note, not a reference (“note”), and the atlas holds papers."),
        ],
    ),
    "csl_json/habanero_test_content_negotiation_citeproc_json_1.json": ("csl_json", 1, []),
}


def test_every_file_is_expected():
    listed = {
        str(path.relative_to(FOLDER)) for kind in ("ris", "bibtex", "csl_json") for path in (FOLDER / kind).iterdir()
    }
    assert listed - {"bibtex/gbk_encoded.bib"} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_each_record_is_read_or_refused(name):
    expected_format, number, refused = FILES[name]
    found, items = open_file(io.BytesIO(content(name)))
    items = list(items)
    assert (found, len(papers(items)), refusals(items)) == (expected_format, number, refused)
    assert [item.number for item in items if isinstance(item, Refusal)] == [
        number for number, item in enumerate(items, start=1) if isinstance(item, Refusal)
    ]
    assert all(paper.record.title and paper.source for paper in papers(items))


def test_file_in_an_encoding_that_is_not_known_is_refused_whole():
    with pytest.raises(Unreadable) as refusal:
        list(open_file(io.BytesIO(content("bibtex/gbk_encoded.bib")))[1])
    assert str(refusal.value) == "The file is written in an unknown encoding. Save it as UTF-8 and send it again."


# Answers of services that somebody saved: file, records read, records refused.
ANSWERS = {
    "crossref/bibaudit_audit_crossref_series_and_book_container.json.xz": (0, 1),
    "crossref/bibaudit_compare_crossref_wakefield_retracted.json.xz": (1, 0),
    "crossref/habanero_test_cursor_max_0.json.xz": (3, 17),
    "crossref/habanero_test_journals_works_0.json.xz": (20, 0),
    "crossref/habanero_test_works_query_filters_not_allowed_with_dois_0.json.xz": (0, 1),
    "europepmc/pygetpapers_pt195_25.json.xz": (25, 0),
    "europepmc/rest_core_21999661.json.xz": (1, 0),
}


def saved_answers():
    folder = FOLDER.parent / "sources"
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.json*"))]


@pytest.mark.parametrize("name", saved_answers())
def test_saved_answer_of_a_service_is_read_or_refused(name):
    found, items = open_file(io.BytesIO(content(f"../sources/{name}")))
    items = list(items)
    read = len(papers(items))
    assert (found, (read, len(items) - read)) == ("csl_json", ANSWERS.get(name, (read, len(items) - read)))
    assert items
    assert all(paper.record.title for paper in papers(items))


def test_relations_of_a_saved_answer_survive():
    items = open_file(io.BytesIO(content("../sources/crossref/bibaudit_compare_crossref_wakefield_retracted.json.xz")))[
        1
    ]
    (paper,) = items
    assert (paper.source, paper.record.retraction_status, paper.record.retraction_notice_doi) == (
        "Crossref", "retracted", "10.1016/s0140-6736(10)60175-4",
    )  # fmt: skip
    assert [relation.kind for relation in paper.record.relations] == ["corrected_by", "retracted_by"]
