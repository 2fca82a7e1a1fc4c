"""Measures of the drawings on the pages, in the units of their SVG. Pure; the templates draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

ROW_HEIGHT = 30
BAR_HEIGHT = 20
BAR_WIDTH = 170
CHARACTER_WIDTH = 10


class Counted(Protocol):
    """A row of the table that the drawing repeats."""

    @property
    def label(self) -> str: ...

    @property
    def required(self) -> int: ...

    @property
    def assessed(self) -> int: ...


@dataclass(frozen=True)
class Bar:
    """One row: from `start` the filled part as wide as `required`, behind it the outlined part as wide as `others`."""

    label: str
    start: int
    top: int
    required: int
    others: int

    @property
    def middle(self) -> int:
        """Where the outlined part begins."""
        return self.start + self.required

    @property
    def baseline(self) -> int:
        """Where the row's label stands."""
        return self.top + BAR_HEIGHT - 4


@dataclass(frozen=True)
class Drawing:
    bars: list[Bar]
    width: int
    height: int


def bars(rows: Sequence[Counted]) -> Drawing:
    """A bar for each row; the longest fills the width. Both parts of a bar keep the scale."""
    most = max((row.assessed for row in rows), default=1)
    start = max((len(row.label) for row in rows), default=0) * CHARACTER_WIDTH + 10
    drawn = [
        Bar(
            label=row.label,
            start=start,
            top=place * ROW_HEIGHT + 4,
            required=round(BAR_WIDTH * row.required / most),
            others=round(BAR_WIDTH * row.assessed / most) - round(BAR_WIDTH * row.required / most),
        )
        for place, row in enumerate(rows)
    ]
    return Drawing(drawn, start + BAR_WIDTH + 2, len(drawn) * ROW_HEIGHT)
