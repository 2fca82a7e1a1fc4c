import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.identifiers import (
    Identifier,
    IdentifierError,
    doi_link,
    normalise_doi,
    normalise_orcid,
    normalise_pmcid,
    normalise_pmid,
    recognise,
)

DOI = "10.1136/bmjopen-2024-094658"
SICI = "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"


@pytest.mark.parametrize(
    "text",
    [
        DOI,
        "10.1136/BMJOPEN-2024-094658",
        f"doi:{DOI}",
        f"DOI: {DOI}",
        f"DOI {DOI}",
        f"doi{DOI}",
        f"https://doi.org/{DOI}",
        f"http://dx.doi.org/{DOI}",
        f"HTTPS://www.DOI.org/{DOI}",
        f"doi.org/{DOI}",
        f"https://doi.org/doi:{DOI}",
        f"doi: https://doi.org/{DOI}",
        f"info:doi/{DOI}",
        f"urn:doi:{DOI}",
        "https://doi.org/10.1136%2Fbmjopen-2024-094658",
        "10.1136%252Fbmjopen%2D2024-094658",
        f"https://doi.org/{DOI}?utm_source=mail#section",
        f"  {DOI}.\n",
        f"{DOI}).",
        f"<https://doi.org/{DOI}>",
        f'"{DOI}",',
        f"“{DOI}”",
        f"{DOI}/",
        "10.1136/bmj\u200bopen-2024-094658\ufeff",
    ],
)
def test_every_spelling_of_a_doi_is_one_doi(text):
    assert normalise_doi(text) == DOI
    assert recognise(text) == Identifier("doi", DOI)


@pytest.mark.parametrize(
    "text, doi",
    [
        (SICI.upper(), SICI),
        ("10.1016/S0140-6736(11)60096-2", "10.1016/s0140-6736(11)60096-2"),
        ("10.1016/S0140-6736(11)60096-2),", "10.1016/s0140-6736(11)60096-2"),
        ("10.1000.10/123456", "10.1000.10/123456"),
        ("10.1234/a\u0301", "10.1234/\u00e1"),
        ("10.1234/%ff", "10.1234/%ff"),
    ],
)
def test_unusual_doi_is_kept_whole(text, doi):
    assert normalise_doi(text) == doi


@pytest.mark.parametrize(
    "text",
    ["", "doi:", "10.1136", "10.1136/", "10.12/abc", "11.1136/abc", "10.1136/a b", f"see {DOI}", "10.1136/" + "a" * 300,
     "10.1136/a%00b", "https://example.org/10.1136/abc", "10.1136/."],
)  # fmt: skip
def test_other_text_is_no_doi(text):
    with pytest.raises(IdentifierError, match="not a DOI"):
        normalise_doi(text)


@pytest.mark.parametrize(
    "text",
    ["40180399", "PMID: 40180399", "pmid40180399", "PMID 40180399.", "https://pubmed.ncbi.nlm.nih.gov/40180399/",
     "pubmed.ncbi.nlm.nih.gov/40180399?format=pubmed", "http://www.ncbi.nlm.nih.gov/pubmed/40180399",
     "https://europepmc.org/article/MED/40180399", "https://europepmc.org/abstract/med/40180399#impact",
     "info:pmid/40180399", " 40180399 "],
)  # fmt: skip
def test_every_spelling_of_a_pmid_is_one_pmid(text):
    assert normalise_pmid(text) == "40180399"
    assert recognise(text) == Identifier("pmid", "40180399")


def test_leading_zeros_of_a_pmid_are_dropped():
    assert normalise_pmid("PMID: 00123") == "123"


@pytest.mark.parametrize("text", ["", "0", "PMID:", "123456789", "12a", "-5", "1.5", "１２３", "PMC123", "PMID: 1 2"])
def test_other_text_is_no_pmid(text):
    with pytest.raises(IdentifierError, match="not a PubMed number"):
        normalise_pmid(text)


