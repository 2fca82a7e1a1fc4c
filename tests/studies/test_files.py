"""Downloads as their readers ask for them: by suffix, by parameters, by Accept header."""

import csv
import gzip
import io
import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies import proposals, publishing
from studies.exporting import FORMATS
from studies.formats.tabular import COLUMNS
from studies.models import SlugRedirect, Study
from studies.search import engine
from studies.views.negotiating import preferred
from tests.studies.factories import CODED, TEXTS, make_user, published_study

pytestmark = pytest.mark.django_db

NAME = r'attachment; filename="mecfs-study-atlas-\d{4}-\d\d-\d\d-state-\d+(-without-\d+)?\.'


@pytest.fixture(autouse=True)
def _fresh_search():
    engine.forget()


@pytest.fixture
def studies():
    return [
        published_study(
            **TEXTS, **CODED, title="Sleep & pacing in ME/CFS", topics=["immunology"], pmid="11", doi="10.1000/a"
        ),
        published_study(title="Lactate at rest", topics=["immunology"]),
        published_study(title="Heart rate at night"),
    ]


def body(response):
    return response.getvalue().decode()


def titles(client, address):
    return [study["bibliography"]["title"] for study in json.loads(body(client.get(address)))["studies"]]


# The Markdown and plain text of one study are told at length by another view.
OF_ONE = [suffix for suffix in FORMATS if suffix != "md"]
LINKS = ["RIS", "BibTeX", "NBIB", "CSL-JSON", "CSV", "JSON", "Markdown", "Vancouver", "APA", "Harvard"]


@pytest.mark.parametrize("suffix", OF_ONE)
def test_study_comes_in_every_format(client, studies, suffix):
    response = client.get(f"/evidence/{studies[0].slug}.{suffix}")
    assert response.status_code == 200
    assert response["Content-Type"] == f"{FORMATS[suffix].media_type}; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{studies[0].slug}.{suffix}"'
    assert "pacing" in body(response)


@pytest.mark.parametrize("suffix", FORMATS)
def test_list_comes_in_every_format(client, studies, suffix):
    response = client.get(f"/evidence.{suffix}?topic=immunology")
    assert response.status_code == 200
    assert response.streaming
    assert re.match(NAME, response["Content-Disposition"])
    text = body(response)
    assert ("pacing" in text, "Heart rate" in text) == (True, False)


def test_unknown_format_is_not_there(client, studies):
    assert client.get(f"/evidence/{studies[0].slug}.exe").status_code == 404
    assert client.get("/evidence.exe").status_code == 404


def test_whole_atlas_comes_without_parameters(client, studies):
    assert sorted(titles(client, "/evidence.json")) == [
        "Heart rate at night",
        "Lactate at rest",
        "Sleep & pacing in ME/CFS",
    ]


@pytest.mark.parametrize(
    "query", ["", "?q=rest", "?q=ME/CFS+OR+rest", "?sort=title", "?topic=immunology&sort=title", "?q=at"]
)
def test_file_has_the_studies_of_the_list_in_its_order(client, studies, query):
    page = client.get(f"/evidence/{query}").content.decode()
    shown = re.findall(r'class="card-title"><a href="/evidence/([^/]+)/"', page)
    found = json.loads(body(client.get(f"/evidence.json{query}")))["studies"]
    assert [study["slug"] for study in found] == shown


def test_file_goes_on_where_the_page_ends(client, db):
    for _ in range(23):
        published_study()
    assert len(titles(client, "/evidence.json?page=2")) == 23


def test_typed_identifier_gives_that_study_alone(client, studies):
    assert titles(client, "/evidence.json?q=10.1000/a") == ["Sleep & pacing in ME/CFS"]
    assert titles(client, "/evidence.json?q=10.1000/unknown") == []


def test_list_names_what_was_asked_for(client, studies, settings):
    settings.ATLAS_URL = "https://atlas.example"
    meta = json.loads(body(client.get("/evidence.json?topic=immunology&page=3")))["meta"]
    assert meta["address"] == "https://atlas.example/evidence/?topic=immunology"
    assert meta["studies"] == 2
    assert meta["state"] == Study.objects.get(pk=studies[-1].pk).public_counter


def test_nbib_of_a_list_says_how_many_it_cannot_hold(client, studies):
    response = client.get("/evidence.nbib")
    assert response["X-Studies-Left-Out"] == "2"
    assert "-without-2.nbib" in response["Content-Disposition"]
    assert body(response).startswith("PMID- 11\n")


def test_nbib_of_a_paper_without_a_pubmed_number_is_not_there(client, studies):
    response = client.get(f"/evidence/{studies[1].slug}.nbib")
    assert response.status_code == 404
    assert response.content == b"This paper has no PubMed number, so there is no NBIB file of it. Take RIS or BibTeX.\n"


