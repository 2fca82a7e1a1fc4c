"""Nobody leaves something in the cache that another reader is given, nor gets out of it what is another's."""

import pytest
from django.test import Client

from atlas_site.caching import keeping, shared, words
from atlas_site.caching.questions import LONGEST_ADDRESS
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_user, published_study

pytestmark = pytest.mark.django_db
MARK = "evil.example"

# Headers that some proxy or framework takes for the address, the host, the method or the reader.
UNKEYED = {
    "X-Forwarded-Host": MARK, "X-Forwarded-Server": MARK, "X-Forwarded-For": MARK, "X-Forwarded-Port": "1337",
    "X-Forwarded-Prefix": f"/{MARK}", "X-Forwarded-Scheme": "nothttps", "Forwarded": f"host={MARK}", "X-Host": MARK,
    "X-Original-URL": f"/{MARK}/", "X-Rewrite-URL": f"/{MARK}/", "X-Original-Host": MARK, "X-HTTP-Host-Override": MARK,
    "X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "POST", "X-Method-Override": "POST", "Origin": f"https://{MARK}",
    "Referer": f"https://{MARK}/", "User-Agent": f"<script>{MARK}", "Accept-Language": "de", "Accept-Encoding": MARK,
    "Accept-Charset": MARK, "Range": "bytes=0-9", "If-Range": '"x"', "X-Requested-With": "XMLHttpRequest", "Via": MARK,
    "Accept-Datetime": "Thu, 31 May 2007 20:35:00 GMT", "Transfer-Encoding": "identity", "Cache-Control": "no-cache",
    "Pragma": "no-cache", "Max-Forwards": "0", "X-Csrftoken": MARK, "Content-Type": "application/json", "True-Client-Ip": MARK,
    "Expect": "100-continue", "Upgrade": "h2c", "X-WSGI-Script-Name": f"/{MARK}", "Purpose": "prefetch", "Save-Data": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def kept(settings):
    settings.ATLAS_PAGE_CACHE = True
    shared._away_until = 0.0
    keeping.forget()
    yield
    keeping.forget()


@pytest.fixture
def study():
    return published_study(**TEXTS, **CODED, slug="kept-2024-study")


def page_made_anew(settings, path: str, **headers) -> bytes:
    settings.ATLAS_PAGE_CACHE = False
    body = body_of(Client().get(path, **headers))
    settings.ATLAS_PAGE_CACHE = True
    return body


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("name", UNKEYED)
def test_header_without_a_part_in_the_key_leaves_no_trace(settings, study, name):
    path = study.get_absolute_url()
    expected = page_made_anew(settings, path)
    first = Client().get(path, headers={name: UNKEYED[name]})
    second = Client().get(path)
    assert (first.status_code, first.content) == (200, expected)
    assert (second[words.CACHE_HEADER], second.content) == (words.HIT, expected)
    assert MARK not in str(second.headers)


ACCEPTS = [
    "application/json", "text/csv", "text/plain", "text/html;q=0, */*", "text/html;q=0.1," + "x/y," * 200 + "text/plain",
    "text/html;q=0.1," + "x" * 600 + ",text/plain", "text/htmlx", "text/html;q=0", "text/html ;q=0.1, text/plain",
    "*/*;q=0.1, application/vnd.citationstyles.csl+json", "text/*", "TEXT/PLAIN", "text/html,,", "\t", ",", "text/markdown;q=2",
    "application/x-research-info-systems", "text/html;q=0.0001, text/plain", "text/html\n",
]  # fmt: skip


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("path", ["/evidence/kept-2024-study/", "/evidence/"])
def test_accept_header_gives_nobody_else_another_format(settings, study, accept, path):
    expected = page_made_anew(settings, path)
    own = page_made_anew(settings, path, HTTP_ACCEPT=accept)
    asked = [Client().get(path, HTTP_ACCEPT=accept) for _ in range(2)]
    plain = Client().get(path, HTTP_ACCEPT="text/html")
    assert (plain["Content-Type"], plain.content) == ("text/html; charset=utf-8", expected)
    assert [body_of(each) for each in asked] == [own, own]


CLOAKS = [
    "?q=blood;q=sleep", "?q=blood&q=sleep", "?q=sleep&q=blood", "?Q=blood", "?q=%62lood", "?q=bl%6fod&", "?&q=blood",
    "?q%00=blood",
    "?q[]=blood", "?q=blood%23", "?look=theme-dark", "?_method=POST", "?callback=x", "?q=blood&utm_source=x", "?page=1&page=2",
    "?page=%31", "?%70age=2", "?q=blood%26page=2", "?q=+blood", "?q=blood%20", "?;q=blood", "?q=blood\u00a0",
]  # fmt: skip


@pytest.mark.parametrize("query", CLOAKS)
def test_cloaked_parameter_is_its_own_page(settings, study, query):
    """Each spelling gets what it would get without a cache, and leaves the plain pages as they are."""
    paths = ["/evidence/" + query, "/evidence/", "/evidence/?q=blood"]
    expected = [page_made_anew(settings, path) for path in paths]
    for _ in range(2):
        assert [Client().get(path).content for path in paths] == expected


PATHS = [
    ".css", "/.css", "/x.css", "%2f.css", "%2e%2e/", "..%2f", ";x.css", ";.css/", "%00.css", "%0a.css", "%3f.css", "%23.css",
    "/./",
    "//", "/../", "%20", "./", "%c0%af", "\u200b", "/index.html", "%5c.css", "/?.css",
]  # fmt: skip


@pytest.mark.parametrize("end", PATHS)
def test_confused_path_is_no_page_that_is_kept(study, end):
    """A proxy that takes it for a style sheet must have nothing to keep: not found, or elsewhere, or the page itself in HTML."""
    for path in ("/evidence/kept-2024-study", "/my-contribution", "/contribute/kept-2024-study"):
        answer = Client().get(path + end)
        assert answer.status_code in {200, 301, 302, 400, 404, 410}
        if answer.status_code == 200:
            assert answer["Content-Type"] == "text/html; charset=utf-8"
            private = not path.startswith("/evidence")
            assert not private or "no-store" in answer["Cache-Control"]
        assert answer.get(words.CACHE_HEADER) != words.HIT


@pytest.mark.parametrize(
    "path", ["/my-contribution/", "/contribute/", "/reading-list/", "/admin/login/", "/preferences/"]
)
def test_private_page_is_never_kept(path):
    for _ in range(2):
        answer = Client().get(path)
        assert answer.status_code == 200
        assert answer[words.CACHE_HEADER] == words.PASS
        assert "public" not in answer.get("Cache-Control", "")
    assert keeping.all_kept() == []


def test_signed_in_reader_neither_leaves_nor_takes_a_page(study):
    path = study.get_absolute_url()
    staff = Client()
    sign_in(staff, make_user("lead"))
    answer = staff.get(path)
    assert (answer[words.CACHE_HEADER], "public" in answer["Cache-Control"]) == (words.PASS, False)
    assert keeping.all_kept() == []
    Client().get(path)
    assert staff.get(path)[words.CACHE_HEADER] == words.PASS


def test_invented_looks_take_no_room(study):
    path = study.get_absolute_url()
    for number in range(40):
        junk = Client(headers={"cookie": f"look=theme-x{number}.size-{number}.z{number}-1; other={number}"})
        assert junk.get(path).status_code == 200
    assert len(keeping.all_kept()) == 1


def test_order_and_repetition_in_a_look_take_no_room(study):
    path = study.get_absolute_url()
    for text in (
        "theme-dark.size-large",
        "size-large.theme-dark",
        "size-large.theme-dim.theme-dark",
        "theme-dark..size-large.x",
    ):
        Client(headers={"cookie": f"look={text}"}).get(path)
    assert len(keeping.all_kept()) == 1


def test_long_address_is_answered_and_not_kept(study):
    answer = Client().get("/evidence/?q=" + "a" * LONGEST_ADDRESS)
    assert (answer.status_code, answer[words.CACHE_HEADER]) == (200, words.PASS)
    assert keeping.all_kept() == []


def test_pages_with_queries_push_no_plain_page_out(settings, study):
    """An attacker who invents queries fills the part for queries alone."""
    settings.ATLAS_PAGE_CACHE_MEGABYTES = 1
    Client().get("/about/")
    for number in range(60):
        Client().get(f"/about/?{number}")
    assert Client().get("/about/")[words.CACHE_HEADER] == words.HIT
    assert sum(page.size for page in keeping.all_kept()) <= 1_000_000


def test_body_of_a_get_changes_nothing(settings, study):
    expected = page_made_anew(settings, "/evidence/")
    fat = Client().generic("GET", "/evidence/", "q=sleep&look=theme-dark", "application/x-www-form-urlencoded")
    assert (fat.status_code, fat.content, Client().get("/evidence/").content) == (200, expected, expected)


def test_head_leaves_no_empty_page(settings, study):
    path = study.get_absolute_url()
    expected = page_made_anew(settings, path)
    head = Client().head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert Client().get(path).content == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PURGE", "BAN", "FOO"])
def test_other_method_leaves_nothing(study, method):
    path = study.get_absolute_url()
    assert Client().generic(method, path, headers={"X-HTTP-Method-Override": "GET"}).status_code == 405
    assert keeping.all_kept() == []
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize(
    "host", [MARK, f"testserver.{MARK}", f"testserver@{MARK}", f"testserver:80@{MARK}", "", "a b", "[::1"]
)
def test_foreign_host_is_refused_and_leaves_nothing(study, host):
    answer = Client().get(study.get_absolute_url(), headers={"host": host})
    assert answer.status_code == 400
    assert keeping.all_kept() == []
    assert MARK not in answer.content.decode() + str(answer.headers)


def test_port_in_the_host_is_seen_by_nobody_else(settings, study):
    """The host is part of the key, so that an address written with another port stays with whoever asked for it."""
    path = study.get_absolute_url()
    expected = page_made_anew(settings, path)
    Client().get(path, headers={"host": "testserver:1337"})
    assert Client().get(path).content == expected


def test_not_found_and_redirects_are_not_kept(study):
    Client().get("/evidence/kept-2024-study")  # without its stroke: elsewhere
    Client().get("/evidence/nobody-2024-nothing/")
    Client().get("/evidence/?q=10.1000/nowhere")
    kept = [page.view for page in keeping.all_kept()]
    assert kept in ([], ["studies:evidence"])
