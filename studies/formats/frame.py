"""What stands around the entries of a file: where it comes from, and what begins, divides and ends it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from studies.formats.notes import ATLAS

TEXTS_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
FACTS_LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


@dataclass(frozen=True)
class Origin:
    """The state of the atlas that a file was made from, and what was asked for.

    `counter` moves with every public change and `newest_hash` ends the history: together they name a state. `on` is the day
    of the reading; `url` the address of the atlas; `asked` that of the list or study in it; `left_out` how many studies of
    the list the format cannot hold, with the reason in `why_left_out`.
    """

    url: str
    counter: int
    on: date
    newest_hash: str = ""
    asked: str = ""
    studies: int | None = None
    left_out: int = 0
    why_left_out: str = ""

    @property
    def state(self) -> str:
        """`state 812 of 2026-11-26`."""
        return f"state {self.counter} of {self.on}"

    @property
    def line(self) -> str:
        """One line for a comment at the beginning of a file."""
        return f"{ATLAS}, {self.state}: {self.asked or self.url}{self._gap}"

    @property
    def _gap(self) -> str:
        return f" ({self.left_out} studies left out: {self.why_left_out})" if self.left_out else ""

    @property
    def values(self) -> dict[str, Any]:
        """The same for formats that hold data."""
        return {
            "atlas": ATLAS,
            "address": self.asked or self.url,
            "state": self.counter,
            "read_on": self.on.isoformat(),
            "newest_hash": self.newest_hash or None,
            "studies": self.studies,
            "licence": {"texts": TEXTS_LICENCE, "facts": FACTS_LICENCE},
        }


def nothing(origin: Origin) -> str:
    return ""


@dataclass(frozen=True)
class Frame:
    """`begin` stands before the first entry of a file, `between` after each but the last, `end` after the last."""

    begin: Callable[[Origin], str] = field(default=nothing)
    between: str = ""
    end: str = ""


PLAIN = Frame()
