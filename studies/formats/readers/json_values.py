"""The values of a JSON file one by one: of its list, of lists inside wrappers, or of a sequence of objects. Pure."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

from studies.formats.readers.refusals import Unreadable

CHUNK = 1 << 18
MOST_VALUE = 20_000_000  # characters of one value

# Where services put the list of their answer; a wrapper is an object that has one of these and no title.
_LISTS = (
    ("message", "items"),
    ("items",),
    ("references",),
    ("resultList", "result"),
    ("results",),
    ("papers",),
    ("message",),
)


def values(lines: TextIO) -> Iterator[tuple[int, Any]]:
    """(line, value) in the order of the file. Raises Unreadable at the first place that is not JSON."""
    window = _Window(lines)
    in_list = window.peek() == "["
    if in_list:
        window.skip(1)
    while sign := window.peek():
        if sign == "]" and in_list:
            return
        if sign == ",":
            window.skip(1)
            continue
        line, value = window.value()
        for part in unwrapped(value) if not in_list else [value]:
            yield line, part
    if in_list:
        raise Unreadable(f"The list is not closed: the file ends in line {window.line}. It may have been cut off.")


def unwrapped(value: Any) -> list[Any]:
    """The records inside an answer of a service; any other value is one record."""
    if not isinstance(value, dict) or "title" in value:
        return [value]
    for path in _LISTS:
        found: Any = value
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, list):
            return found
        if isinstance(found, dict):  # one record, or records under their own numbers
            return list(found.values()) if path == ("papers",) else [found]
    return [value]


class _Window:
    """A part of the text that is read further where a value needs it."""

    def __init__(self, lines: TextIO) -> None:
        self.lines, self.line = lines, 1
        self._text, self._place = "", 0
        self._decoder = json.JSONDecoder()

    def peek(self) -> str:
        """The next sign that is no space; nothing at the end of the file."""
        while True:
            while self._place < len(self._text):
                sign = self._text[self._place]
                if not sign.isspace() and sign != "\ufeff":
                    return sign
                self.skip(1)
            if not self._more():
                return ""

    def skip(self, number: int) -> None:
        self.line += self._text.count("\n", self._place, self._place + number)
        self._place += number

    def value(self) -> tuple[int, Any]:
        line = self.line
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._place)
            except RecursionError as error:
                raise Unreadable(f"Line {line}: the values are nested too deeply.") from error
            except ValueError as error:  # more than bad JSON: numbers of thousands of digits too
                if len(self._text) - self._place > MOST_VALUE or not self._more():
                    raise Unreadable(self._fault(line, error)) from error
                continue
            self.skip(end - self._place)
            return line, value

    def _fault(self, line: int, error: ValueError) -> str:
        """Where the text stops to be JSON, counted from the beginning of the file."""
        if not isinstance(error, json.JSONDecodeError):
            return f"Line {line}: a number has too many digits."
        line += self._text.count("\n", self._place, error.pos)
        return f"Line {line}: this is not JSON ({error.msg[:1].lower()}{error.msg[1:]})."

    def _more(self) -> bool:
        """Read on; more at a time the longer the value is, so that a long one is not tried too often."""
        rest = self._text[self._place :]
        part = self.lines.read(max(CHUNK, len(rest)))
        self._text, self._place = rest + part, 0
        return bool(part)
