import pytest

from studies.records import Record


@pytest.mark.parametrize(
    "pages, first, last",
    [
        ("1085-1094", "1085", "1094"),
        ("1085–94", "1085", "1094"),
        ("123-8", "123", "128"),
        ("98-02", "98", "02"),
        ("99-101", "99", "101"),
        ("12-12", "12", ""),
        ("S12-S19", "S12", "S19"),
        ("S12-19", "S12", "S19"),
        ("e094658", "e094658", ""),
        ("12", "12", ""),
        ("", "", ""),
        ("e-12", "e-12", ""),
        ("102, 110-112", "102, 110-112", ""),
        ("1-", "1-", ""),
    ],
)
def test_pages_are_split_only_where_they_are_a_range(pages, first, last):
    record = Record(title="A", pages=pages)
    assert (record.first_page, record.last_page) == (first, last)


@pytest.mark.parametrize(
    "fields, url",
    [
        ({"doi": "10.1234/a<b>", "pmid": "1"}, "https://doi.org/10.1234/a%3Cb%3E"),
        ({"pmid": "40180399", "pmcid": "PMC1"}, "https://pubmed.ncbi.nlm.nih.gov/40180399/"),
        ({"pmcid": "PMC1", "url": "https://example.org/"}, "https://pmc.ncbi.nlm.nih.gov/articles/PMC1/"),
        ({"url": "https://example.org/"}, "https://example.org/"),
        ({}, ""),
    ],
)
def test_paper_is_found_by_its_surest_address(fields, url):
    assert Record(title="A", **fields).paper_url == url
