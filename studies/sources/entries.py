"""JSON of outside services, read so that no shape of it surprises: what is missing or of another kind is empty. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studies.formats.readers.cleaning import tidy
from studies.formats.readers.refusals import Unreadable


@dataclass(frozen=True)
class Entry:
    """One JSON object."""

    values: Mapping[str, Any]

    def text(self, *names: str) -> str:
        """The first of these that is a text or number, as it stands; a list counts by its first item."""
        for name in names:
            value = self.values.get(name)
            value = value[0] if isinstance(value, list) and value else value
            if isinstance(value, str) and value.strip():
                return str(value)
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
        return ""

    def texts(self, name: str) -> list[str]:
        """All texts of a list; a lone text counts as a list of one."""
        return [value for value in _listed(self.values.get(name)) if isinstance(value, str)]

    def line(self, *names: str) -> str:
        """Like `text`, as one line without markup and control characters."""
        return tidy(self.text(*names))

    def entry(self, *names: str) -> "Entry":
        """The object at the end of this path."""
        value: Any = self.values
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return Entry(value if isinstance(value, Mapping) else {})

    def entries(self, *names: str) -> list["Entry"]:
        """The objects of the list at the end of this path; a lone object counts as a list of one."""
        *path, last = names
        found = _listed(self.entry(*path).values.get(last))
        return [Entry(value) for value in found if isinstance(value, Mapping)]

    def number(self, name: str) -> int | None:
        text = self.line(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    def __bool__(self) -> bool:
        return bool(self.values)


def read_json(answer: bytes) -> Entry:
    """The object that an answer is; a list becomes an object with the one name `items`. Raises Unreadable."""
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        raise Unreadable("The answer is not complete JSON.") from None
    if isinstance(value, list):
        return Entry({"items": value})
    if not isinstance(value, Mapping):
        raise Unreadable("The answer is JSON of another shape.")
    return Entry(value)


def numbered(entries: list[Entry]) -> Iterator[tuple[int, Entry]]:
    return enumerate(entries, start=1)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