def test_withdrawn_study_is_gone_from_every_file(client, studies):
    leads = make_user("lead"), make_user("lead")
    out = publishing.withdraw(study=studies[0], reason="other", note="Out.", by=leads[0])
    proposals.apply(proposal=out, digest=out.digest, edition=out.edition, by=leads[1])
    for suffix in FORMATS:
        assert client.get(f"/evidence/{studies[0].slug}.{suffix}").status_code == 410
        assert "pacing" not in body(client.get(f"/evidence.{suffix}"))


def test_moved_study_leads_on_with_its_suffix(client, studies):
    SlugRedirect.objects.create(slug="old-address", study=studies[0])
    response = client.get("/evidence/old-address.csl.json")
    assert (response.status_code, response["Location"]) == (301, f"/evidence/{studies[0].slug}.csl.json")


def test_head_gives_the_headers_and_writes_nothing(client, studies):
    with CaptureQueriesContext(connection) as asked:
        response = client.head("/evidence.csv")
        assert response.getvalue() == b""
    assert re.match(NAME + 'csv"', response["Content-Disposition"])
    assert [query["sql"] for query in asked if "studies_author" in query["sql"]] == []


def test_file_that_did_not_change_is_not_sent_again(client, studies):
    for address in ("/evidence.ris?topic=immunology", f"/evidence/{studies[0].slug}.ris"):
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
        published_study()
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_csv_carries_a_byte_order_mark_on_request(client, studies):
    plain, marked = (client.get(address).getvalue() for address in ("/evidence.csv", "/evidence.csv?bom=1"))
    assert marked == b"\xef\xbb\xbf" + plain
    assert client.get(f"/evidence/{studies[0].slug}.csv?bom=1").content.startswith(b"\xef\xbb\xbf")


def test_any_site_may_read_the_files_and_no_engine_lists_them(client, studies):
    response = client.get("/evidence.json")
    assert (response["Access-Control-Allow-Origin"], response["X-Robots-Tag"]) == ("*", "noindex")


@pytest.mark.parametrize("suffix, most", [("ris", 6), ("json", 16), ("nbib", 7)])
def test_file_costs_no_more_queries_with_more_studies(client, studies, suffix, most):
    counts = []
    for _ in range(2):
        client.get(f"/evidence.{suffix}").getvalue()
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/evidence.{suffix}").getvalue()
        counts.append(len(asked))
        published_study(**TEXTS, **CODED, topics=["immunology"])
    assert counts[0] == counts[1] <= most


ACCEPTED = {form.media_type: suffix for suffix, form in FORMATS.items() if form.media_type != "text/plain"}
KINDS = sorted({form.media_type for form in FORMATS.values()})


@pytest.mark.parametrize("media_type", KINDS)
def test_reader_in_another_language_gets_the_same_file(client, studies, media_type):
    """Where the page stands, which is in the reader's language."""
    Study.objects.filter(pk=studies[0].pk).update(retraction_status="retracted", retraction_on=date(2026, 5, 3))
    address = f"/evidence/{studies[0].slug}/"
    english = client.get(address, headers={"Accept": media_type})
    client.cookies["look"] = "language-de"
    assert 'lang="de"' in client.get(address).content.decode()
    assert client.get(address, headers={"Accept": media_type}).content == english.content


def test_each_kind_at_one_address_has_a_tag_of_its_own(client, studies):
    for address, kinds in (("/evidence/", ACCEPTED), (f"/evidence/{studies[0].slug}/", KINDS)):
        tags = {client.get(address, headers={"Accept": media_type})["ETag"] for media_type in kinds}
        assert len(tags) == len(kinds)


@pytest.mark.parametrize("media_type", ACCEPTED)
def test_page_of_a_study_answers_with_the_format_that_is_asked_for(client, studies, media_type):
    response = client.get(f"/evidence/{studies[0].slug}/", headers={"Accept": f"{media_type}, */*;q=0.1"})
    assert response["Content-Type"] == f"{media_type}; charset=utf-8"
    assert "Accept" in [each.strip() for each in response["Vary"].split(",")]
    assert response.content == client.get(f"/evidence/{studies[0].slug}.{ACCEPTED[media_type]}").content


def test_page_of_a_study_answers_with_plain_text(client, studies):
    response = client.get(f"/evidence/{studies[0].slug}/", headers={"Accept": "text/plain"})
    assert response.content == client.get(f"/evidence/{studies[0].slug}.txt").content


@pytest.mark.parametrize("media_type", ACCEPTED)
def test_list_answers_with_the_format_that_is_asked_for(client, studies, media_type):
    response = client.get("/evidence/?q=rest", headers={"Accept": media_type})
    assert response["Content-Type"] == f"{media_type}; charset=utf-8"
    assert body(response) == body(client.get(f"/evidence.{ACCEPTED[media_type]}?q=rest"))


