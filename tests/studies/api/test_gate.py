"""The way in: methods, what may be kept, who may ask from where and how often, and faults as problems."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError
from django.test import Client

from studies.api import contract, gate
from studies.api.problems import KINDS
from studies.models import CaseDefinition
from studies.public_state import move_counter
from tests.studies.api.asking import ask, page
from tests.studies.api.conftest import ROOT
from tests.studies.factories import published_study

pytestmark = pytest.mark.django_db
PATHS = ["studies", "facets", "definitions", "topics", "changes", "meta", "openapi.json"]
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset",
    "Vary": "Accept-Encoding",
}


@pytest.mark.parametrize("path", PATHS)
def test_answer_may_be_kept_by_all_and_names_its_state(path):
    answer = ask(path)
    kept = {name: answer.headers[name] for name in ("Cache-Control", *OPEN)}
    assert kept == {"Cache-Control": "public, max-age=60", **OPEN}
    assert answer.response.cookies == {}
    assert answer.headers["Content-Type"] == "application/json"
    same = ask(path, if_none_match=answer.headers["ETag"])
    assert (same.status, same.data, same.headers["ETag"]) == (304, None, answer.headers["ETag"])


def test_same_answer_is_not_built_again(django_assert_num_queries):
    tag = ask("studies").headers["ETag"]
    with django_assert_num_queries(1):
        assert ask("studies", if_none_match=f'"other", {tag}').status == 304


def test_public_write_gives_another_tag():
    before = {path: ask(path).headers["ETag"] for path in PATHS}
    published_study()
    after = {path: ask(path, if_none_match=tag) for path, tag in before.items()}
    assert {answer.status for answer in after.values()} == {200}
    CaseDefinition.objects.filter(slug="fukuda-1994").update(name="Fukuda, renamed")
    move_counter()
    assert ask("definitions", if_none_match=after["definitions"].headers["ETag"]).status == 200


def test_queries_have_tags_of_their_own():
    tags = {ask(path).headers["ETag"] for path in ("studies", "studies?limit=1", "studies?limit=2", "facets")}
    assert len(tags) == 4


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_only_reading_is_possible(method):
    response = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/studies")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response.json()["type"].endswith("#problem-method")


def test_head_is_get_without_a_body():
    full = Client().get("/api/v1/definitions")
    head = Client().head("/api/v1/definitions")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == full.headers["ETag"]


def test_pages_of_other_sites_may_ask():
    response = Client().options(
        "/api/v1/studies", headers={"origin": "https://other.example.org", "access-control-request-method": "GET"}
    )
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/json", 200),
        ("application/*;q=0.1", 200),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("application/problem+json", 200),
        ("text/html", 406),
        ("application/xml, text/csv", 406),
        ("application/json;q=0", 406),
        ("*/*; q=0.000", 406),
    ],
)
def test_json_is_all_there_is(accept, status):
    assert ask("meta", accept=accept).status == status


def test_limits_are_counted_and_told(settings, slowly):
    settings.ATLAS_API_PER_MINUTE, settings.ATLAS_API_PER_HOUR = 2, 10
    told = [ask("studies").headers for _ in range(2)]
    assert [headers["RateLimit-Remaining"] for headers in told] == ["1", "0"]
    assert {headers["RateLimit-Limit"] for headers in told} == {"2"}
    refused = ask("facets")
    assert (refused.status, refused["type"].rpartition("#")[2]) == (429, "problem-too-many")
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert ask("meta").headers["RateLimit-Limit"] == "10"


def test_limits_hold_for_answers_that_did_not_change(settings, slowly):
    settings.ATLAS_API_PER_HOUR = 1
    tag = ask("meta").headers["ETag"]
    assert ask("meta", if_none_match=tag).status == 429


def test_no_limit_is_told_where_there_is_none(settings):
    settings.ATLAS_API_PER_MINUTE = settings.ATLAS_API_PER_HOUR = 0
    assert not [name for name in ask("studies").headers if name.startswith("RateLimit")]


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [(ValueError("A word that was typed"), 500, "fault"), (OperationalError("gone"), 503, "busy")],
)
def test_fault_of_ours_is_a_problem_without_what_was_sent(fault, status, kind, monkeypatch):
    def failing(*_):
        raise fault

    monkeypatch.setattr(gate.freshness, "tag", failing)
    answer = ask("studies?q=secret")
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer["type"].endswith(f"#problem-{kind}")
    assert "typed" not in json.dumps(answer.data)
    assert "secret" not in json.dumps(answer.data)


def test_fault_inside_a_call_is_the_same_problem(monkeypatch):
    monkeypatch.setattr("studies.api.calls.about.version", lambda: 1 // 0)
    assert (ask("meta").status, ask("meta")["type"].rpartition("#")[2]) == (500, "problem-fault")


def test_problem_is_kept_by_nobody_and_open_to_all():
    answer = ask("nothing")
    assert {name: answer.headers[name] for name in ("Cache-Control", *OPEN)} == {"Cache-Control": "no-store", **OPEN}
    assert "ETag" not in answer.headers
    assert answer.data == {
        "type": f"http://testserver{page()}#problem-not-found",
        "title": "Nothing is here",
        "status": 404,
        "detail": "No study, version, list or identifier of the atlas fits the address.",
    }


def test_kinds_of_problems_are_permanent():
    assert {kind.slug: kind.status for kind in KINDS} == {
        "unreadable": 400, "not-found": 404, "unknown-cursor": 404, "method": 405, "not-acceptable": 406, "withdrawn": 410,
        "wrong-parameter": 422, "too-many": 429, "fault": 500, "busy": 503,
    }  # fmt: skip


LONG = "x" * 10_240


@pytest.mark.parametrize(
    ("path", "status", "names"),
    [
        ("studies?limit=0", 422, ["limit"]),
        ("studies?limit=101", 422, ["limit"]),
        ("studies?limit=", 422, ["limit"]),
        ("studies?limit=1_0", 422, ["limit"]),
        ("studies?limit=%2B5", 422, ["limit"]),
        ("studies?limit=5&limit=6", 422, ["limit"]),
        (f"studies?limit={2**64}", 422, ["limit"]),
        ("studies?year_from=12", 422, ["year_from"]),
        ("studies?year_from=٢٠٢٠", 422, ["year_from"]),
        ("studies?year_to=99999999999999999999", 422, ["year_to"]),
        ("studies?pem=needed", 422, ["pem"]),
        ("studies?pem=required&pem=", 422, ["pem"]),
        ("studies?design=x&level=E9", 422, ["design", "level"]),
        ("studies?definition=no-such-definition", 422, ["definition"]),
        ("facets?topic=no-such-topic", 422, ["topic"]),
        ("studies?definition=%00", 422, ["definition"]),
        ("studies?sort=best", 422, ["sort"]),
        ("studies?sort=", 422, ["sort"]),
        ("studies?synonyms=no", 422, ["synonyms"]),
        ("studies?fields=", 422, ["fields"]),
        ("studies?fields=abstract", 422, ["fields"]),
        ("studies?fields=title,title", 422, ["fields"]),
        ("studies?fields=title, pem", 422, ["fields"]),
        ("studies?page=2", 422, ["page"]),
        ("studies?%3Cb%3E=2", 422, ["?"]),
        (f"studies?q={LONG}", 422, ["q"]),
        (f"studies?{LONG}=1", 422, ["?"]),
        ("facets?limit=5", 422, ["limit"]),
        ("lookup", 422, ["id"]),
        (f"lookup?id={LONG}", 422, ["id"]),
        ("changes?since=-1", 422, ["since"]),
        (f"changes?since={2**63}", 422, ["since"]),
        ("changes?since=x", 422, ["since"]),
        ("meta?x=1", 422, ["x"]),
        ("definitions?sort=name", 422, ["sort"]),
        ("studies?" + "&".join(["pem=required"] * 101), 422, ["pem"]),
        ("studies?" + "&".join(f"a{n}=1" for n in range(6_001)), 400, []),
        ("lookup?id=%00", 404, []),
        ("lookup?id=10.1000/nowhere", 404, []),
        ("studies/%00", 404, []),
        ("studies/no-such-study", 404, []),
        ("studies/no-such-study/revisions", 404, []),
        (f"studies/x/revisions/{2**70}", 404, []),
        ("studies/", 404, []),
        ("definitions/ccc-2003/", 404, []),
        ("definitions/%ff", 404, []),
    ],
)
def test_bad_input_is_named_and_never_a_fault(path, status, names):
    answer = ask(path)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert [each["name"] for each in answer.data.get("parameters", [])] == names


@pytest.mark.parametrize(
    "q",
    ["%00", "%07%1b", "%ff%fe", "'; drop table studies;--", '"', "-", "*" * 400, "%F0%9F%98%80", "((", "a%20OR%20b"],
)
def test_any_words_are_a_query(q):
    assert ask(f"studies?q={q}&limit=1").status == 200


def test_cookies_are_neither_read_nor_set():
    client = Client()
    client.cookies["look"] = "language-de.theme-dark"
    answer = client.get("/api/v1/studies?year_from=2020&year_to=2010")
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.json()["notices"] == ["The first year was after the last. They were swapped."]


def test_schemas_are_loaded_by_the_first_program_that_asks():
    """They take half a second and 20 MB, which a reader of pages should not wait for or pay for."""
    code = (
        "import sys, django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns; "
        "loaded = lambda: [name for name in ('ninja', 'pydantic') if name in sys.modules]; print(loaded()); "
        "from studies.api.gate import routes; routes(); print(loaded())"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "atlas_site.settings", "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines() == ["[]", "['ninja', 'pydantic']"]


def test_first_programs_at_once_get_the_same_calls():
    gate._routes.cache_clear()
    contract.contract.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: gate.routes(), range(8)))
    assert len(set(map(id, found))) == 1
