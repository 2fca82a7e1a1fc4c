"""Answers before Django: the same as behind it, never older than the database, and one page for many who ask at once."""

import logging
import sys
import threading
from io import BytesIO
from pathlib import Path

import pytest
from django.core.signals import request_started
from django.db import connection
from django.test import Client

from atlas_site.caching import keeping, moments, shared, words
from atlas_site.caching.first import KeptFirst
from atlas_site.caching.shelf import OWN
from atlas_site.watching import figures, measuring
from studies.models import PublicState
from studies.public_state import move_counter
from studies.search.index import public_moment
from tests.caching import counted_urls
from tests.clock import PATIENCE
from tests.studies.factories import CODED, TEXTS, published_study
from tests.studies.pages import change

pytestmark = pytest.mark.usefixtures("committing")
MANY = 12


class Asked:
    """What a server asks of the application, and what it is told."""

    def __init__(self, path: str, method: str = "GET", **headers: str) -> None:
        from django.core.handlers.wsgi import WSGIHandler

        path, _, query = path.partition("?")
        named = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "HTTP_HOST": "testserver", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), **named,
        }  # fmt: skip
        body = KeptFirst(WSGIHandler())(environ, self._start)
        self.body = b"".join(body)
        if close := getattr(body, "close", None):
            close()

    def _start(self, status: str, headers: list[tuple[str, str]], *more: object) -> None:
        self.status, self.head = int(status.split()[0]), dict(headers)

    @property
    def how(self) -> str:
        return self.head[words.CACHE_HEADER]


@pytest.fixture
def behind():
    """How many requests went to Django."""
    seen: list[str] = []

    def note(environ: dict[str, str], **kwargs: object) -> None:
        seen.append(environ["PATH_INFO"])

    request_started.connect(note, weak=False)
    yield seen
    request_started.disconnect(note)


@pytest.fixture
def study(settings, monkeypatch):
    # A server keeps its connections. In the dictionaries themselves, which `settings` would not put back.
    for held in (settings.DATABASES["default"], connection.settings_dict):
        monkeypatch.setitem(held, "CONN_MAX_AGE", None)
    return published_study(**TEXTS, **CODED)


def test_second_answer_comes_before_django_with_every_header(study, behind):
    path = study.get_absolute_url()
    first, second, known = Asked(path), Asked(path), Asked(path, if_none_match=Asked(path).head["ETag"])
    assert (first.how, second.how, known.status, behind) == (words.MISS, words.HIT, 304, [path])
    assert second.body == first.body
    assert second.head == first.head | {words.CACHE_HEADER: words.HIT}
    kept = {"Content-Type", "Content-Length", "Link"}
    assert known.head == {name: value for name, value in second.head.items() if name not in kept}
    assert (known.body, Asked(path, method="HEAD").body) == (b"", b"")
    assert Asked(path, method="HEAD").head == second.head


