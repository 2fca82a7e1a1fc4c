"""What the button of a reference manager finds in a page, step by step as Zotero's connector goes, in a real browser.

The connector looks for the resolver and for the marks of papers in the page, asks the resolver for its formats, takes the one
it knows best and reads it: one paper is saved, of several the reader chooses. Its reader of RIS is told here in the few lines
that matter: which tag becomes which field.
"""

import re

import rispy

# Field of the saved item: tag as rispy names it.
FIELDS = {
    "title": "title",
    "publicationTitle": "secondary_title",
    "journalAbbreviation": "journal_name",
    "volume": "volume",
    "issue": "number",
    "date": "date",
    "DOI": "doi",
    "ISSN": "issn",
    "url": "urls",
}
AS_THE_CONNECTOR_GOES = """async () => {
    const known = ["rdf_zotero", "rdf_bibliontology", "marc", "unimarc", "marcxml", "mods", "ris", "refer", "bibtex", "rdf_dc"];
    const resolver = document.querySelector('link[rel="unapi-server"]').getAttribute("href");
    const ids = [...document.querySelectorAll("abbr.unapi-id[title]")].map(mark => mark.getAttribute("title"));
    const listed = await (await fetch(resolver)).text();
    const xml = new DOMParser().parseFromString(listed.replace(/<\\?xml[^>]*\\?>/, ""), "text/xml");
    const names = [...xml.documentElement.getElementsByTagName("format")].map(each => each.getAttribute("name"));
    const format = known.find(name => names.includes(name));
    const records = [];
    for (const id of ids) records.push(await (await fetch(`${resolver}?id=${id}&format=${format}`)).text());
    return {format, records};
}"""


def saved(page):
    """The items that a click on the button would save or offer."""
    found = page.evaluate(AS_THE_CONNECTOR_GOES)
    assert found["format"] == "ris"
    return [item(record) for record in found["records"]]


def item(record):
    (read,) = rispy.loads(record)
    extra = [line.removeprefix("M2  - ") for line in record.splitlines() if line.startswith("M2  - ")]
    authors = [tuple(part.strip() for part in name.split(",")) for name in read.get("authors", [])]
    pages = "-".join(read[name] for name in ("start_page", "end_page") if name in read)
    fields = {field: read.get(tag, "") for field, tag in FIELDS.items()}
    assert read["type_of_reference"] == "JOUR"
    return {"authors": authors, "pages": pages, "extra": extra, "notes": read["notes"]} | fields


def test_button_saves_the_paper_of_a_study_page_whole(visit):
    (found,) = saved(visit("/evidence/mansoubi-2025-understanding-symptom/"))
    (note,) = found.pop("notes")
    assert found == {
        "title": "Understanding symptom clusters, diagnosis and healthcare experiences in myalgic encephalomyelitis/chronic "
        "fatigue syndrome and long COVID: a cross-sectional survey in the UK",
        "authors": [
            ("Mansoubi", "Maedeh"),
            ("Richards", "Thomas"),
            ("Ainsworth-Wells", "Martine"),
            ("Fleming", "Russell"),
            ("Leveridge", "Phaedra"),
            ("Shepherd", "Charles"),
            ("Dawes", "Helen"),
        ],
        "publicationTitle": "BMJ Open",
        "journalAbbreviation": "BMJ Open",
        "volume": "15",
        "issue": "4",
        "pages": "e094658",
        "date": "2025/04/02/",
        "DOI": "10.1136/bmjopen-2024-094658",
        "ISSN": "2044-6055",
        "url": ["https://doi.org/10.1136/bmjopen-2024-094658"],
        "extra": ["PMID: 40180399"],
    }
    assert re.search(r"^ME/CFS Study Atlas, version \d+ of .*; PEM unclear; Main limit: Nobody checked", note)


def test_button_offers_every_study_of_a_list(visit):
    page = visit("/evidence/?q=LDN")
    titles = page.locator("ol.results .card-title").all_inner_texts()
    found = saved(page)
    assert len(titles) > 3
    assert [each["title"] for each in found] == titles
    assert [each["title"] for each in found if not each["authors"]] == []


def test_study_page_poses_as_no_paper(visit):
    page = visit("/evidence/mansoubi-2025-understanding-symptom/", js=False)
    assert page.locator("meta[name^='citation_']").count() == 0
    assert page.locator("[class*='byline']").count() == 0
    assert page.locator("span.Z3988").count() == 1
