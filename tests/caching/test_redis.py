"""A Redis that two web processes share: what they have in common, what it holds, and that nobody is troubled when it fails."""

import pickle
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Self

import pytest

from atlas_site.caching.words import CACHE_HEADER, HIT
from tests.caching.redis_server import SERVER, Redis
from tests.canary.secrets import Secrets
from tests.clock import in_one_window
from tests.faults.site import FORM, STUDY, Contributor, Site
from tests.replicas.conftest import PUBLISH
from tests.replicas.webs import Visitor, Web, fields, folder_environment, manage, run_python
from tests.servers import Primary, until

pytestmark = [
    pytest.mark.full,
    pytest.mark.postgres,
    pytest.mark.skipif(SERVER is None, reason="redis-server is not on this machine"),
]
API, SEARCH = "/api/v1/meta", "/api/v1/studies?q=blood"
AN_HOUR, A_MINUTE = 30, 7  # how often programs may ask here
LIMITS = {"ATLAS_API_PER_HOUR": str(AN_HOUR), "ATLAS_API_PER_MINUTE": str(A_MINUTE)}
_networks, _texts = count(1), count(1)


@dataclass
class Place:
    redis: Redis
    database: Primary
    site: Site

    def publish(self, slug: str, title: str) -> None:
        run_python(self.site.settings, f"SHOWN = { ({slug: title})!r}\n{PUBLISH}")

    def staff_at(self, web: Web, name: str, role: str, **headers: str) -> Visitor:
        """A member of staff who has signed in."""
        said = manage(self.site.settings, "one_time_login", name, "--role", role)
        visitor = Visitor(web, headers=headers)
        visitor.sign_in(said.rsplit(" ", 1)[1].strip())
        return visitor


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("redis")
    database, redis = Primary(options=["max_connections=60"]), Redis(folder)
    try:
        named = {"DATABASE_URL": database.url, "CACHE_URL": redis.url, "ATLAS_TRUSTED_PROXIES": "1"}
        site = Site(folder, folder_environment(folder, **named, **LIMITS))
        site.fill()
        yield Place(redis, database, site)
    finally:
        redis.end()
        database.remove()


@pytest.fixture(scope="module")
def webs(place) -> Iterator[list[Web]]:
    yield [place.site.web() for _ in range(2)]
    place.site.stop()


def someone(web: Web) -> Visitor:
    """A visitor from a network where nobody was before, so that limits begin anew."""
    number = next(_networks)
    return Visitor(web, headers={"X-Forwarded-For": f"10.{number // 250}.{number % 250}.7"})


def in_turns(webs: list[Web], times: int, ask: Callable[[Visitor], int]) -> list[int]:
    """What one visitor is answered who comes to each process in turn."""
    visitor, found = someone(webs[0]), []
    for number in range(times):
        visitor.web = webs[number % len(webs)]
        found.append(ask(visitor))
    return found


def guess(visitor: Visitor) -> int:
    form = fields(visitor.get("/my-contribution/").text)
    return visitor.post("/my-contribution/", form | {"words": "one two three four five six"}).status


def send(visitor: Visitor) -> int:
    form = fields(visitor.get(FORM).text)
    text = f"The {next(_texts)}th thing that I saw."
    return visitor.post("/contribute/", form | {"step": "send", "text": text}).status


# --- What they have in common ----------------------------------------------------------------------------------------------


def test_page_that_one_process_made_is_given_out_by_the_other_until_something_public_changes(place, webs):
    first, second = map(Visitor, webs)
    made = first.get("/topics/immunology/")
    found = second.get("/topics/immunology/")
    assert (found.headers[CACHE_HEADER], found.headers["ETag"]) == (HIT, made.headers["ETag"])
    names = [re.sub(rb"[0-9a-f]{64}", b"NAME", key) for key in place.redis.held() if key.startswith(b"pages:")]
    assert set(names) == {b"pages:1:NAME"}
    place.publish("seen-by-all", "Blood that all shall see")
    new = {visitor.get("/topics/immunology/").headers["ETag"] for visitor in (second, first)}
    assert len(new) == 1
    assert made.headers["ETag"] not in new
    assert {visitor.get("/evidence/seen-by-all/").status for visitor in (second, first)} == {200}


def test_programs_are_counted_together_by_all_processes(webs):
    by_hour = in_one_window(3600, lambda: in_turns(webs, AN_HOUR + 2, lambda one: one.get(API).status))
    assert by_hour == [200] * AN_HOUR + [429] * 2
    by_minute = in_one_window(60, lambda: in_turns(webs, A_MINUTE + 2, lambda one: one.get(SEARCH).status))
    assert by_minute == [200] * A_MINUTE + [429] * 2


def test_each_process_counts_alone_while_they_share_nothing(place):
    """The proof that it is the Redis which adds up."""
    apart = [place.site.web(CACHE_URL="locmemcache://") for _ in range(2)]
    try:
        asked = in_one_window(3600, lambda: in_turns(apart, 2 * AN_HOUR + 2, lambda one: one.get(API).status))
    finally:
        for web in apart:
            web.stop()
            place.site.webs.remove(web)
    assert asked == [200] * 2 * AN_HOUR + [429] * 2


# --- What it holds ---------------------------------------------------------------------------------------------------------


def unpacked(value: bytes) -> bytes:
    """What stands in it, as Python shows it: a number, or what was pickled."""
    return repr(pickle.loads(value) if value[:1] == b"\x80" else value).encode()  # noqa: S301 - our own server


