"""The pure parts: what a question is, what a shelf holds, who makes a page."""

import threading

import pytest

from atlas_site.caching import words
from atlas_site.caching.flights import Flights
from atlas_site.caching.questions import LONGEST_ADDRESS, is_known, question_of, wants_page
from atlas_site.caching.shelf import OWN, Kept, Shelf
from tests.clock import PATIENCE

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def environ(**more: str) -> dict[str, str]:
    return {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "https", "HTTP_HOST": "a.example", "PATH_INFO": "/", **more}


def page(size: int, *, moment: tuple = (1, "a", ""), current: float = 0.0) -> Kept:
    return Kept(moment, 'W/"t"', (), b"x" * (size - OWN), "studies:home", current, current)


@pytest.mark.parametrize(
    ("changed", "is_another"),
    [
        ({"HTTP_HOST": "b.example"}, True),
        ({"wsgi.url_scheme": "http"}, True),
        ({"PATH_INFO": "/pem/"}, True),
        ({"SCRIPT_NAME": "/atlas"}, True),
        ({"QUERY_STRING": "page=2"}, True),
        ({"HTTP_COOKIE": "look=theme-dim"}, True),
        ({"HTTP_COOKIE": "look=language-de"}, True),
        ({"HTTP_COOKIE": "look=theme-none"}, False),
        ({"HTTP_COOKIE": "csrftoken=x; other=1"}, False),
        ({"HTTP_ACCEPT": BROWSER}, False),
        ({"REQUEST_METHOD": "HEAD"}, False),
        ({"HTTP_ACCEPT_LANGUAGE": "de", "HTTP_USER_AGENT": "x", "HTTP_X_FORWARDED_HOST": "evil.example"}, False),
        ({"HTTP_X_FORWARDED_PROTO": "http", "HTTP_FORWARDED": "host=evil.example"}, False),
        ({"HTTP_X_ORIGINAL_URL": "/admin/", "HTTP_X_REWRITE_URL": "/admin/"}, False),
    ],
)
def test_question_holds_what_a_page_depends_on_and_nothing_else(changed, is_another):
    assert (question_of(environ(**changed)) != question_of(environ())) == is_another


def test_question_holds_what_a_believed_proxy_says_of_the_scheme(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert question_of(environ(HTTP_X_FORWARDED_PROTO="http")) != question_of(environ(HTTP_X_FORWARDED_PROTO="https"))


@pytest.mark.parametrize(
    "changed",
    [
        {"REQUEST_METHOD": "POST"},
        {"REQUEST_METHOD": "OPTIONS"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_COOKIE": "look=theme-dim; messages=x"},
        {"HTTP_ACCEPT": "application/json"},
        {"HTTP_ACCEPT": "text/html;q=0.1, application/json"},
        {"HTTP_ACCEPT": "x" * 10_000},
        {"QUERY_STRING": "x" * (LONGEST_ADDRESS + 1)},
        {"HTTP_HOST": "x" * 300},
    ],
)
def test_no_question_where_nothing_may_be_kept(changed):
    assert question_of(environ(**changed)) is None


def test_session_is_known_by_the_name_that_it_has(settings):
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"
    assert is_known(environ(HTTP_COOKIE="a=1; __Host-sessionid=x"))
    assert not is_known(environ(HTTP_COOKIE="look=theme-dim"))


@pytest.mark.parametrize(
    ("accept", "is_wanted"),
    [
        ("", True), ("*/*", True), ("text/html", True), (BROWSER, True), ("application/xml, text/html", True),
        ("application/json", False), ("text/html;q=0.5, text/csv", False), ("text/plain", False), ("image/*", False),
    ],
)  # fmt: skip
def test_reader_wants_the_page_and_a_program_its_file(accept, is_wanted):
    assert wants_page(accept) == is_wanted


def test_cache_control_lets_shared_caches_ask_soon():
    assert words.public(10) == "public, max-age=0, s-maxage=10, stale-while-revalidate=10, stale-if-error=86400"


def test_shelf_stays_within_its_room_and_drops_what_was_asked_for_longest_ago():
    shelf = Shelf()
    for key in "abc":
        shelf.put(key, page(100_000), room=300_000)
    shelf.get("a")
    shelf.put("d", page(100_000), room=300_000)
    assert ([key for key in "abcd" if key in shelf], shelf.size) == (["a", "c", "d"], 300_000)
    shelf.put("a", page(50_000), room=300_000)
    assert (len(shelf), shelf.size) == (3, 250_000)
    shelf.put("large", page(400_000), room=300_000)
    assert (len(shelf), shelf.size) == (3, 250_000)


def test_shelf_drops_what_is_of_an_earlier_state_for_long():
    shelf = Shelf()
    now, old = (2, "b", ""), (1, "a", "")
    for key, moment, current in (("new", now, 0.0), ("late", old, 90.0), ("old", old, 10.0)):
        shelf.put(key, page(50_000, moment=moment, current=current), room=500_000)
    shelf.sweep(now, before=50.0)
    assert [key for key in ("new", "late", "old") if key in shelf] == ["new", "late"]
    assert shelf.size == 100_000


def test_one_flies_and_the_others_wait_for_it():
    flights, made, threads = Flights(), [], []
    all_started, landed = threading.Barrier(8), threading.Event()

    def ask() -> None:
        all_started.wait(PATIENCE)
        with flights.turn("page", wait=PATIENCE) as is_first:
            if is_first and not landed.is_set():
                made.append(1)
                landed.set()

    for _ in range(8):
        threads.append(threading.Thread(target=ask))
        threads[-1].start()
    for each in threads:
        each.join(PATIENCE)
    assert (sum(made), flights._flying) == (1, {})


def test_flight_that_fails_or_lasts_too_long_holds_nobody():
    flights = Flights()
    with pytest.raises(ValueError, match="no page"), flights.turn("page") as is_first:
        assert is_first
        raise ValueError("no page")
    with flights.turn("page") as first, flights.turn("page", wait=0.01) as second, flights.turn("other") as third:
        assert (first, second, third) == (True, False, True)
