"""Every form is sent from our own pages or not at all; nobody is led to another site; no host is believed."""

from urllib.parse import urlsplit

import pytest
from django.test import Client, override_settings
from django.urls import get_resolver, resolve

from atlas_site import one_time
from tests.security.matrix import rows
from tests.security.test_matrix import things, written  # noqa: F401 - a fixture
from tests.signing_in import sign_in
from tests.studies.factories import make_user
from tests.studies.test_admin_permissions import TABLE, target
from tests.studies.test_admin_permissions import world as record  # noqa: F401 - a fixture
from tests.test_sign_in import GIVE, LOGIN, PASSWORD, SET_UP, code_of, enrol, log_in

pytestmark = pytest.mark.django_db

# What takes a form without a token, and why nothing can come of it (the comments at the views say it too).
WITHOUT_TOKEN = {
    "preferences": "changes how pages look for this browser, and asks the browser where the form came from",
    "studies:reading_list": "shows what was sent, and stores nothing",
    "studies:oai": "answers a question of the protocol, for everybody the same",
    "studies:api_call": "refuses every form",
}
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "/%0d%0aLocation:https://evil.example",
    "/\r\nSet-Cookie: a=b",
]


# --- Forms of other sites ---------------------------------------------------------------------------------------------------


def test_views_without_a_token_are_the_ones_named_here():
    exempt = {name for name, view in views("", get_resolver().url_patterns) if getattr(view, "csrf_exempt", False)}
    assert exempt == set(WITHOUT_TOKEN)


