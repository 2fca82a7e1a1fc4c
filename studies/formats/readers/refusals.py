"""What a reader says of what it cannot take in. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """A record that is not taken in. `number` counts the records of the file from 1; `line` is where it begins, 0 if unknown."""

    number: int
    reason: str
    title: str = ""
    line: int = 0


class Unreadable(ValueError):
    """The file as a whole cannot be read, or not from here on; the message is a sentence for the person who sent it."""
