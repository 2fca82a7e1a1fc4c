"""A study full of traps, written out in every format: strict readers find one study, and no trap went off."""

import csv
import email.policy
import io
import json
import re
from html.parser import HTMLParser

import pytest
import yaml
from defusedxml import ElementTree
from django.core.mail import EmailMessage, send_mail
from django.test import Client
from django.urls import resolve

from atlas_site.caching.views import KEPT
from studies.feeds import register
from studies.formats.readers import bibtex, csl, nbib, ris
from tests.formats.files import papers, read_all
from tests.security.hostile import DIRECTION, MARKUP, SLUG, hostile_study
from tests.signing_in import sign_in
from tests.studies.factories import make_user
from tests.studies.test_integrity import set_by_hand

pytestmark = pytest.mark.django_db
PAGE = f"/evidence/{SLUG}/"
PAGES = [
    "/", "/evidence/", "/evidence/?q=hyperlink", PAGE, f"{PAGE}history/", f"{PAGE}v/1/", "/changes/", "/topics/sleep/",
    "/definitions/fukuda-1994/", "/map/", "/retractions/", f"/contribute/{SLUG}/", f"{PAGE}?print=one-page",
    f"{PAGE}?part=abstract",
    "/evidence/?q=%3Cscript%3Ealert(1)%3C/script%3E&topic=%22onload%3Dalert(1)&sort=%3Cb%3E&page=%3Ci%3E",
    "/feeds/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/nowhere/%3Cscript%3Ealert(1)%3C/script%3E/",
    "/reading-list/?studies=%3Cscript%3E", "/preferences/?next=javascript:alert(1)",
]  # fmt: skip
STAFF_PAGES = ["/admin/studies/study/", "/admin/studies/study/{pk}/change/", "/admin/studies/study/?q=%3Cscript%3E"]
# Views whose pages are kept and that show no text of a study.
WITHOUT_STUDIES = {
    "studies:difference", "studies:definitions", "studies:pem", "studies:topics", "studies:guides", "studies:guide",
    "studies:start", "studies:start_path", "studies:glossary", "studies:questions", "studies:columns", "studies:feeds",
    "studies:api", "studies:about", "studies:policy",
}  # fmt: skip


