"""Who comes to the atlas during a soak, how fast each goes on, and letting all of them in at once."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from scripts.benching.soak.browser import Browser
from scripts.benching.soak.contributing import Contributor
from scripts.benching.soak.moderating import Account, Editor, Moderator, sign_in
from scripts.benching.soak.notes import Notes
from scripts.benching.soak.reading import READING, SEARCHING, Reader, Shelf

SEED = 20261127
TOLD_EVERY = 120.0  # seconds
LONGER = 600.0  # seconds
READ_PAUSE, STAFF_PAUSE, WRITING = 0.5, 2.0, 25.0  # mean seconds between two requests of one person


@dataclass(frozen=True)
class Soak:
    """How long and how many: `clients` at once, of which six are staff; of 64, six write, eight search and the rest read.

    On a busy machine it goes on for up to `longer` seconds until each kind of act has happened; 0 where nobody looks for that.
    """

    seconds: float
    clients: int
    longer: float = LONGER

    @property
    def writers(self) -> int:
        return max(2, self.clients * 6 // 64)

    @property
    def searchers(self) -> int:
        return max(1, self.clients // 8)

    @property
    def hurry(self) -> float:
        """1 in a long run; less in a short one, where people have to write and decide faster than people do."""
        return min(1.0, self.seconds / 300)


class Visitor(Protocol):
    browser: Browser

    def visit(self) -> None: ...


def crowd(
    port: int, shelf: Shelf, people: dict[str, list[dict[str, str]]], drafts: list[int], soak: Soak, notes: Notes
) -> list[tuple[Visitor, float]]:
    """Everybody who comes, each with the mean pause between two visits."""
    chances = (random.Random(SEED + number) for number in range(10**6))  # noqa: S311 - they only have to differ
    staff = team(port, people, drafts, soak, notes, chances)
    writers = [
        Contributor(
            Browser(port, f"10.255.{number}.7", notes), shelf, chance := next(chances), number,
            pausing(chance, WRITING / 3 * soak.hurry), moves=number > 0,
        )
        for number in range(soak.writers)
    ]  # fmt: skip
    readers = [
        Reader(
            Browser(port, f"10.254.{number}.7", notes), shelf, next(chances),
            SEARCHING if number < soak.searchers else READING,
        )
        for number in range(soak.clients - len(staff) - len(writers))
    ]  # fmt: skip
    pauses = ((staff, STAFF_PAUSE * soak.hurry), (writers, WRITING / 3 * soak.hurry), (readers, READ_PAUSE))
    return [(visitor, pause) for visitors, pause in pauses for visitor in visitors]


def team(
    port: int,
    people: dict[str, list[dict[str, str]]],
    drafts: list[int],
    soak: Soak,
    notes: Notes,
    chances: Iterator[random.Random],
) -> list[Visitor]:
    """The staff, signed in."""
    browsers = {}
    for number, account in enumerate(each for role in people.values() for each in role):
        browsers[account["username"]] = Browser(port, f"10.253.{number}.7", notes)
        sign_in(browsers[account["username"]], Account(**account))
    moderators = [
        Moderator(browsers[each["username"]], chance := next(chances), pausing(chance, STAFF_PAUSE * soak.hurry))
        for each in people["moderator"]
    ]
    pile: deque[int] = deque(drafts)
    boxes: list[deque[int]] = [deque() for _ in people["editor"]]
    editors = [
        Editor(
            browsers[each["username"]], pausing(next(chances), 2 * STAFF_PAUSE * soak.hurry), pile,
            boxes[number], boxes[(number + 1) % len(boxes)],
        )
        for number, each in enumerate(people["editor"])
    ]  # fmt: skip
    return [*moderators, *editors]


def pausing(chance: random.Random, mean: float) -> Callable[[], None]:
    """A pause of between nothing and twice the mean."""
    return lambda: time.sleep(chance.uniform(0, 2 * mean))


def let_in(visitors: list[tuple[Visitor, float]], soak: Soak, notes: Notes, say: Callable[[str], None]) -> None:
    """All of them at once, until the soak is over; what goes wrong is noted and the visitor goes on.

    `say` is told every few minutes how it stands.
    """
    until = time.monotonic() + soak.seconds
    threads = [
        threading.Thread(target=_come_again, args=(visitor, pause, number, until, soak.longer, notes))
        for number, (visitor, pause) in enumerate(visitors)
    ]
    for thread in threads:
        thread.start()
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, TOLD_EVERY))
        say(notes.standing())
    for thread in threads:
        thread.join()


def _goes_on(until: float, longer: float, notes: Notes) -> bool:
    now = time.monotonic()
    return now < until or (now < until + longer and not notes.are_of_a_soak())


def _come_again(visitor: Visitor, pause: float, number: int, until: float, longer: float, notes: Notes) -> None:
    chance = random.Random(number)  # noqa: S311 - the pauses only have to vary
    time.sleep(chance.uniform(0, pause))
    while _goes_on(until, longer, notes):
        try:
            visitor.visit()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what the soak looks for
            notes.fault(f"{type(visitor).__name__}: {type(error).__name__}: {error}")
            visitor.browser.close()
        time.sleep(chance.uniform(0, 2 * pause))
    visitor.browser.close()