def views(namespace, patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from views(inner, pattern.url_patterns)
        else:
            yield namespace + (pattern.name or ""), pattern.callback


def test_form_without_its_token_is_refused_at_every_address(things):  # noqa: F811
    client = sign_in(Client(enforce_csrf_checks=True, raise_request_exception=False), make_user("lead"))
    before = written()
    got = {name: client.post(path.format(**things)).status_code for name, (path, _, _) in rows().items()}
    assert {name for name, status in got.items() if status != 403} == set(WITHOUT_TOKEN)
    assert written() == before


def test_form_without_its_token_is_refused_at_every_address_of_the_record(record):  # noqa: F811
    client = sign_in(Client(enforce_csrf_checks=True), make_user("lead"))
    before = written()
    assert {client.post(target(record, name)[0], {"post": "yes"}).status_code for name in TABLE} == {403}
    assert written() == before


def test_token_of_one_browser_is_none_in_another():
    one, other = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    token = one.get(LOGIN).cookies["csrftoken"].value
    other.get(LOGIN)
    typed = {"username": "ada", "password": "x", "csrfmiddlewaretoken": token}
    assert [browser.post(LOGIN, typed).status_code for browser in (one, other)] == [200, 403]


def test_right_token_from_another_site_is_refused():
    client = Client(enforce_csrf_checks=True)
    typed = {"username": "ada", "password": "x", "csrfmiddlewaretoken": client.get(LOGIN).cookies["csrftoken"].value}
    for told in ({"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://testserver.evil.example"}):
        assert (told, client.post(LOGIN, typed, headers=told).status_code) == (told, 403)
    for told in ({}, {"referer": "https://evil.example/"}, {"referer": "https://testserver@evil.example/"}):
        assert (told, client.post(LOGIN, typed, secure=True, headers=told).status_code) == (told, 403)
    assert client.post(LOGIN, typed, headers={"origin": "http://testserver"}).status_code == 200


def test_method_cannot_be_smuggled_into_another(things):  # noqa: F811
    """No header or field turns a GET into a form, or a form into anything else."""
    client, before = sign_in(Client(), make_user("lead")), written()
    for address in ("contributions/contribution/{message}/spam/", "auth/user/{user}/reset-second-factor/"):
        path = "/admin/" + address.format(**things)
        client.get(f"{path}?_method=POST&post=yes", headers={"x-http-method-override": "POST", "x-method": "POST"})
    assert written() == before


# --- Being led elsewhere -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = make_user("moderator", username="ada")
    user.set_password(PASSWORD)
    user.save()
    return user


def is_ours(answer) -> bool:
    where = answer.headers.get("Location", "/")
    parts = urlsplit(where)
    return parts.netloc in {"", "testserver"} and where.startswith(("/", "http://testserver/")) and where[1:2] != "/"


@pytest.mark.parametrize("wanted", ELSEWHERE)
@pytest.mark.usefixtures("slowly")
def test_no_half_of_signing_in_leads_elsewhere(client, ada, wanted):
    answers = [client.get(LOGIN, {"next": wanted})]
    answers.append(client.post(LOGIN, {"username": "ada", "password": PASSWORD, "next": wanted}))
    answers += [client.get(address, {"next": wanted}) for address in (LOGIN, GIVE, SET_UP)]
    enrol(client, ada)
    late = Client()
    log_in(late)
    answers.append(late.get(GIVE, {"next": wanted}))
    answers.append(late.post(GIVE, {"code": code_of(ada, ahead=1), "next": wanted}))
    answers += [late.get(address, {"next": wanted}) for address in (LOGIN, GIVE)]
    answers.append(late.post("/admin/logout/", {"next": wanted}))
    assert [answer.headers.get("Location") for answer in answers if not is_ours(answer)] == []


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_public_page_leads_elsewhere(client, wanted):
    answers = [client.post("/preferences/", {"theme": "dim", "next": wanted})]
    answers.append(client.post("/preferences/", {"all": "yes", "next": wanted}))
    answers += [client.get("/preferences/", {name: wanted}) for name in ("next", "back")]
    answers += [client.get(f"/evidence/?next={wanted}"), client.post("/my-contribution/leave/", {"next": wanted})]
    assert [answer.headers.get("Location") for answer in answers if not is_ours(answer)] == []
    assert [answer for answer in answers if f'href="{wanted}"' in answer.content.decode()] == []


@pytest.mark.parametrize(
    "path", ["//evil.example/evidence", "//evil.example/%2f..", "/\\evil.example/evidence", "//evil.example"]
)
def test_missing_slash_is_added_on_this_site_alone(client, path):
    answer = client.get("/", PATH_INFO=path)  # given as a path; the test client takes // for a host
    assert (answer.status_code in {301, 404}, is_ours(answer)) == (True, True)


def test_one_time_link_opens_once_and_leads_to_the_admin_alone(client, settings):
    settings.LOCAL = True
    token = one_time.mint(username="lead", roles=["lead"])
    answer = client.post(f"/admin/once/{token}/?next=https://evil.example/", {"next": "https://evil.example/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
    assert Client().post(f"/admin/once/{token}/").status_code == 410


# --- The host that a request names -------------------------------------------------------------------------------------------

HOSTS = [
    "evil.example", "testserver.evil.example", "evil.example:80", "testserver:80@evil.example", "testserver:port",
    "test server", "testserver/evil", "testserver,evil.example", "[::1", "<script>", "",
]  # fmt: skip
PAGES = [
    "/", "/evidence/", "/robots.txt", "/sitemap.xml", "/feeds/new.atom", "/oai/?verb=Identify", "/opensearch.xml",
    "/llms.txt", "/api/v1/meta", "/api/v1/openapi.json", "/data/", "/admin/login/", "/contribute/", "/none/",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_unknown_host_is_refused_and_not_repeated(host):
    client = Client(raise_request_exception=False)
    for path in ("/", "/admin/login/", "/sitemap.xml", "/evidence"):
        answer = client.get(path, headers={"host": host})
        told = answer.content.decode() + str(answer.headers)
        assert (path, answer.status_code, bool(host) and host in told) == (path, 400, False)


@pytest.mark.parametrize("path", PAGES)
def test_host_that_a_proxy_claims_is_not_believed(client, path):
    lies = {"x-forwarded-host": "evil.example", "x-host": "evil.example", "forwarded": "host=evil.example"}
    lies |= {"x-original-url": "/admin/", "x-rewrite-url": "/admin/", "x-forwarded-port": "666"}
    plain, lied = client.get(path), client.get(path, headers=lies)
    told = lied.content.decode() + str(lied.headers)
    assert (lied.status_code, "evil.example" in told, ":666" in told) == (plain.status_code, False, False)


@pytest.mark.parametrize("path", [page for page in PAGES if page != "/admin/login/"])
def test_addresses_in_answers_are_those_of_the_setting_and_not_of_the_request(path):
    """Else a cache would keep what the first host of several was told."""
    with override_settings(ATLAS_URL="https://atlas.example.org"):
        told = Client().get(path, headers={"host": "127.0.0.1"})
    assert "127.0.0.1" not in told.content.decode() + str(told.headers)


# --- What proxies say --------------------------------------------------------------------------------------------------------


def test_https_is_believed_of_a_trusted_proxy_alone(client):
    claim = {"x-forwarded-proto": "https"}
    with override_settings(SECURE_SSL_REDIRECT=True):
        assert client.get("/about/", headers=claim).status_code == 301
        with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
            assert client.get("/about/", headers=claim).status_code == 200
            assert client.get("/about/", headers={"x-forwarded-proto": "http"}).status_code == 301


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize(("proxies", "forwarded"), [(0, "203.0.113.{}"), (1, "203.0.113.{}, 198.51.100.7")])
def test_nobody_escapes_a_limit_by_making_up_senders(client, settings, proxies, forwarded):
    """Without proxies the header says nothing; behind one proxy only what it added itself counts."""
    settings.ATLAS_TRUSTED_PROXIES = proxies
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    statuses = [
        client.post(
            LOGIN,
            {"username": f"name-{number}", "password": "x"},
            headers={"x-forwarded-for": forwarded.format(number)},
        ).status_code
        for number in range(11)
    ]
    assert statuses == [200] * 10 + [429]


def test_catch_all_of_the_admin_tells_strangers_nothing(client):
    for path in ("/admin/nothing/", "/admin/studies/nothing/", "/admin/studies/study/1/nothing/", "/admin/auth"):
        assert client.get(path).headers["Location"].startswith((LOGIN, f"{path}/"))
    assert resolve("/admin/nothing/").url_name is None
