"""A text in blocks, as it is read from top to bottom: the shape between a study and the files that tell it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """Level 1 is the title of the whole text."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Named:
    """A short text with its name: "Who", "Case-control study"."""

    name: str
    text: str


@dataclass(frozen=True)
class Items:
    items: tuple[str, ...]


@dataclass(frozen=True)
class Quote:
    """Words of somebody else, and whose they are."""

    text: str
    source: str


@dataclass(frozen=True)
class Link:
    """An https address, and what stands there."""

    text: str
    address: str


Block = Heading | Paragraph | Named | Items | Quote | Link
