"""What search engines and other programs find: sitemaps, robots.txt, the description of the search, llms.txt."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
import xmlschema
from django.conf import settings as configured

from studies import publishing, sitemaps
from studies.models import Study
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.test_publishing import carry_out

pytestmark = pytest.mark.django_db
SCHEMA = configured.BASE_DIR / "tests" / "data" / "sitemaps" / "sitemap.xsd"
NAME = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMA)


def read(client, schema: xmlschema.XMLSchema, path: str) -> list[dict[str, str]]:
    text = client.get(path).content.decode()
    schema.validate(text)
    return [
        {field.tag.removeprefix(NAME): field.text or "" for field in entry}
        for entry in ElementTree.fromstring(text)  # noqa: S314
    ]


def whole(client, schema: xmlschema.XMLSchema) -> dict[str, str]:
    """Path to day of the last change, over all parts that the index names."""
    found = {}
    for part in read(client, schema, "/sitemap.xml"):
        where = urlsplit(part["loc"])
        for entry in read(client, schema, where.path + (f"?{where.query}" if where.query else "")):
            assert entry["loc"].startswith(configured.ATLAS_URL + "/")
            found[entry["loc"].removeprefix(configured.ATLAS_URL)] = entry.get("lastmod", "")
    return found


def test_sitemaps_hold_every_public_study_with_the_day_of_its_change(client, schema) -> None:
    study = published_study(**TEXTS, **CODED, slug="here")
    Study.objects.filter(pk=study.pk).update(changed_at=datetime(2025, 3, 4, tzinfo=UTC))
    gone = published_study(slug="gone")
    carry_out(publishing.withdraw(study=gone, reason="other", note="Why.", by=make_user("lead")), make_user("editor"))
    make_study(slug="draft")
    found = whole(client, schema)
    assert {path: day for path, day in found.items() if path.startswith("/evidence/")} == {
        "/evidence/": "",
        "/evidence/here/": "2025-03-04",
    }


def test_every_address_in_the_sitemaps_answers(client, schema) -> None:
    published_study(topics=["sleep"])
    assert {path: client.get(path).status_code for path in whole(client, schema)} == dict.fromkeys(
        whole(client, schema), 200
    )


def test_many_studies_are_split_into_parts(client, schema, monkeypatch) -> None:
    monkeypatch.setattr(sitemaps.Studies, "limit", 2)
    slugs = {published_study().slug for _ in range(5)}
    parts = [part["loc"] for part in read(client, schema, "/sitemap.xml") if "sitemap-studies" in part["loc"]]
    assert (len(parts), {f"/evidence/{slug}/" for slug in slugs} - whole(client, schema).keys()) == (3, set())


def test_sitemap_of_studies_asks_as_often_for_one_as_for_thirty(client, django_assert_num_queries) -> None:
    published_study()
    with django_assert_num_queries(3):
        client.get("/sitemap-studies.xml")
    for _ in range(29):
        published_study()
    with django_assert_num_queries(3):
        client.get("/sitemap-studies.xml")


@pytest.mark.parametrize("path", ["/sitemap-none.xml", "/sitemap-studies.xml?p=9999", "/sitemap-studies.xml?p=x"])
def test_unknown_part_of_the_sitemap_is_not_found(client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("agent", ["Googlebot", "GPTBot", "ClaudeBot", "CCBot", "anything"])
def test_robots_may_read_everything_public(client, agent: str) -> None:
    """A reader of the first kind, that knows no wildcards, is not shut out by a rule for those that do."""
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").content.decode().splitlines())
    paths = ["/", "/evidence/", "/evidence/a/", "/evidence/a.md", "/api/v1/", "/data/"]
    may = {path: robots.can_fetch(agent, path) for path in [*paths, "/my-contribution/"]}
    assert may == dict.fromkeys(paths, True) | {"/my-contribution/": False}
    assert robots.site_maps() == [f"{configured.ATLAS_URL}/sitemap.xml"]


def test_robots_that_know_wildcards_leave_combinations_of_filters(client) -> None:
    """RFC 9309, 2.2.3: `*` stands for any characters."""
    rules = re.findall(r"Disallow: (.+)", client.get("/robots.txt").content.decode())
    shut = [re.compile(re.escape(rule).replace(r"\*", ".*")) for rule in rules]
    paths = {
        "/evidence/": False,
        "/evidence/a/": False,
        "/evidence/?pem=required": True,
        "/evidence/a/?print=one-page": True,
    }
    assert {path: any(rule.match(path) for rule in shut) for path in paths} == paths


def test_description_of_the_search_leads_to_the_list(client) -> None:
    page = client.get("/").content.decode()
    (where,) = re.findall(
        r'<link rel="search" type="application/opensearchdescription\+xml"[^>]* href="([^"]+)">', page
    )
    root = ElementTree.fromstring(client.get(where).content)  # noqa: S314 - our own
    name = "{http://a9.com/-/spec/opensearch/1.1/}"
    addresses = {(url.get("rel") or "results"): url.get("template") for url in root.findall(f"{name}Url")}
    assert addresses["results"] == f"{configured.ATLAS_URL}/evidence/?q={{searchTerms}}"
    assert addresses["self"] == configured.ATLAS_URL + where
    assert 0 < len(root.findtext(f"{name}ShortName") or "") <= 16


def test_every_link_for_programs_that_read_leads_somewhere(client) -> None:
    published_study()
    links = re.findall(r"\]\(([^)]+)\)", client.get("/llms.txt").content.decode())
    assert len(links) >= 8
    paths = [link.removeprefix(configured.ATLAS_URL) for link in links]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/sitemap-pages.xml", "/opensearch.xml", "/llms.txt"])
def test_answers_for_programs_may_be_kept_and_set_no_cookie(client, path: str) -> None:
    answer = client.get(path)
    assert ("public" in answer["Cache-Control"], dict(answer.cookies)) == (True, {})