@pytest.mark.parametrize(
    "accept", ["", "*/*", "text/html", "text/html,application/xml;q=0.9,*/*;q=0.8", "image/png", "a b;;;"]
)
def test_page_is_what_everybody_else_gets(client, studies, accept):
    for address in ("/evidence/", f"/evidence/{studies[0].slug}/"):
        response = client.get(address, headers={"Accept": accept})
        assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "Accept" in [each.strip() for each in response["Vary"].split(",")]


OFFERED = ["text/html", "application/json", "text/csv"]


@pytest.mark.parametrize(
    "accept, expected",
    [
        ("application/json", "application/json"),
        ("application/json;q=0.5, text/html;q=0.4", "application/json"),
        ("application/json;q=0.5, text/html", "text/html"),
        ("application/json, text/csv", "application/json"),
        ("application/*", "application/json"),
        ("text/*;q=0.9, text/html;q=0.1", "text/csv"),
        ("*/*, text/html;q=0", "application/json"),
        ("APPLICATION/JSON; charset=utf-8", "application/json"),
        ("application/json;q=nan, text/csv;q=0.001", "text/csv"),
        ("application/json;q=2", ""),
        ("image/webp", ""),
        ("text/html;q=0", ""),
        ("", "text/html"),
    ],
)
def test_weights_and_ranges_are_read_as_the_standard_says(accept, expected):
    assert preferred(accept, OFFERED) == expected


def test_columns_are_explained_on_a_page_and_in_a_file(client, studies):
    names = [column.name for column in COLUMNS]
    rows = list(csv.reader(io.StringIO(client.get("/data/columns.csv").content.decode(), newline="")))
    header = next(csv.reader(io.StringIO(body(client.get("/evidence.csv")), newline="")))
    page = client.get("/data/columns/").content.decode()
    assert rows[0] == ["column", "meaning", "licence"]
    assert [row[0] for row in rows[1:]] == header == re.findall(r"<code>([a-z_]+)</code>", page) == names


def links(html, words):
    """Name and address of each link in the line that begins with these words."""
    line = re.search(f"{words} (.*?)</p>", html, re.DOTALL)[1]
    return dict(reversed(pair) for pair in re.findall(r'<a href="(/evidence[^"]+)">([^<]+)</a>', line))


@pytest.mark.parametrize(
    "shown, query",
    [
        ("/evidence/?topic=immunology&q=%3Cb%3E", "?q=%3Cb%3E&amp;topic=immunology"),
        ("/topics/immunology/", "?topic=immunology"),
        ("/definitions/fukuda-1994/", "?definition=fukuda-1994"),
        ("/evidence/?page=1", "?"),
    ],
)
def test_list_leads_to_all_its_files(client, shown, query):
    published_study(**TEXTS, **CODED, title="About b", topics=["immunology"], pmid="7")
    found = links(client.get(shown).content.decode(), "Download this list:")
    assert list(found) == LINKS
    assert found["CSL-JSON"] == f"/evidence.csl.json{query}"
    for address in found.values():
        assert "About b" in body(client.get(address.replace("&amp;", "&")))


def test_links_to_the_files_weigh_little(client, studies):
    html = client.get("/evidence/?topic=immunology").content.decode()
    line = re.search(r"Download this list:(?: ?<a [^>]*>[^<]*</a>,?)+", html)[0]
    assert len(gzip.compress(html.encode())) - len(gzip.compress(html.replace(line, "").encode())) <= 300


def test_study_page_leads_to_its_files_and_three_styles(client, studies):
    with_number, without = (client.get(f"/evidence/{study.slug}/").content.decode() for study in studies[:2])
    words = "For reference managers and programs:"
    assert list(links(with_number, words)) == ["RIS", "BibTeX", "NBIB", "CSL-JSON", "CSV", "JSON"]
    assert list(links(without, words)) == ["RIS", "BibTeX", "CSL-JSON", "CSV", "JSON"]
    for address in links(with_number, words).values():
        assert client.get(address).status_code == 200
    assert re.findall("<h3[^>]*>([A-Za-z]+ style)</h3>", with_number) == [
        "Vancouver style",
        "APA style",
        "Harvard style",
    ]


@pytest.mark.parametrize("suffix", ["md", "txt"])
def test_text_file_is_not_sent_twice_and_may_be_read_by_any_site(client, suffix):
    study = published_study()
    path = f"/evidence/{study.slug}.{suffix}"
    answer = client.get(path)
    assert (answer["Access-Control-Allow-Origin"], answer["X-Robots-Tag"]) == ("*", "noindex")
    assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    published_study()
    assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 200
