"""unAPI as its specification says it, and as Zotero's connector goes through it: resolver, formats, one record a study."""

import re
from datetime import date

import pytest
import rispy
from lxml import etree

from studies import proposals, publishing
from studies.formats import ris
from studies.models import SlugRedirect
from studies.records import Collective, Person, Record
from studies.search import engine
from tests.studies.factories import CODED, TEXTS, make_user, published_study

pytestmark = pytest.mark.django_db

# The order in which the connector prefers formats.
PREFERRED = [
    "rdf_zotero",
    "rdf_bibliontology",
    "marc",
    "unimarc",
    "marcxml",
    "mods",
    "ris",
    "refer",
    "bibtex",
    "rdf_dc",
]


@pytest.fixture(autouse=True)
def _fresh_search():
    engine.forget()


@pytest.fixture
def study():
    return published_study(
        **TEXTS,
        **CODED,
        title="Sleep & {pacing} in ME/CFS",
        authors=[
            "Müller-Ødegård, Anna Maria",
            {"collective": "The Sleep Group, Oslo"},
            {"family": "Li", "given": "王"},
        ],
        topics=["immunology"],
        journal="Journal of Sleep",
        journal_abbreviation="J Sleep",
        issn="2044-6055",
        volume="15",
        issue="4",
        pages="1085-94",
        published_on=date(2025, 4, 2),
        doi="10.1000/a",
        pmid="40180399",
    )


def formats(response):
    root = etree.fromstring(response.content)
    assert root.tag == "formats"
    return dict(root.attrib), [each.get("name") for each in root]


def saved(client, page):
    """What the connector saves from a page: its items, by the format that it likes best."""
    html = client.get(page).content.decode()
    (resolver,) = re.findall(r'<link rel="unapi-server"[^>]* href="([^"]+)"', html)
    _, names = formats(client.get(resolver))
    best = min(names, key=PREFERRED.index)
    ids = re.findall(r'<abbr class="unapi-id" title="([^"]+)">', html)
    return [rispy.loads(client.get(f"{resolver}?id={each}&format={best}").content.decode())[0] for each in ids]


def test_resolver_lists_its_formats(client):
    response = client.get("/unapi")
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml; charset=utf-8")
    assert formats(response) == ({}, ["ris", "bibtex"])


def test_study_has_a_choice_of_formats(client, study):
    response = client.get(f"/unapi?id={study.slug}")
    assert response.status_code == 300
    assert formats(response) == ({"id": study.slug}, ["ris", "bibtex"])


@pytest.mark.parametrize(
    "name, kind", [("ris", "application/x-research-info-systems"), ("bibtex", "application/x-bibtex")]
)
def test_study_comes_in_a_format(client, study, name, kind):
    response = client.get(f"/unapi?id={study.slug}&format={name}")
    assert (response.status_code, response["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    assert "Journal of Sleep" in response.content.decode()


def test_faults_have_the_status_of_the_specification(client, study):
    assert client.get("/unapi?id=nobody").status_code == 404
    assert client.get("/unapi?id=nobody&format=ris").status_code == 404
    assert client.get(f"/unapi?id={study.slug}&format=marc").status_code == 406
    assert client.post("/unapi").status_code == 405


@pytest.mark.parametrize("name", ["%00", "a%00b", "a/b", "a%20b", "%ED%A0%80", "x" * 5000])
def test_what_can_be_no_study_is_not_there(client, study, name):
    assert client.get(f"/unapi?id={name}&format=ris").status_code == 404


def test_moved_and_withdrawn_studies_answer_as_their_pages(client, study):
    SlugRedirect.objects.create(slug="old-address", study=study)
    moved = client.get("/unapi?id=old-address&format=ris")
    assert (moved.status_code, moved["Location"]) == (301, f"/unapi?id={study.slug}&format=ris")
    leads = make_user("lead"), make_user("lead")
    out = publishing.withdraw(study=study, reason="other", note="Out.", by=leads[0])
    proposals.apply(proposal=out, digest=out.digest, edition=out.edition, by=leads[1])
    assert client.get(f"/unapi?id={study.slug}&format=ris").status_code == 410


def test_connector_saves_the_whole_paper_from_a_study_page(client, study):
    (item,) = saved(client, f"/evidence/{study.slug}/")
    kept = {
        name: item.get(name) for name in ("type_of_reference", "title", "authors", "secondary_title", "journal_name")
    }
    assert kept == {
        "type_of_reference": "JOUR",
        "title": "Sleep & {pacing} in ME/CFS",
        "authors": ["Müller-Ødegård, Anna Maria", "The Sleep Group Oslo", "Li, 王"],
        "secondary_title": "Journal of Sleep",
        "journal_name": "J Sleep",
    }
    kept = {name: item.get(name) for name in ("volume", "number", "start_page", "end_page", "date", "doi", "issn")}
    assert kept == {
        "volume": "15",
        "number": "4",
        "start_page": "1085",
        "end_page": "1094",
        "date": "2025/04/02/",
        "doi": "10.1000/a",
        "issn": "2044-6055",
    }
    assert f"PEM not required; Main limit: {TEXTS['main_limitation']}" in item["notes"][0]


def test_pubmed_number_stands_where_zotero_keeps_it(client, study):
    text = client.get(f"/unapi?id={study.slug}&format=ris").content.decode()
    assert [line for line in text.splitlines() if line.startswith("M2")] == ["M2  - PMID: 40180399"]


def test_file_for_everyone_has_no_such_line(client, study):
    text = client.get(f"/evidence/{study.slug}.ris").content.decode()
    assert [line for line in text.splitlines() if line.startswith("M2")] == []


def test_no_name_holds_a_comma_that_would_divide_it():
    record = Record(title="A", authors=(Person("King, Jr", "Ann, B"), Collective("Group, Oslo")))
    (item,) = rispy.loads(ris.for_reference_manager(record))
    assert item["authors"] == ["King Jr, Ann B", "Group Oslo"]


@pytest.mark.parametrize("address", ["/evidence/", "/topics/immunology/", "/definitions/fukuda-1994/", "/"])
def test_connector_offers_every_study_of_a_list(client, study, address):
    published_study(**TEXTS, **CODED, title="Lactate at rest", topics=["immunology"])
    assert sorted(item["title"] for item in saved(client, address)) == ["Lactate at rest", "Sleep & {pacing} in ME/CFS"]


def test_study_page_poses_as_no_article(client, study):
    html = client.get(f"/evidence/{study.slug}/").content.decode()
    assert re.findall(r"citation_[a-z]+", html) == []
    assert re.findall(r'class="[^"]*byline', html) == []