def test_nothing_private_lies_in_it(place, webs):
    """Neither what somebody sent nor their words, network, browser and session, nor who of staff is signed in."""
    secrets = Secrets()
    said, agent, referer, link = (secrets.word(what) for what in ("text", "browser", "page before", "reading list"))
    person = Visitor(
        webs[0], headers={"X-Forwarded-For": "10.99.98.97", "User-Agent": agent, "Referer": f"/?{referer}"}
    )
    secrets.add("10.99.98", "network")
    person.get(API)
    person.get(STUDY)
    page = person.post("/contribute/", fields(person.get(FORM).text) | {"step": "send", "text": said})
    words = page.text.partition('id="words">')[2].partition("<")[0]
    person.fill_in("/my-contribution/", words=words)
    assert said in person.get("/my-contribution/").text
    person.post("/reading-list/", {"studies": f"10.1000/{link}"})
    staff = place.staff_at(webs[1], "ben", "lead", **{"X-Forwarded-For": "10.99.98.97"})
    newest = place.database.sql("SELECT max(id) FROM contributions_contribution")[0][0]
    assert said in staff.get(f"/admin/contributions/contribution/{newest}/change/").text
    kept = {f"cookie {name}": value for visitor in (person, staff) for name, value in visitor.cookies.items() if value}
    for label, value in (kept | {"words of the receipt": words}).items():
        secrets.add(value, label)
    held = place.redis.held()
    assert {key.partition(b":")[0] for key in held} >= {b"pages", b"rates"}
    found = {key: secrets.found_in(key + b" " + value + unpacked(value)) for key, value in held.items()}
    assert {key: labels for key, labels in found.items() if labels} == {}
    place.redis.ask("SET", "proof", f"it holds {said}")
    assert secrets.found_in(place.redis.held()[b"proof"]) == ["text"]


def test_files_of_the_server_hold_nothing(place):
    """As set up in docs/operations.md it writes nothing to the disk but its log."""
    written = {path.name for path in Path(place.redis.folder).iterdir() if path.suffix in {".rdb", ".aof"}}
    assert written == set()


# --- What it does to people when it fails ----------------------------------------------------------------------------------


@dataclass
class Crowd:
    """Readers, a program and a member of staff who go on asking both processes; `answers` are who got what."""

    webs: list[Web]
    staff: Visitor
    answers: list[tuple[str, int | str]] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        asks = {
            "reader of a kept page": lambda turn: Visitor(self._web(turn)).get(STUDY).status,
            "reader of a new page": lambda turn: Visitor(self._web(turn)).get(f"/evidence/?q=blood+{turn}").status,
            "reader of a form": lambda turn: someone(self._web(turn)).get(FORM).status,
            "program": lambda turn: someone(self._web(turn)).get(API).status,
            "staff": self._staff,
        }
        self.names = list(asks)
        self._threads = [threading.Thread(target=self._go_on, args=each, daemon=True) for each in asks.items()]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=600)

    def _web(self, turn: int) -> Web:
        return self.webs[turn % len(self.webs)]

    def _staff(self, turn: int) -> int:
        self.staff.web = self._web(turn)
        return self.staff.get("/admin/").status

    def _go_on(self, who: str, ask: Callable[[int], int]) -> None:
        for turn in count():
            if self._over.is_set():
                return
            try:
                told: int | str = ask(turn)
            except OSError as fault:
                told = type(fault).__name__
            self.answers.append((who, told))

    def asks(self, times: int) -> None:
        """Wait until each of them was answered so often from now on."""
        start = len(self.answers)

        def enough() -> bool:
            now = Counter(who for who, _ in self.answers[start:])
            return all(now[who] >= times for who in self.names)

        until(enough, "everybody to be answered")


def counting(webs: list[Web]) -> set[bool]:
    """Whether the processes count programs."""
    return {"RateLimit-Remaining" in someone(web).get(API).headers for web in webs}


def is_back(webs: list[Web]) -> None:
    until(lambda: counting(webs) == {True}, "programs to be counted again")


def test_nobody_notices_a_redis_that_stops_freezes_is_full_or_comes_back_empty(place, webs):
    writer = Contributor.at(webs[0])
    with Crowd(webs, place.staff_at(webs[0], "ann", "moderator")) as crowd:
        crowd.asks(2)
        with place.redis.frozen():
            until(lambda: counting(webs) == {False}, "both processes to find it silent")
            crowd.asks(4)
            assert writer.send().status == 200
        is_back(webs)
        place.redis.end()
        assert counting(webs) == {False}
        crowd.asks(4)
        place.redis.start()
        is_back(webs)
        place.redis.ask("FLUSHALL")
        crowd.asks(2)
        with place.redis.full():
            crowd.asks(2)
        is_back(webs)
    assert {told for _, told in crowd.answers} == {200}, Counter(crowd.answers)
    assert writer.opens()
    log = place.site.log()
    kinds = set(re.findall(r"cache (?:of pages failed|does not answer) \((\w+)\)", log))
    assert {"TimeoutError", "ConnectionError"} <= kinds
    assert ("Traceback" in log, writer.words in log) == (False, False)


def test_limits_of_guessing_and_sending_hold_without_it(place, webs):
    place.redis.end()
    try:
        sent = in_one_window(600, lambda: in_turns(webs, 6, send))
        guessed = in_one_window(600, lambda: in_turns(webs, 21, guess))
    finally:
        place.redis.start()
    assert sent == [200] * 5 + [429]
    assert guessed == [422] * 20 + [429]
