"""What a stranger learns from a page of an error, where DEBUG is off: that something went wrong, and nothing else."""

import pytest
from django.conf import settings as configured
from django.db import OperationalError, connection
from django.test import Client, override_settings

from tests.signing_in import sign_in
from tests.studies.factories import make_user

pytestmark = pytest.mark.django_db
TYPED = "a-word-that-somebody-typed"
TELLTALES = [
    "Traceback", "Exception", "Error at", "django", "Django", "gunicorn", "python", "site-packages", ".py", "SELECT ",
    "sqlite", "psycopg", "postgres", str(configured.BASE_DIR), configured.SECRET_KEY, "KeyError", "ValueError",
]  # fmt: skip


@pytest.fixture
def stranger():
    return Client(raise_request_exception=False)


def telltales(answer) -> list[str]:
    told = answer.content.decode() + str(answer.headers)
    return [word for word in TELLTALES if word in told]


@override_settings(ROOT_URLCONF="tests.canary.failing")
@pytest.mark.parametrize(
    ("kind", "status"), [("fail", 500), ("fail_in_template", 500), ("suspect", 400), ("unreadable", 500)]
)
def test_fault_of_any_kind_tells_nothing(stranger, kind, status):
    answer = stranger.post(f"/public/{kind}/", {"text": f"{TYPED} é"})
    assert (answer.status_code, telltales(answer), TYPED in answer.content.decode()) == (status, [], False)


@pytest.mark.parametrize(
    ("method", "address", "told", "status"),
    [
        ("get", f"/{TYPED}/", {}, 404),
        ("get", f"/evidence/{TYPED}/", {}, 404),
        ("get", f"/api/v1/{TYPED}", {}, 404),
        ("get", "/api/v1/studies?limit=nonsense", {}, 422),
        ("get", "/", {"host": f"{TYPED}.example"}, 400),
        ("put", "/evidence/", {}, 405),
        ("get", "/evidence/%ff%fe/", {}, 404),
        ("get", f"/data/../../{TYPED}", {}, 404),
        ("get", "/data/x/..%2f..%2fsecret", {}, 404),
        ("get", f"/oai/?verb={TYPED}", {}, 200),
        ("get", f"/unapi?id={TYPED}", {}, 404),
        ("get", f"/admin/{TYPED}", {}, 302),
    ],
)
def test_refusal_of_any_kind_tells_nothing(stranger, method, address, told, status):
    answer = getattr(stranger, method)(address, headers=told)
    assert (answer.status_code, telltales(answer)) == (status, [])


def test_missing_database_tells_nothing(stranger, monkeypatch):
    def gone(*args, **options):
        raise OperationalError("connection to server at 10.0.0.5, port 5432 failed: password of atlas")

    monkeypatch.setattr(connection, "cursor", gone)
    answer = stranger.get("/about/")
    assert (answer.status_code, telltales(answer), "10.0.0.5" in answer.content.decode()) == (503, [], False)


def test_refusal_for_staff_tells_nothing(stranger):
    sign_in(stranger, make_user("triage"))
    for address, status in (("/admin/auth/user/1/change/", 403), (f"/admin/contributions/contribution/{TYPED}/", 404)):
        answer = stranger.get(address)
        assert (answer.status_code, set(telltales(answer)) - {"django"}) == (status, set())


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config", "/.env", "/local.env", "/atlas.sqlite3", "/var/atlas.sqlite3", "/manage.py", "/requirements/run.txt",
        "/.DS_Store", "/static/", "/static/../manage.py", "/static/..%2f..%2fmanage.py", "/backups/", "/server-status",
        "/admin.php", "/debug/", "/__debug__/", "/metrics", "/data/none/", "/.well-known/", "/erasures.log",
    ],
)  # fmt: skip
def test_nothing_lies_about_that_is_no_page(stranger, path):
    """No folder is listed, and neither settings, database, program nor backup is at an address."""
    assert stranger.get(path).status_code == 404


def test_versions_of_what_runs_here_are_in_no_answer(stranger):
    for address in ("/", "/none/", "/api/v1/meta", "/healthz", "/admin/login/"):
        answer = stranger.get(address)
        assert (address, {"Server", "X-Powered-By", "Via"} & set(answer.headers)) == (address, set())
