"""SIGKILL at random moments of 200 submissions: every receipt that was shown opens its message, and nothing exists twice."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from scripts import postgres
from tests.canary.killing import Contributor, Killed
from tests.clock import PATIENCE
from tests.environment import engine

NUMBER, AT_ONCE, SEED = 200, 6, 20261126
LONGEST = 3000  # seconds; some two minutes on a machine that is free

pytestmark = pytest.mark.full


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    if engine() == "sqlite":
        yield f"sqlite:///{tmp_path / 'atlas.sqlite3'}"
    else:
        with postgres.serving() as server:
            yield server.url


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Killed]:
    running = Killed(database, tmp_path, SEED)
    yield running
    running.stop()


def empty_buckets(database: str) -> None:
    """As if ten minutes had passed: what limits one part of the network and the whole site begins anew."""
    if database.startswith("sqlite"):
        with sqlite3.connect(database.removeprefix("sqlite:///"), timeout=PATIENCE) as connection:
            connection.execute("DELETE FROM contributions_bucket")
        connection.close()
    else:
        host = database.partition("host=")[2]
        with psycopg.connect(host=host, user="atlas", dbname="atlas") as connection:
            # The whole table, else this and a message that is counted could each hold a row that the other waits for.
            connection.execute("LOCK TABLE contributions_bucket IN EXCLUSIVE MODE")
            connection.execute("DELETE FROM contributions_bucket")


def send_all(server: Killed, database: str) -> list[Contributor]:
    people, until = [Contributor(server, number) for number in range(NUMBER)], time.monotonic() + LONGEST
    done = threading.Event()

    def pass_time() -> None:
        while not done.wait(2):
            empty_buckets(database)

    clock = threading.Thread(target=pass_time)
    clock.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda person: person.send(until=until), people))
    done.set()
    clock.join()
    server.let_live()
    return people


def open_all(people: list[Contributor]) -> list[str]:
    """Texts that do not stand, or stand more than once, on the page behind their words."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pages = list(pool.map(lambda person: person.sender.open(person.words), people))
    return [person.text for person, page in zip(people, pages, strict=True) if page.text.count(person.text) != 1]


def test_no_receipt_and_no_text_is_lost_when_the_server_is_killed(server, database, tmp_path):
    people = send_all(server, database)
    assert [person.text for person in people if not person.words] == []
    answered = {one for person in people for one in person.tries if one.isdigit()}
    assert answered == {"200"}, (tmp_path / "output.log").read_text()[-5000:]
    assert server.kills >= 8
    torn = [person for person in people if len(person.tries) > 1]
    assert len(torn) >= server.kills, "the kills hit nobody in the middle of sending"
    assert len({person.words for person in people}) == NUMBER
    empty_buckets(database)
    assert open_all(people) == []
    empty_buckets(database)
    again = {person.text: person.sender.send(person.values, person.text).words for person in torn[:40]}
    assert again == {person.text: person.words for person in torn[:40]}

    held = server.inside()
    assert sorted(held["texts"]) == sorted([person.text] for person in people)
    assert (held["messages"], [action for _, action in held["events"]]) == (NUMBER, ["send"] * NUMBER)
    assert [pk for pk, _ in held["events"]] == held["contributions"]
    server.run("manage.py", "verify_history")
    assert "qzxkilled" not in (tmp_path / "output.log").read_text()
