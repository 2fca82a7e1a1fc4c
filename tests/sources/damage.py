"""Answers of services with something wrong in them: another kind of value, none, too many, odd texts, broken bytes."""

import copy
import csv
import io
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from xml.etree import ElementTree

TEXTS = [
    "", " ", "\0", "x\0y", "\ud800", "\udfff\ud800", "x" * 5_000, "9" * 500, "-1", "0", "1e999", "NaN", "10.", "10.1/",
    "10.1000/" * 200, "(" * 500, "<" * 500, "<i>" * 300, "&lt;" * 300, "&#0;", "&#xd800;", "&" * 300, "]]>", "<![CDATA[",
    "“" * 300, "A." * 300, "a, " * 300, "Z" + "\u0335\u0321" * 300, "\u202e\u2067", "\u200b", "\ufeff", "\r\n", "\u2028",
    "\u00b2", "\u0663" * 4, "\uff12\uff10\uff12\uff10", "2020-13-45", "0000-00-00", "99999-1-1", "9999-12-31",
    "12/31/99999999999999999999", "2/30/2020 0:00", "https://doi.org/" * 50, "http://[", "%00", "%25" * 300,
    "0000-0000-0000-000X", "PMC" + "9" * 300, "RETRACTED: ", "WITHDRAWN: " * 100, "retraction", "doi", "et al", "=1+1",
]  # fmt: skip
OTHERS = [
    None, True, False, 0, -1, 1e308, float("inf"), float("nan"), 10**400, 2**63, [], {}, [[]], [None], [[[]]], {"": {}},
    {"a": "b"}, [1, 2, 3], ["a"] * 300, [{}] * 300, [[2020, 13, 45]], [[2020, 1, 10**20]], [[10**20]], [[True, True]],
    [["2020"]], [[None, 1]], {"date-parts": [[2020, 2, 10**30]]}, {"date-parts": [[-1]]}, {"value": "x"},
]  # fmt: skip
PIECES = [
    b"", b"\0", b"\xff", b"\xed\xa0\x80", b"{", b"}", b"[", b"]", b'"', b"\\", b"\\u", b",", b":", b"9" * 400, b"<", b">",
    b"&", b"\n", b"\r", b'""',
]  # fmt: skip
SMALL = 500  # characters of a value of which fifty make a long list and no endless one


def places(value: Any, path: str = "") -> Iterator[tuple[Any, Any, str]]:
    """(container, key, path) of everything inside; the path has no numbers, so that it is the same for all items of a list."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        here = f"{path}/{key if isinstance(value, dict) else '*'}"
        yield value, key, here
        if isinstance(inner, dict | list):
            yield from places(inner, here)


def in_json(chance: Random, answer: bytes) -> bytes:
    """The answer with up to four of its values replaced, left out, swapped, doubled or put into a list."""
    value = json.loads(answer)
    for _ in range(chance.randint(1, 4)):
        found = list(places(value))
        if found:
            _change(chance, *chance.choice(found)[:2], found)
    return json.dumps(value).encode()


def _change(chance: Random, holder: Any, key: Any, found: list[tuple[Any, Any, str]]) -> None:
    how = chance.randrange(6)
    if how == 0:
        del holder[key]
    elif how == 1:
        other, place, _ = chance.choice(found)
        holder[key] = copy.deepcopy(other[place])
    elif how == 2:
        holder[key] = [copy.deepcopy(holder[key])] * (50 if len(str(holder[key])) < SMALL else 2)
    elif how == 3:
        holder[key] = copy.deepcopy(chance.choice(OTHERS))
    else:
        holder[key] = chance.choice(TEXTS)


def in_xml(chance: Random, answer: bytes) -> bytes:
    """The answer with up to four of its elements changed, left out, doubled or renamed."""
    root = ElementTree.fromstring(answer)  # noqa: S314 - a recording of ours
    for _ in range(chance.randint(1, 4)):
        holders = [element for element in root.iter() if len(element)]
        if holders:
            holder = chance.choice(holders)
            _change_element(chance, holder, chance.choice(list(holder)))
    return ElementTree.tostring(root, encoding="unicode").encode("utf-8", "surrogatepass")


def _change_element(chance: Random, holder: Any, element: Any) -> None:
    how = chance.randrange(6)
    if how == 0:
        holder.remove(element)
    elif how == 1:
        few = 50 if len(list(element.iter())) < 20 else 2
        holder.extend([copy.deepcopy(element) for _ in range(few)])
    elif how == 2:
        element.tag = chance.choice([other.tag for other in holder])
    elif how == 3:
        element.attrib.update({name: chance.choice(TEXTS) for name in [*element.attrib, "unasked"]})
    else:
        element.text = chance.choice(TEXTS)


def in_table(chance: Random, answer: bytes) -> bytes:
    """The table with up to six of its cells changed, and sometimes a row of another length."""
    rows = list(csv.reader(io.StringIO(answer.decode("utf-8-sig"), newline="")))
    for _ in range(chance.randint(1, 6)):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice(TEXTS)
    if not chance.randrange(4):
        chance.choice(rows).extend(["x"] * chance.choice([1, 50]))
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def in_bytes(chance: Random, answer: bytes) -> bytes:
    """The answer cut off, or with some of its bytes removed, doubled or replaced."""
    if not chance.randrange(5):
        return answer[: chance.randrange(len(answer))]
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(answer) + 1)
        end = start + chance.choice([0, 1, 5, 200])
        answer = answer[:start] + chance.choice([*PIECES, answer[start:end] * 2]) + answer[end:]
    return answer


DAMAGES: dict[str, tuple[Callable[[Random, bytes], bytes], ...]] = {
    "json": (in_json, in_json, in_json, in_bytes),
    "xml": (in_xml, in_xml, in_xml, in_bytes),
    "csv": (in_table, in_table, in_table, in_bytes),
}
