"""Numbers of patients and controls in the texts must agree with the fields. Pure.

Narrow on purpose: only the question and the key point, and only a number that is told as the size of a whole group
("in 50 patients", "50 patients and 40 controls"), or that is larger than the group. A part of a group ("12 patients
improved") is left alone.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

READ = ("question", "key_point")
_NUMBER = r"(?P<number>\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+|\d+)"
# "1 in 10 patients" is a share, not a group.
_NO_SHARE = r"(?<!\d in )(?<!one in )(?<!two in )(?<!three in )(?<!four in )(?<!nine in )"
_SAID = re.compile(
    rf"(?i)(?P<lead>(?:^|[.:;,]|\b(?:in|among|from|of|with|between|and|versus|vs|compared|studied|tested))\s*)?"
    rf"{_NO_SHARE}(?<![\d.,%]){_NUMBER}\s+(?:(?:healthy|matched|adult|female|male)\s+)?(?P<group>patients|controls)\b"
)


def disagreements(values: Mapping[str, Any]) -> list[str]:
    """One sentence for each number in `question` and `key_point` that `patients` or `controls` contradicts."""
    return [
        f"A text gives {number} {group}, but the record says {_or_none(values.get(group))}."
        for field in READ
        for number, group, is_whole in _said(values.get(field, ""))
        if _contradicts(number, values.get(group), is_whole)
    ]


def _said(text: str) -> Iterator[tuple[int, str, bool]]:
    for match in _SAID.finditer(text):
        number = int(re.sub(r"\D", "", match["number"]))
        yield number, match["group"].lower(), match["lead"] is not None


def _contradicts(number: int, known: int | None, is_whole: bool) -> bool:
    if known is None:
        return is_whole
    return number > known or (is_whole and number != known)


def _or_none(known: int | None) -> str:
    return "nothing" if known is None else str(known)
