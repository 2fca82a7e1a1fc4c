"""What works of Crossref become."""

import json
from datetime import date

import pytest

from studies.formats.readers.refusals import Refusal
from studies.records import Collective, Person, Relation
from studies.sources import crossref
from tests.sources.recordings import recording


def recorded(name):
    (paper,) = crossref.parse(recording(f"crossref/bibaudit_{name}.json"))
    return paper


def made(**values):
    work = {
        "DOI": "10.1000/1",
        "type": "journal-article",
        "title": ["A title"],
        "container-title": ["A journal"],
    } | values
    (paper,) = crossref.parse(json.dumps({"message": work}).encode())
    return paper


def standing(paper):
    record = paper.record
    return record.retraction_status, record.retraction_notice_doi, record.retraction_on


def test_retracted_paper_names_its_notice_and_keeps_its_title():
    paper = recorded("compare_crossref_wakefield_retracted")
    assert paper.record.title.startswith("Ileal-lymphoid-nodular hyperplasia")
    assert standing(paper) == ("retracted", "10.1016/s0140-6736(10)60175-4", date(2010, 2, 6))
    assert [relation.kind for relation in paper.record.relations] == ["corrected_by", "retracted_by"]
    assert paper.problems == ("The publisher put “retracted” before the title.",)


def test_retraction_notice_is_not_retracted():
    paper = recorded("compare_crossref_wakefield_notice")
    assert standing(paper) == ("none", "", None)
    assert paper.record.relations == (
        Relation(
            "retraction_of", "10.1016/s0140-6736(97)11096-0", "", "Retraction (retraction-watch)", date(2010, 2, 6)
        ),
    )


def test_concern_is_told_once_though_two_say_it():
    paper = recorded("compare_crossref_expression_of_concern")
    assert standing(paper) == ("expression_of_concern", "10.1371/journal.pone.0256488", date(2021, 10, 28))
    assert [relation.text for relation in paper.record.relations] == ["Expression of concern (retraction-watch)"]


def test_retraction_deposited_the_wrong_way_round_is_put_right():
    paper, notice = recorded("crossref_reciprocal_retracted_paper"), recorded("crossref_reciprocal_retraction_notice")
    assert standing(paper) == ("retracted", "10.1016/s0140-6736(20)31324-6", date(2020, 6, 5))
    assert "retraction_of" not in {relation.kind for relation in paper.record.relations}
    assert standing(notice) == ("none", "", None)
    assert ("retraction_of", paper.record.doi) in {(each.kind, each.doi) for each in notice.record.relations}
    assert (
        "The publisher deposited the retraction the wrong way round; Retraction Watch has it right." in notice.problems
    )


def test_retraction_of_a_part_is_a_correction_that_a_person_reads():
    paper = recorded("compare_crossref_partial_retraction")
    assert standing(paper) == ("corrected", "10.29328/journal.jcmhs.1001023", date(2022, 12, 1))
    assert [relation.kind for relation in paper.record.relations] == ["corrected_by"]
    assert paper.problems == ("Crossref names a retraction of a part of the paper: read the notice.",)
    assert [label for label, _ in paper.abstract.sections] == ["Background", "Method", "Result", "Conclusion"]


def test_groups_among_the_authors_keep_their_place():
    authors = recorded("audit_crossref_interleaved_collective").record.authors
    groups = [(place, author.name) for place, author in enumerate(authors) if isinstance(author, Collective)]
    assert groups == [
        (4, "Pancreatic Cancer Cohort Consortium (PanScan)"),
        (6, "Pancreatic Cancer Case–Control Consortium (PanC4)"),
    ]


def test_supplements_called_preprints_are_not_taken_for_them():
    paper = recorded("audit_crossref_interleaved_collective")
    assert (paper.record.preprint_doi, paper.record.relations) == ("", ())
    assert paper.problems == ("Crossref names 16 preprints, which may be supplements; none was taken.",)


def test_versions_of_one_preprint_are_one():
    related = [{"id-type": "doi", "id": f"10.21203/rs.3.rs-1/v{number}"} for number in (1, 2)]
    paper = made(relation={"has-preprint": related})
    assert (paper.record.preprint_doi, len(paper.record.relations)) == ("10.21203/rs.3.rs-1/v1", 2)


