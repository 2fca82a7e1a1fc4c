import pytest

from studies.incoming import IncomingError, read_coded, read_listed, split_abstract
from studies.records import Person

LISTED = {
    "title": "  A  title ",
    "authors": ["Li, A", "et al"],
    "journal": None,
    "year": 2020,
    "doi": "https://doi.org/10.1000/ABC",
    "pmid": "0012",
    "pmcid": None,
    "abstract": None,
    "abstract_license": None,
    "abstract_license_url": None,
    "authors_complete": True,
    "source": "reference list of PMC1 (PMC JATS)",
}


def test_read_listed_normalises_what_a_source_wrote():
    paper = read_listed(LISTED)
    assert paper.record.title == "A title"
    assert paper.record.authors == (Person("Li", "A"),)
    assert (paper.record.doi, paper.record.pmid, paper.record.pmcid) == ("10.1000/abc", "12", "")
    assert paper.identifiers == {"doi:10.1000/abc", "pmid:12"}
    assert paper.source == "reference list of PMC1"
    assert paper.coding is None


def test_read_listed_believes_a_list_that_says_it_was_cut():
    assert read_listed(LISTED).record.authors_complete is False
    assert read_listed(LISTED | {"authors": ["Li, A"]}).record.authors_complete is True


def test_read_listed_leaves_out_an_identifier_it_cannot_read_and_says_so():
    paper = read_listed(LISTED | {"doi": "see website"})
    assert paper.record.doi == ""
    assert paper.problems == ("not a DOI: 'see website'",)


@pytest.mark.parametrize(
    ("licence", "kept"), [("CC-BY", True), ("CC0", True), ("CC-BY-NC", False), ("PD", False), (None, False)]
)
def test_read_listed_keeps_an_abstract_only_under_an_open_licence(licence, kept):
    paper = read_listed(LISTED | {"abstract": "Words.", "abstract_license": licence})
    assert (paper.abstract is not None) is kept


def test_read_listed_refuses_a_record_without_a_title():
    with pytest.raises(IncomingError):
        read_listed(LISTED | {"title": " "})


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("", ()),
        ("One text: with a colon.", (("", "One text: with a colon."),)),
        ("Methods: We did.\nResults: It was.", (("Methods", "We did."), ("Results", "It was."))),
        ("Methods: We did.\nMore.\nResults: So.", (("Methods", "We did."), ("", "More."), ("Results", "So."))),
        ("Plain first.\nMethods: Alone.", (("", "Plain first.\nMethods: Alone."),)),
    ],
)
def test_split_abstract_finds_labelled_lines(text, sections):
    assert split_abstract(text) == sections


@pytest.mark.parametrize(
    ("text", "parts"),
    [("2025", (2025, None, None)), ("2025-05", (2025, 5, None)), ("2025-05-09", (2025, 5, 9)), (None, (None,) * 3)],
)
def test_read_coded_reads_dates_with_their_precision(text, parts):
    paper = read_coded(coded_item(published_on=text)).record
    assert (paper.year, paper.month, paper.day) == parts


def test_read_coded_refuses_a_date_it_cannot_read():
    with pytest.raises(IncomingError):
        read_coded(coded_item(published_on="May 2025"))


def test_read_coded_takes_a_missing_level_as_unrated_because_somebody_read_the_paper():
    assert read_coded(coded_item()).coding.fields["evidence_level"] == "unrated"


def coded_item(**bibliography):
    words = "journal journal_abbreviation issn volume issue pages language license_url doi pmid pmcid".split()
    texts = "question key_point main_limitation summary significance limitations".split()
    unknown = "patients controls population_label evidence_level editor_notes pem_statement".split()
    paper = dict.fromkeys(words) | {"title": "A title", "authors": [], "published_on": None, "abstract": []}
    return {
        "bibliography": paper | bibliography,
        "texts": dict.fromkeys(texts, "A sentence.") | empty_lists("findings conclusions open_questions strengths"),
        **dict.fromkeys(unknown),
        **empty_lists("method_flags pem_measured_by topics case_definitions links"),
        "design": "cohort",
        "peer_review": "peer_reviewed",
        "basis": "abstract",
    }


def empty_lists(names):
    return {name: [] for name in names.split()}