def test_guards_of_the_site_stand_on_an_answer_before_django(study, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 3_600, True
    answers = [Asked("/pem/", x_forwarded_proto="https") for _ in range(2)]
    assert [answer.how for answer in answers] == [words.MISS, words.HIT]
    assert answers[1].head["Strict-Transport-Security"].startswith("max-age=3600")
    assert {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} <= answers[1].head.keys()
    assert Asked("/pem/", x_forwarded_proto="http").status == 301
    assert Asked("/pem/", host="evil.example", x_forwarded_proto="https").status == 400


def test_answer_before_django_is_never_older_than_the_database(study, behind):
    path = study.get_absolute_url()
    tags = set()
    for number in range(50, 55):
        change(study, patients=number)
        answers = [Asked(path) for _ in range(3)]
        assert [answer.how for answer in answers] == [words.MISS, words.HIT, words.HIT]
        assert all(f"{number}".encode() in answer.body for answer in answers)
        tags.add(answers[2].head["ETag"])
    assert len(tags) == len(behind) == 5


def test_state_of_a_restored_backup_is_another_one(study):
    """The counter comes to the same number again, with the same newest revision, and other words in between."""
    before = Asked("/topics/")
    PublicState.objects.update(counter=PublicState.objects.get().counter - 1)
    move_counter()
    after = Asked("/topics/", if_none_match=before.head["ETag"])
    assert (after.status, after.how) == (200, words.MISS)


def test_lost_connection_is_opened_anew(study, behind):
    path = study.get_absolute_url()
    Asked(path)
    connection.connection.close()  # as a server that was started anew does
    assert moments.quick_moment() is None
    assert (Asked(path).body, Asked(path).how) == (Asked(path).body, words.HIT)
    assert connection.connection is not None


@pytest.mark.parametrize("dates", ["ISO", "SQL, DMY", "German"])
def test_both_ways_of_asking_are_told_the_same(study, dates):
    """Else one page would have two tags; the administrator of PostgreSQL may have set how dates are written."""
    expected = (public_moment(), PublicState.objects.get().moved_at)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('datestyle', %s, false)", [dates])
    moment = moments.moment_now()
    assert moments.quick_moment() == (moment, "")
    assert (moment.state, moment.time()) == expected
    connection.close()


def test_state_of_an_empty_atlas_is_told_too(study):
    PublicState.objects.all().delete()
    assert moments.quick_moment() == (moments.moment_now(), "") == (moments.Moment(0, "", ""), "")


@pytest.mark.postgres
def test_statement_that_postgres_refuses_goes_the_ordinary_way(study):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', 'pg_catalog', false)")
    assert moments.quick_moment() is None
    assert connection.connection is None  # what the next request opens is as it should be
    assert [Asked("/pem/").how for _ in range(2)] == [words.MISS, words.HIT]


def test_connection_that_has_served_its_time_is_renewed_behind(study, behind):
    Asked("/pem/")
    connection.close_at = 0.0
    Asked("/pem/")
    assert behind == ["/pem/", "/pem/"]


def test_known_people_and_other_methods_go_to_django(study, behind):
    Asked("/pem/")
    for more in ({"cookie": "sessionid=x"}, {"authorization": "Bearer x"}, {"method": "POST"}, {"accept": "text/csv"}):
        assert Asked("/pem/", **more).how == words.PASS
    assert len(behind) == 5


def test_answers_before_django_are_counted_under_their_view(study, settings, tmp_path):
    settings.ATLAS_METRICS_TOKEN, settings.ATLAS_METRICS_DIR = "a word", tmp_path
    key = 'atlas_requests_total{view="studies:columns",method="GET",status="2xx"}'

    def count() -> float:
        found = [line for line in figures.lines() if line.startswith(key)]
        return float(found[0].rsplit(" ", 1)[1]) if found else 0.0

    before = count()
    for _ in range(4):
        Asked("/data/columns/")
    assert count() - before == 4
    assert measuring.counted() is not None


def test_one_page_is_made_for_many_who_ask_at_once(study, settings):
    settings.ROOT_URLCONF = "tests.caching.counted_urls"
    for path in ("/about/", "/pem/"):
        counted_urls.begin(MANY)
        answers: list[Asked] = []

        def ask(path: str = path, answers: list[Asked] = answers) -> None:
            try:
                counted_urls.ask()
                answers.append(Asked(path))
            finally:
                connection.close()

        threads = [threading.Thread(target=ask) for _ in range(MANY)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(PATIENCE)
        assert ({answer.body for answer in answers}, len(answers)) == ({b"made 1"}, MANY)
        assert counted_urls.made == [path]
        move_counter()


def test_memory_stays_within_the_setting(study, settings):
    settings.ATLAS_PAGE_CACHE_MEGABYTES = 1
    for number in range(60):
        Asked(f"/evidence/?page={number}")
        Asked(f"/definitions/?sort={number}")
    Asked("/pem/")
    sizes = sum(len(page.body) + OWN for page in keeping.all_kept())
    assert 100_000 < sizes <= 250_000 + 750_000
    assert Asked("/pem/").how == words.HIT  # addresses without a query have a place of their own


def test_a_kept_page_takes_no_more_than_is_counted(study):
    path = study.get_absolute_url()
    assert (Asked(path).status, Asked(path).how) == (200, words.HIT)  # its complete headers are known now
    (page,) = keeping.all_kept()
    (question,) = keeping._plain._pages
    parts: dict[int, object] = {}
    todo = [page, question, *(getattr(page, name) for name in page.__slots__)]
    while todo:
        part = todo.pop()
        parts[id(part)] = part
        todo += part if isinstance(part, tuple) else ()
    assert OWN / 3 < sum(map(sys.getsizeof, parts.values())) - len(page.body) < OWN


# --- A cache that processes share


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    """A cache of files: any cache that Django knows will do, and this one needs no server."""
    backend = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(tmp_path / "shared")}
    settings.CACHES = {**settings.CACHES, "pages": backend}
    return tmp_path / "shared"


def test_other_process_takes_the_page_from_the_shared_cache(study, folder):
    path = study.get_absolute_url()
    first = Asked(path)
    keeping.forget()  # as a process that has just begun
    second, third = Asked(path), Asked(path)
    assert (first.how, second.how, third.how) == (words.MISS, words.HIT, words.HIT)
    assert (second.body, second.head["ETag"]) == (first.body, first.head["ETag"])
    change(study, patients=77)
    keeping.forget()
    fresh = Asked(path)
    assert (fresh.how, b"77" in fresh.body) == (words.MISS, True)


def test_pages_work_while_the_shared_cache_is_away_with_one_line_in_the_log(study, folder, caplog):
    folder.write_text("no folder")  # whatever is asked of it fails
    with caplog.at_level(logging.WARNING, "atlas_site.caching"):
        answers = [Asked(path) for path in ("/pem/", "/topics/", "/pem/", "/topics/")]
    assert [answer.status for answer in answers] == [200] * 4
    assert [answer.how for answer in answers] == [words.MISS, words.MISS, words.HIT, words.HIT]
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("atlas_site.caching")]
    assert len(lines) == 1
    assert lines[0].startswith("The cache of pages failed (")
    assert shared._is_asked() is False


def test_one_process_without_a_shared_cache_needs_none(study, settings):
    assert settings.CACHES["pages"]["BACKEND"] == shared.DUMMY
    assert [Client().get("/pem/")[words.CACHE_HEADER] for _ in range(2)] == [words.MISS, words.HIT]
