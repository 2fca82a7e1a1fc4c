"""What pages say to machines: JSON-LD, links of the header, Open Graph. A page about a paper never poses as the paper."""

import json
import re
from typing import Any

import pytest
from django.conf import settings as configured

from studies import publishing
from studies.formats import jsonld
from studies.models import Study, Topic
from studies.paging import PAGE_SIZE
from studies.search import engine
from tests.formats.test_link_header import read as read_links
from tests.studies.factories import CODED, TEXTS, make_user, published_study
from tests.studies.test_publishing import carry_out

pytestmark = pytest.mark.django_db
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
PAPER: dict[str, Any] = {
    "title": "Sleep & </script><b> “PEM”",
    "doi": "10.1000/x(1)",
    "pmid": "123",
    "journal": "Journal of Tests",
    "issn": "1234-5678",
    "volume": "4",
    "issue": "2",
    "pages": "10-12",
    "authors": [{"family": "Müller", "given": "Ana", "orcid": "0000-0002-1825-0097"}, {"collective": "The Group"}],
}


def page_of(client, path: str) -> str:
    return client.get(path).content.decode()


def graph_of(page: str) -> list[dict[str, Any]]:
    (text,) = SCRIPT.findall(page)
    graph = json.loads(text)
    assert graph["@context"] == "https://schema.org"
    return graph["@graph"]