class Traps(HTMLParser):
    """What a browser would run or fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.sprung: list[str] = []
        self.data: list[str] = []
        self._in_data = False

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if any(name.startswith("on") for name in named):
            self.sprung.append(f"{tag} {named}")
        address = (named.get("href") or named.get("src") or named.get("action") or "").strip().lower()
        if address.startswith(("javascript:", "data:text", "vbscript:")) or (
            tag == "img" and "evil.example" in address
        ):
            self.sprung.append(f"{tag} {address}")
        if tag == "script":
            self._in_data = named.get("type") == "application/ld+json"
            if not self._in_data and "src" not in named:
                self.sprung.append("a script in the page")
        if tag in {"iframe", "object", "embed", "base", "style"} and "/admin/" not in address:
            self.sprung.append(tag)

    def handle_data(self, data):
        if self._in_data:
            self.data.append(data)

    def handle_endtag(self, tag):
        self._in_data = self._in_data and tag != "script"


def traps_in(page: str) -> Traps:
    found = Traps()
    found.feed(page)
    found.close()
    return found


@pytest.fixture
def study():
    return hostile_study()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_runs_what_a_text_says(study, path):
    answer = Client().get(path)
    assert answer.status_code == (404 if path.startswith("/nowhere/") else 200)
    page = answer.content.decode()
    found = traps_in(page)
    assert (found.sprung, "<script>alert" in page, "onerror=alert(2)>" in page) == ([], False, False)
    for data in found.data:
        assert json.loads(data)["@context"] == "https://schema.org"


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_no_staff_page_runs_what_a_text_says(study, path):
    staff = Client()
    sign_in(staff, make_user("lead"))
    answer = staff.get(path.format(pk=study.pk))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert (traps_in(page).sprung, "<script>alert" in page) == ([], False)


@pytest.mark.parametrize("path", PAGES)
def test_direction_of_a_text_ends_with_the_text(study, path):
    """An override of the direction of writing cannot turn the words of the page around it."""
    page = Client().get(path).content.decode()
    assert page.count("\u202e") + page.count("\u202d") <= page.count("\u202c")


READERS = {"ris": ris, "bib": bibtex, "nbib": nbib, "csl.json": csl}


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("place", [f"/evidence/{SLUG}", "/evidence"])
def test_file_of_references_holds_one_record(study, suffix, place):
    answer = Client().get(f"{place}.{suffix}")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    found = papers(read_all(READERS[suffix], content))
    assert (answer.status_code, len(found)) == (200, 1)
    assert "Forged" in found[0].record.title
    assert found[0].record.pmid == "1234567"


@pytest.mark.parametrize("path", [f"/evidence/{SLUG}.csv", "/evidence.csv", "/data/columns.csv"])
def test_no_cell_of_a_table_is_a_formula(study, path):
    answer = Client().get(path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    assert len({len(row) for row in rows if len(row) > 1}) == 1
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


XML = [
    f"/evidence/{SLUG}.mods", "/evidence.mods", "/sitemap.xml", "/opensearch.xml",
    *(f"/feeds/{name}.atom" for name in register.ALONE), "/feeds/topics/sleep.atom",
    "/oai/?verb=ListRecords&metadataPrefix=oai_dc", "/oai/?verb=ListRecords&metadataPrefix=mods",
    "/oai/?verb=%3Cscript%3E&%00=%1b", "/oai/?verb=GetRecord&identifier=%3C%00%0b%ED%A0%80&metadataPrefix=oai_dc",
    "/unapi", f"/unapi?id={SLUG}",
]  # fmt: skip


@pytest.mark.parametrize("path", XML)
def test_xml_is_well_formed_whatever_stands_in_it(study, path):
    answer = Client().get(path)
    if answer.status_code == 404:  # the list of feeds and formats belongs to their own tests
        pytest.fail(f"{path} is no address any more")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    root = ElementTree.fromstring(content, forbid_dtd=False)
    assert {child.tag.rpartition("}")[2] for child in root.iter()} & {"script", "img", "b"} == set()


@pytest.mark.parametrize(
    "path", ["/feeds/topics/sleep.json", f"/evidence/{SLUG}.json", "/api/v1/studies", f"/api/v1/studies/{SLUG}"]
)
def test_json_holds_the_texts_as_they_are(study, path):
    answer = Client().get(path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert "HYPERLINK" in json.dumps(json.loads(content))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "html" not in answer["Content-Type"]


def test_markdown_carries_no_markup_of_a_text(study):
    answer = Client().get(f"/evidence/{SLUG}.md")
    text = answer.content.decode()
    front = yaml.safe_load(text.split("---\n")[1]) if text.startswith("---\n") else {}
    assert isinstance(front, dict)
    body = text.split("---\n", 2)[-1] if front else text
    assert re.findall(r"(?<!\\)<(?:script|img|i|b)\b", body) == []
    assert re.findall(r"(?<!\\)\]\((?:javascript|https://evil)", body) == []
    assert re.findall(r"(?<!\\)!\[", body) == []


@pytest.mark.parametrize("path", [f"/evidence/{SLUG}.txt", "/llms.txt", "/robots.txt", f"{PAGE}timemap/"])
def test_plain_text_is_no_html_and_steers_no_terminal(study, path):
    answer = Client().get(path)
    assert (answer.status_code, "html" in answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200,
        False,
        "nosniff",
    )
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f\x9b]", answer.content.decode()) == []


def test_link_header_leads_nowhere_else(study):
    said = Client().get(PAGE)["Link"]
    targets = re.findall(r"<([^>]*)>", said)
    assert len(targets) == len(re.findall(r'<[^<>"\s]*>; rel="', said))
    assert [each for each in targets if not each.startswith(("http://testserver/", "https://"))] == []
    assert re.findall(r"[^ -~]", said) == []


# As they stand in a request, which has Latin letters alone; others come percent-encoded.
BREAKS = [
    "%C4%8A%C4%8DX-Forged: 1",
    "\r\nX-Forged: 1", "\nX-Forged: 1", "%0d%0aX-Forged:%201", "%0aSet-Cookie:%20a=b", "\x85X-Forged: 1",
]  # fmt: skip


@pytest.mark.parametrize("broken", BREAKS)
def test_no_header_takes_a_line_break_from_outside(study, broken):
    asked = [
        Client().get(f"/evidence/{SLUG}{broken}"), Client().get(f"/evidence{broken}"), Client().get(f"/evidence/?q={broken}"),
        Client().get(f"/evidence.ris?q={broken}"), Client().get(f"/preferences/?next={broken}"),
        Client().post("/preferences/", {"theme": f"dark{broken}", "next": f"/{broken}"}),
        Client().get(PAGE, headers={"if-none-match": f'"{broken}"', "if-modified-since": broken}),
        Client().get(f"{PAGE}timegate/", headers={"accept-datetime": broken}),
        Client().get(f"/unapi?id={broken}&format={broken}"),
        Client().get(PAGE, headers={"cookie": f"look=theme-dark{broken}"}), Client().get(f"/admin/login/?next=/{broken}"),
    ]  # fmt: skip
    for answer in asked:
        assert "X-Forged" not in answer.headers
        assert "a" not in answer.cookies
        assert re.findall(r"[\r\n]", "".join(f"{name}{value}" for name, value in answer.items())) == []
        assert answer.status_code < 500


@pytest.mark.parametrize("name", ["subject", "from_email", "to"])
def test_mail_takes_no_line_break_into_a_header(name):
    values = {"subject": "Hello", "body": "x", "from_email": "a@example.org", "to": ["b@example.org"]}
    bad = "b@example.org\nBcc: c@evil.example"
    message = EmailMessage(**values | {name: [bad] if name == "to" else bad})
    with pytest.raises(ValueError, match=r"newlines|Header"):
        message.message()


def test_mail_of_ours_is_plain_text(mailoutbox):
    send_mail("Word", DIRECTION, "a@example.org", ["b@example.org"])
    read = email.message_from_bytes(mailoutbox[0].message().as_bytes(), policy=email.policy.default)
    assert (read.get_content_type(), [part.get_content_type() for part in read.walk()]) == (
        "text/plain",
        ["text/plain"],
    )


def test_pages_here_cover_every_view_that_shows_studies():
    """The difference of two versions has a test of its own."""
    seen = {resolve(path.partition("?")[0]).view_name for path in PAGES if not path.startswith("/nowhere/")}
    assert sorted(KEPT - WITHOUT_STUDIES - seen) == []


def test_no_difference_of_two_versions_runs_what_a_text_says(study):
    set_by_hand(study, journal=f"Another {MARKUP}", pages="<script>alert(6)</script>")
    answer = Client().get(f"{PAGE}diff/1/2/")
    page = answer.content.decode()
    assert (answer.status_code, traps_in(page).sprung, "<script>alert" in page) == (200, [], False)