@pytest.mark.parametrize(
    "text",
    ["PMC11966950", "pmc11966950", "PMC 11966950", "PMCID: PMC11966950", "PMCID: 11966950", "PMC11966950.2",
     "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC11966950/", "https://pmc.ncbi.nlm.nih.gov/articles/PMC11966950/pdf/a.pdf",
     "https://europepmc.org/article/PMC/PMC11966950", "https://europepmc.org/articles/PMC11966950",
     "https://europepmc.org/article/PMC/11966950"],
)  # fmt: skip
def test_every_spelling_of_a_pmcid_is_one_pmcid(text):
    assert normalise_pmcid(text) == "PMC11966950"
    assert recognise(text) == Identifier("pmcid", "PMC11966950")


@pytest.mark.parametrize("text", ["", "PMC", "PMC0", "11966950", "PMCx1", "PMC123 PMC456"])
def test_other_text_is_no_pmcid(text):
    with pytest.raises(IdentifierError, match="not a PubMed Central number"):
        normalise_pmcid(text)


@pytest.mark.parametrize(
    "text, orcid",
    [
        ("0000-0002-8829-2217", "0000-0002-8829-2217"),
        ("https://orcid.org/0000-0002-8829-2217", "0000-0002-8829-2217"),
        ("0000000288292217", "0000-0002-8829-2217"),
        ("orcid: 0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("0009-0007-6072-5926", "0009-0007-6072-5926"),
    ],
)
def test_orcid_is_written_in_groups(text, orcid):
    assert normalise_orcid(text) == orcid


@pytest.mark.parametrize(
    "text", ["", "0000-0002-8829-2218", "0000-0002-1694-2330", "0000-0002-8829", "X000-0002-8829-2217"]
)
def test_orcid_with_a_wrong_check_digit_is_refused(text):
    with pytest.raises(IdentifierError, match="not an ORCID"):
        normalise_orcid(text)


@given(st.text("0123456789", min_size=15, max_size=15))
def test_exactly_one_check_digit_fits(digits):
    fitting = []
    for last in "0123456789X":
        try:
            fitting.append(normalise_orcid(digits + last))
        except IdentifierError:
            continue
    assert len(fitting) == 1


@pytest.mark.parametrize(
    "text",
    ["", "   ", "2021", "913", "long covid", "PMID", "https://example.org/", "10.1136/abc and more", "x" * 10_000],
)
def test_words_and_small_numbers_are_no_identifier(text):
    assert recognise(text) is None


def test_message_of_an_error_is_short():
    with pytest.raises(IdentifierError) as caught:
        normalise_doi("x" * 10_000)
    assert len(str(caught.value)) < 120


def test_link_to_a_doi_survives_markup():
    assert doi_link(SICI) == (
        "https://doi.org/10.1002/(sici)1097-0258(19980815/30)17:15/16%3C1661::aid-sim968%3E3.0.co;2-2"
    )


dois = st.builds(
    "10.{}/{}".format,
    st.integers(1000, 999_999),
    st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="%?#"), min_size=1, max_size=30),
)


@given(st.text() | dois | dois.map(lambda doi: doi.replace("/", "%2F")))
def test_normalising_a_doi_twice_changes_nothing(text):
    try:
        once = normalise_doi(text)
    except IdentifierError:
        return
    assert normalise_doi(once) == once
    assert normalise_doi(f"https://doi.org/{once}".replace("?", "%3F").replace("#", "%23")).startswith("10.")


@given(dois)
def test_link_leads_back_to_the_doi(text):
    try:
        doi = normalise_doi(text)
    except IdentifierError:
        return
    assert normalise_doi(doi_link(doi)) == doi


@given(st.text(max_size=600))
def test_recognising_never_fails(text):
    found = recognise(text)
    assert found is None or found.kind in ("doi", "pmid", "pmcid")