def typed(graph: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (node,) = [
        node for node in graph if kind in (node["@type"] if isinstance(node["@type"], list) else [node["@type"]])
    ]
    return node


def references(value: Any) -> set[str]:
    """Every `@id` that is only pointed at."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if isinstance(value, dict):
        return {value["@id"]} if list(value) == ["@id"] else set().union(*map(references, value.values()))
    return set()


@pytest.fixture
def study() -> Study:
    return published_study(**TEXTS, **CODED, **PAPER, topics=["sleep"], slug="mueller-2024-sleep")


def test_paper_and_text_are_two_things_with_authors_of_their_own(client, study) -> None:
    graph = graph_of(page_of(client, study.get_absolute_url()))
    text, paper = typed(graph, "Article"), typed(graph, "MedicalScholarlyArticle")
    here = f"{configured.ATLAS_URL}/evidence/mueller-2024-sleep/"
    assert text["author"] == {"@id": f"{configured.ATLAS_URL}/#org"}
    assert (text["isBasedOn"], paper["@id"]) == ({"@id": paper["@id"]}, "https://doi.org/10.1000/x(1)")
    assert paper["author"] == [
        {
            "@type": "Person",
            "familyName": "Müller",
            "givenName": "Ana",
            "sameAs": "https://orcid.org/0000-0002-1825-0097",
        },
        {"@type": "Organization", "name": "The Group"},
    ]
    assert typed(graph, "MedicalWebPage")["url"] == here
    assert paper["isPartOf"]["isPartOf"] == {
        "@type": "PublicationVolume", "volumeNumber": "4",
        "isPartOf": {"@type": "Periodical", "name": "Journal of Tests", "issn": "1234-5678"},
    }  # fmt: skip
    assert (paper["datePublished"], paper["publicationType"]) == ("2024-05-06", "Observational Study")


def test_finding_carries_its_limit_and_its_badge(client, study) -> None:
    text = typed(graph_of(page_of(client, study.get_absolute_url())), "Article")
    assert text["abstract"] == f"{study.key_point} PEM not required. Main limit: {study.main_limitation}"


def test_text_of_a_title_cannot_end_the_script(client, study) -> None:
    page = page_of(client, study.get_absolute_url())
    (text,) = SCRIPT.findall(page)
    assert (set("<>&") & set(text), typed(graph_of(page), "MedicalScholarlyArticle")["name"]) == (set(), PAPER["title"])


@pytest.mark.parametrize(
    "path", ["/", "/data/", "/retractions/", "/definitions/fukuda-1994/", "/topics/", "/topics/sleep/", "study", "bare"]
)
def test_every_reference_leads_to_a_node_of_the_graph(client, study, path: str) -> None:
    bare = published_study(slug="bare", doi=None)
    where = {"study": study, "bare": bare}
    graph = graph_of(page_of(client, where[path].get_absolute_url() if path in where else path))
    assert references(graph) - {node["@id"] for node in graph} == set()


def test_study_without_texts_has_no_article_of_the_atlas(client) -> None:
    graph = graph_of(page_of(client, published_study(doi="10.1000/bare").get_absolute_url()))
    assert [node for node in graph if node["@type"] == "Article"] == []
    assert typed(graph, "MedicalWebPage")["mainEntity"] == {"@id": "https://doi.org/10.1000/bare"}


def test_retraction_stands_with_the_paper(client) -> None:
    study = published_study(
        **TEXTS, **CODED, doi="10.1000/r", retraction_status="retracted", retraction_notice_doi="10.1000/n"
    )
    paper = typed(graph_of(page_of(client, study.get_absolute_url())), "MedicalScholarlyArticle")
    assert (paper["creativeWorkStatus"], paper["correction"]) == ("Retracted", "https://doi.org/10.1000/n")


def test_finding_of_a_retracted_paper_says_so_and_that_it_is_a_sample(client) -> None:
    study = published_study(**TEXTS, **CODED, title="A title", retraction_status="retracted", is_sample=True)
    text = typed(graph_of(page_of(client, study.get_absolute_url())), "Article")
    assert text["headline"] == "In plain language: RETRACTED: A title"
    assert text["abstract"] == (
        f"RETRACTED: {study.key_point} PEM not required. Main limit: {study.main_limitation} Sample text, not reviewed."
    )


def test_long_author_list_is_cut_in_the_graph(client) -> None:
    study = published_study(authors=[f"Family{number}, Given" for number in range(200)])
    paper = typed(graph_of(page_of(client, study.get_absolute_url())), "MedicalScholarlyArticle")
    assert len(paper["author"]) == jsonld.MOST_AUTHORS


def test_shelf_lists_its_studies(client, study) -> None:
    listed = typed(graph_of(page_of(client, "/topics/sleep/")), "CollectionPage")["mainEntity"]
    assert [item["url"] for item in listed["itemListElement"]] == [
        f"{configured.ATLAS_URL}/evidence/mueller-2024-sleep/"
    ]


def test_list_of_topics_lists_their_pages(client) -> None:
    listed = typed(graph_of(page_of(client, "/topics/")), "CollectionPage")["mainEntity"]
    slugs = Topic.objects.values_list("slug", flat=True)
    assert [item["url"] for item in listed["itemListElement"]] == [
        f"{configured.ATLAS_URL}/topics/{slug}/" for slug in slugs
    ]


@pytest.fixture
def many(db) -> set[str]:
    """The addresses of more studies than a page of a list holds."""
    engine.forget()
    slugs = [f"study-{number}" for number in range(PAGE_SIZE + 2)]
    return {published_study(**CODED, topics=["sleep"], slug=slug).get_absolute_url() for slug in slugs}


def linked(page: str) -> list[str]:
    return re.findall(r'class="card-title"><a href="([^"]+)"', page)


@pytest.mark.parametrize("path", ["/topics/sleep/", "/definitions/fukuda-1994/"])
def test_second_page_of_a_list_goes_on_where_the_first_one_ended(client, many, path: str) -> None:
    shown = [page_of(client, path + query) for query in ("", "?page=2")]
    pages = [typed(graph_of(page), "CollectionPage") for page in shown]
    assert [page["url"] for page in pages] == [configured.ATLAS_URL + path, f"{configured.ATLAS_URL}{path}?page=2"]
    items = [item for page in pages for item in page["mainEntity"]["itemListElement"]]
    assert [item["position"] for item in items] == list(range(1, PAGE_SIZE + 3))
    assert [item["url"] for item in items] == [
        configured.ATLAS_URL + address for page in shown for address in linked(page)
    ]
    assert {item["url"] for item in items} == {configured.ATLAS_URL + address for address in many}


def test_list_of_all_studies_names_those_of_each_page_in_their_order(client, many) -> None:
    shown = [page_of(client, path) for path in ("/evidence/", "/evidence/?page=2")]
    pages = [typed(graph_of(page), "CollectionPage") for page in shown]
    assert [(page["url"], page["mainEntity"]["numberOfItems"]) for page in pages] == [
        (f"{configured.ATLAS_URL}/evidence/", PAGE_SIZE), (f"{configured.ATLAS_URL}/evidence/?page=2", 2),
    ]  # fmt: skip
    items = [item["@id"] for page in pages for item in page["mainEntity"]["itemListElement"]]
    assert items == [address for page in shown for address in linked(page)]
    assert set(items) == many


def test_list_of_a_question_is_for_readers_alone(client, study) -> None:
    """robots.txt keeps crawlers from it, and it has enough to carry."""
    engine.forget()
    for address in ("/evidence/?q=sleep", "/evidence/?topic=sleep"):
        page = page_of(client, address)
        assert (linked(page), SCRIPT.findall(page)) == ([study.get_absolute_url()], [])


def test_study_page_poses_as_no_copy_of_the_paper(client, study) -> None:
    page = page_of(client, study.get_absolute_url())
    assert re.findall(r'name="(citation_[a-z_]+|DC\.[a-z]+)"', page) == []
    assert re.findall(r'<link rel="canonical" href="([^"]+)">', page) == [
        f"{configured.ATLAS_URL}/evidence/mueller-2024-sleep/"
    ]
    assert re.findall(r'class="[^"]*byline[^"]*"', page) == []


def test_signposts_cite_the_entry_and_describe_the_paper(client, study) -> None:
    told = dict.fromkeys(read_links(client.get(study.get_absolute_url())["Link"]))
    entry = f"{configured.ATLAS_URL}/evidence/mueller-2024-sleep"
    paper = "https://doi.org/10.1000/x(1)"
    assert [target for target, rest in told if 'rel="cite-as"' in rest] == [f"{entry}/"]
    assert [target for target, rest in told if 'rel="type"' in rest] == [
        "https://schema.org/AboutPage", "https://schema.org/Article",
    ]  # fmt: skip
    described = {target for target, rest in told if f'anchor="{paper}"' in rest}
    assert described == {f"{entry}.csl.json", f"{entry}.ris", f"{entry}.bib"}


def test_every_file_that_signposts_name_is_of_the_type_they_say(client, study) -> None:
    told = read_links(client.get(study.get_absolute_url())["Link"])
    files = {
        target.removeprefix(configured.ATLAS_URL): re.findall(r'; type="([^"]+)"', rest)[0]
        for target, rest in told
        if "type=" in rest and target.startswith(configured.ATLAS_URL)
    }
    assert {path: client.get(path)["Content-Type"].split(";")[0] for path in files} == files


def test_withdrawn_study_is_described_to_nobody(client, study) -> None:
    carry_out(publishing.withdraw(study=study, reason="other", note="Why.", by=make_user("lead")), make_user("editor"))
    answer = client.get(study.get_absolute_url())
    assert (answer.status_code, "application/ld+json" in answer.content.decode()) == (410, False)


def test_shared_link_shows_title_and_limit(client, study) -> None:
    page = page_of(client, study.get_absolute_url())
    told = dict(re.findall(r'<meta property="og:([a-z:]+)" content="([^"]*)">', page))
    (described,) = re.findall(r'<meta name="description" content="([^"]*)">', page)
    assert (told["url"], told["description"], study.main_limitation in described) == (
        f"{configured.ATLAS_URL}/evidence/mueller-2024-sleep/", described, True,
    )  # fmt: skip
    assert told["title"] == "Sleep &amp; &lt;/script&gt;&lt;b&gt; “PEM”"


def test_graph_does_not_cost_a_query(client, study, django_assert_max_num_queries) -> None:
    client.get(study.get_absolute_url())
    with django_assert_max_num_queries(8):
        client.get(study.get_absolute_url())
