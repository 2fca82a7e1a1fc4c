"""A bar that shows on a terminal how far a long command is."""

from collections.abc import Callable
from typing import TextIO

WIDTH = 30
MOST_NAME = 40  # letters of a file's name; its end tells more


def bar(name: str, stream: TextIO) -> Callable[[int, int], None]:
    """A function of (records done, records in all or 0 while they are counted); silent where the stream is no terminal."""
    if not stream.isatty():
        return lambda done, number: None

    def show(done: int, number: int) -> None:
        filled = WIDTH * done // number if number else 0
        count = f"{done:,} of {number:,} records" if number else f"reading, {done:,} records"
        end = "\n" if done == number else ""
        stream.write(f"\r{name[-MOST_NAME:]} [{'#' * filled:{WIDTH}}] {count}{end}")
        stream.flush()

    return show