def test_preprint_knows_its_paper_and_its_server():
    paper = made(
        type="posted-content",
        subtype="preprint",
        **{"container-title": [], "institution": [{"name": "medRxiv"}]},
        relation={"is-preprint-of": [{"id-type": "doi", "id": "10.1000/ARTICLE"}]},
    )
    assert paper.record.relations == (Relation("preprint_of", doi="10.1000/article"),)
    assert (paper.record.journal, paper.record.publication_types) == ("medRxiv", ("posted-content", "preprint"))


@pytest.mark.parametrize("name", ["author_list", "cp1252", "latin_extended_a"])
def test_letters_in_the_wrong_encoding_are_noticed(name):
    assert [problem[:43] for problem in recorded(f"names_crossref_mojibake_{name}").problems] == [
        "Letters were read in the wrong encoding bef"
    ]


def test_part_of_a_book_is_refused():
    assert isinstance(recorded("audit_crossref_series_and_book_container"), Refusal)


def test_dates_keep_their_precision():
    def day(**values):
        record = made(**values).record
        return record.year, record.month, record.day

    assert day(issued={"date-parts": [[2020, 6, 13]]}) == (2020, 6, 13)
    assert day(issued={"date-parts": [[2020, 6]]}) == (2020, 6, None)
    assert day(issued={"date-parts": [[2020]]}) == (2020, None, None)
    assert day(issued={"date-parts": [[None]]}, published={"date-parts": [[2019]]}) == (2019, None, None)
    assert day(issued={"date-parts": [[2020, 13, 1]]}) == (2020, None, None)
    assert day(created={"date-parts": [[2002, 7, 25]]}) == (None, None, None)


def test_people_keep_orcid_and_suffix_and_nameless_ones_are_missed():
    authors = [
        {"family": "Hora", "given": "Donald", "suffix": "Jr.", "ORCID": "http://orcid.org/0000-0001-5337-3941"},
        {"family": "RECOVER Consortium"},
        {"name": "The ME Study Group"},
        {"sequence": "additional"},
    ]
    paper = made(author=authors)
    assert paper.record.authors == (
        Person("Hora", "Donald Jr.", "0000-0001-5337-3941"),
        Collective("RECOVER Consortium"),
        Collective("The ME Study Group"),
    )
    assert (paper.record.authors_complete, paper.problems) == (False, ("An author without a name was left out.",))


@pytest.mark.parametrize(
    ("title", "subtitle", "whole"),
    [
        ("A <i>title</i>", ["and more"], "A title: and more"),
        ("A question?", ["An answer"], "A question? An answer"),
        (
            "Contamination in peeled chestnuts",
            ["CONTAMINATION IN PEELED CHESTNUTS"],
            "Contamination in peeled chestnuts",
        ),
        ("A title", [""], "A title"),
        ("A title", [], "A title"),
    ],
)
def test_subtitle_joins_its_title(title, subtitle, whole):
    assert made(title=[title], subtitle=subtitle).record.title == whole


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("withdrawal", "withdrawn"),
        ("removal", "withdrawn"),
        ("retraction", "retracted"),
        ("addendum", "none"),
        ("new-kind", "none"),
    ],
)
def test_updates_decide_the_standing(kind, status):
    paper = made(**{"updated-by": [{"DOI": "10.1000/2", "type": kind}]})
    assert paper.record.retraction_status == status
    if kind == "new-kind":
        assert paper.problems == ("Crossref names a notice of an unknown kind: “new_kind”.",)


@pytest.mark.parametrize(
    ("version", "link", "known"),
    [
        ("vor", "http://creativecommons.org/licenses/by/4.0/", "http://creativecommons.org/licenses/by/4.0/"),
        ("vor", "https://www.elsevier.com/tdm/userlicense/1.0/", ""),
        ("am", "https://creativecommons.org/licenses/by/4.0/", ""),
        ("vor", "javascript:alert(1)//creativecommons.org/", ""),
    ],
)
def test_open_licence_of_the_paper_is_no_licence_of_the_abstract(version, link, known):
    paper = made(license=[{"URL": link, "content-version": version}], abstract="<jats:p>Some words.</jats:p>")
    assert (paper.license_url, paper.abstract.license) == (known, "")


def test_paper_and_notice_that_retract_each_other_are_left_to_a_person():
    update = {"DOI": "10.1000/2", "type": "retraction", "source": "publisher"}
    paper = made(**{"updated-by": [update], "update-to": [update]})
    assert [relation.kind for relation in paper.record.relations] == ["retracted_by", "retraction_of"]
    assert paper.problems == ("Paper and notice are said to retract each other: read them.",)
