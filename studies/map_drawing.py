"""Measures of the evidence map's drawings, in the units of their SVG. Pure; the templates draw.

All blocks of one PEM value are one path, so that a drawing of hundreds of fields stays small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CHARACTER = 7.6  # mean width of a letter at the size of the drawing's text
ROW, COLUMN = 30, 56
NUMBER, BLOCK = 22, 28  # widths inside a column: the number, and the block beside it
TALLEST, LOWEST, NARROWEST = 22, 5, 3
SLANT = 0.72  # what a heading turned by 45 degrees takes of its length, across and down
BAR_ROW, BAR, BAR_WIDTH = 52, 18, 250
BAR_FRAME = 320

Counts = Mapping[str, int]  # studies by PEM value, each at least 1


@dataclass(frozen=True)
class Mark:
    """Text at a place."""

    x: int
    y: int
    text: str


@dataclass(frozen=True)
class Drawing:
    """`paths` is the outline of all blocks of each PEM value; `numbers` are the counts, row by row; `lines` a grid."""

    width: int
    height: int
    labels: list[Mark]
    headings: list[Mark]
    numbers: list[list[Mark]]
    paths: dict[str, str]
    lines: str = ""


def matrix(lines: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[int, int], Counts]) -> Drawing:
    """A field for each line and column: the number of studies, and a block as high as the number, split by PEM value."""
    left = _width(lines) + 8
    top = round(max(map(len, columns), default=0) * CHARACTER * SLANT) + 16
    most = max((sum(counts.values()) for counts in cells.values()), default=1)
    headings = [Mark(left + place * COLUMN + 24, top - 6, text) for place, text in enumerate(columns)]
    width = max([left, *(mark.x + round(len(mark.text) * CHARACTER * SLANT) + 14 for mark in headings)])
    height = top + len(lines) * ROW + 1
    numbers: list[list[Mark]] = [[] for _ in lines]
    paths: dict[str, str] = {}
    for (line, column), counts in sorted(cells.items()):
        x, bottom = left + column * COLUMN, top + (line + 1) * ROW - 4
        studies = sum(counts.values())
        numbers[line].append(Mark(x + NUMBER, bottom - 5, str(studies)))
        tall = max(LOWEST, round(TALLEST * studies / most))
        _add_blocks(paths, counts, x=x + NUMBER + 3, y=bottom - tall, width=BLOCK, height=tall)
    labels = [Mark(0, top + place * ROW + 21, text) for place, text in enumerate(lines)]
    grid = "".join(f"M0 {top + place * ROW}H{width}" for place in range(len(lines) + 1))
    return Drawing(width, height, labels, headings, numbers, paths, grid)


def bars(rows: Sequence[tuple[str, Counts]]) -> Drawing:
    """A bar under each label, as long as its number of studies, split by PEM value."""
    most = max((sum(counts.values()) for _, counts in rows), default=1)
    labels, numbers = [], []
    paths: dict[str, str] = {}
    for place, (label, counts) in enumerate(rows):
        studies, top = sum(counts.values()), place * BAR_ROW
        long = max(NARROWEST * len(counts), round(BAR_WIDTH * studies / most))
        labels.append(Mark(0, top + 18, label))
        numbers.append([Mark(long + 8, top + 41, str(studies))])
        _add_blocks(paths, counts, x=1, y=top + 26, width=long, height=BAR)
    return Drawing(BAR_FRAME, len(labels) * BAR_ROW, labels, [], numbers, paths)


def _width(texts: Sequence[str]) -> int:
    return round(max(map(len, texts), default=0) * CHARACTER)


def _add_blocks(paths: dict[str, str], counts: Counts, *, x: int, y: int, width: int, height: int) -> None:
    for (pem, _), wide in zip(counts.items(), shares(list(counts.values()), width), strict=True):
        paths[pem] = paths.get(pem, "") + f"M{x} {y}h{wide}v{height}h-{wide}z"
        x += wide


def shares(counts: Sequence[int], width: int) -> list[int]:
    """The width split in proportion; none narrower than can be seen, and nothing left over."""
    free, total = width - NARROWEST * len(counts), sum(counts)
    ends = [round(free * sum(counts[: place + 1]) / total) for place in range(len(counts))]
    return [NARROWEST + end - start for start, end in zip([0, *ends], ends, strict=False)]
