"""The headers that guard readers, on every kind of answer: pages, files, programs, redirects, errors, 304, probes."""

import pytest
from django.conf import settings as configured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from whitenoise.middleware import WhiteNoiseMiddleware

from atlas_site import headers
from studies import exporting
from tests.security.settings import started
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_user, published_study

pytestmark = pytest.mark.django_db
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}
OURS, EVERYBODYS = "same-origin", "cross-origin"


def guarded(answer) -> dict[str, str]:
    return {name: answer.headers.get(name) for name in ALWAYS}


@pytest.fixture
def reader():
    return Client(raise_request_exception=False)


@pytest.fixture
def slug():
    return published_study(**TEXTS, **CODED, pmid="12345678").slug


# What is asked for, the status, and who may embed the answer.
KINDS = {
    "home": ("/", 200, OURS),
    "study": ("/evidence/{slug}/", 200, OURS),
    "other language": ("/about/?lang=de", 200, OURS),
    "form": ("/contribute/", 200, OURS),
    "receipt": ("/my-contribution/", 200, OURS),
    "sign-in": ("/admin/login/", 200, OURS),
    "missing slash": ("/evidence", 301, OURS),
    "not signed in": ("/admin/", 302, OURS),
    "unknown address": ("/nothing/here/", 404, OURS),
    "unknown study": ("/evidence/none/", 404, OURS),
    "null byte": ("/evidence/%00/", 404, OURS),
    "API": ("/api/v1/studies", 200, EVERYBODYS),
    "API, nothing there": ("/api/v1/none", 404, EVERYBODYS),
    "RIS": ("/evidence/{slug}.ris", 200, EVERYBODYS),
    "CSV": ("/evidence.csv", 200, EVERYBODYS),
    "plain text": ("/evidence/{slug}.txt", 200, EVERYBODYS),
    "feed": ("/feeds/new.atom", 200, EVERYBODYS),
    "harvest": ("/oai/?verb=Identify", 200, OURS),
    "robots": ("/robots.txt", 200, OURS),
    "sitemap": ("/sitemap.xml", 200, OURS),
    "search description": ("/opensearch.xml", 200, OURS),
    "probe": ("/healthz", 200, OURS),
    "readiness": ("/readyz", 200, OURS),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_is_guarded(reader, slug, kind):
    address, status, embedding = KINDS[kind]
    answer = reader.get(address.format(slug=slug))
    assert (answer.status_code, answer.headers["Cross-Origin-Resource-Policy"]) == (status, embedding)
    assert guarded(answer) == ALWAYS


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_says_what_it_is_and_in_which_letters(reader, slug, kind):
    answer = reader.get(KINDS[kind][0].format(slug=slug))
    media, _, letters = answer.headers["Content-Type"].partition(";")
    is_text = media.startswith("text/") or media.endswith("xml")
    assert (is_text, letters.strip()) in {(True, "charset=utf-8"), (False, ""), (False, "charset=utf-8")} or (
        media.endswith("xml") and answer.content.lstrip().lower().startswith(b'<?xml version="1.0" encoding="utf-8"')
    )


@pytest.mark.parametrize("suffix", sorted(exporting.FORMATS))
def test_files_of_every_format_are_guarded_and_are_no_pages(reader, slug, suffix):
    answer = reader.get(f"/evidence/{slug}.{suffix}")
    assert (answer.status_code, guarded(answer)) == (200, ALWAYS)
    assert "html" not in answer.headers["Content-Type"]


def test_wrong_host_is_guarded(reader):
    answer = reader.get("/", headers={"host": "evil.example"})
    assert (answer.status_code, guarded(answer)) == (400, ALWAYS)


def test_redirect_to_https_is_guarded(reader):
    with override_settings(SECURE_SSL_REDIRECT=True):
        answer = reader.get("/evidence/")
    assert (answer.status_code, guarded(answer)) == (301, ALWAYS)


def test_lost_form_protection_is_guarded():
    strict = Client(enforce_csrf_checks=True)
    for address in ("/contribute/", "/my-contribution/", "/my-contribution/add/", "/admin/login/"):
        answer = strict.post(address, {"text": "Hello", "words": "a b c d e f"})
        assert (address, answer.status_code, guarded(answer)) == (address, 403, ALWAYS)


def test_refused_method_is_guarded(reader):
    for address in ("/evidence/", "/robots.txt"):
        answer = reader.put(address)
        assert (answer.status_code, guarded(answer)) == (405, ALWAYS)


def test_too_large_form_keeps_its_text_and_is_guarded(reader, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    answer = reader.post("/contribute/", "text=" + "x" * 2_000, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, guarded(answer)) == (413, ALWAYS)


def test_not_modified_is_guarded(reader):
    tag = reader.get("/api/v1/meta").headers["ETag"]
    answer = reader.get("/api/v1/meta", headers={"if-none-match": tag})
    assert (answer.status_code, guarded(answer)) == (304, ALWAYS)


def test_fault_of_ours_is_guarded(reader, monkeypatch):
    monkeypatch.setattr("studies.models.PublicState.objects", None)
    answer = reader.get("/about/")
    assert (answer.status_code, guarded(answer)) == (500, ALWAYS)


def test_preflight_is_guarded(reader):
    answer = reader.options("/api/v1/studies", headers={"origin": "https://elsewhere.example"})
    assert (answer.status_code, guarded(answer)) == (204, ALWAYS)


def test_metrics_without_a_token_are_guarded(reader, settings):
    settings.ATLAS_METRICS_TOKEN = "a long random word for tests"
    answer = reader.get("/metrics")
    assert (answer.status_code, guarded(answer)) == (401, ALWAYS)


def test_staff_pages_and_refusals_are_guarded(reader):
    sign_in(reader, make_user("triage"))
    for address, status in (
        ("/admin/", 200),
        ("/admin/auth/user/", 403),
        ("/admin/contributions/contribution/9/change/", 404),
    ):
        answer = reader.get(address)
        assert (answer.status_code, guarded(answer)) == (status, ALWAYS)


def test_static_files_are_guarded(tmp_path):
    (tmp_path / "site.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    with override_settings(STATIC_ROOT=tmp_path):
        served = headers.HeadersMiddleware(WhiteNoiseMiddleware(lambda request: None))
        answer = served(RequestFactory().get("/static/site.svg"))
    answer.close()
    assert (answer.status_code, guarded(answer)) == (200, ALWAYS)


def test_what_a_view_says_itself_stays():
    def view(request):
        return HttpResponse(headers={"Referrer-Policy": "no-referrer"})

    answer = headers.HeadersMiddleware(view)(HttpRequest())
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_nonce_is_in_the_policy_only_where_a_page_asked_for_it_and_never_twice():
    def asking(request):
        return HttpResponse(str(request.csp_nonce))

    policies = []
    for _ in range(2):
        answer = headers.HeadersMiddleware(asking)(HttpRequest())
        nonce = answer.content.decode()
        assert (len(nonce) >= 20, answer.headers["Content-Security-Policy"].count(f"'nonce-{nonce}'")) == (True, 1)
        policies.append(answer.headers["Content-Security-Policy"])
    assert len(set(policies)) == 2


def test_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    words = {word for sources in configured.SECURE_CSP.values() for word in sources}
    assert words == {"'none'", "'self'", "data:"}
    assert [name for name, sources in configured.SECURE_CSP.items() if "data:" in sources] == ["img-src"]


def test_only_public_data_is_open_to_other_sites(reader, slug):
    """Nothing of contributors or staff may be read by a page of another site, whatever its Origin says."""
    sign_in(reader, make_user("lead"))
    told = {"origin": "https://evil.example"}
    private = ["/contribute/", "/my-contribution/", "/admin/", reverse("admin:my_settings"), "/reading-list/"]
    shared = {
        address: reader.get(address, headers=told).headers.get("Access-Control-Allow-Origin") for address in private
    }
    assert set(shared.values()) == {None}
    open_to_all = reader.get("/api/v1/studies", headers=told)
    assert open_to_all.headers["Access-Control-Allow-Origin"] == "*"
    assert open_to_all.headers.get("Access-Control-Allow-Credentials") is None


# --- With HTTPS, as on a server ---------------------------------------------------------------------------------------------


def test_answers_over_https_say_to_stay_with_it(client):
    with override_settings(
        SECURE_HSTS_SECONDS=31_536_000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True, SECURE_HSTS_PRELOAD=True
    ):
        answers = [client.get(address, secure=True) for address in ("/", "/none/", "/api/v1/meta")]
    assert {each.headers["Strict-Transport-Security"] for each in answers} == {
        "max-age=31536000; includeSubDomains; preload"
    }


def test_settings_of_a_server_with_https():
    assert started(ATLAS_URL="https://atlas.example.org") == {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_DOMAIN": None,
        "CSRF_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SESSION_COOKIE_AGE": 43_200,
        "CSRF_COOKIE_AGE": None,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_PROXY_SSL_HEADER": None,
        "ATLAS_TRUSTED_PROXIES": 0,
        "USE_X_FORWARDED_HOST": False,
        "USE_X_FORWARDED_PORT": False,
        "DEBUG": False,
    }
