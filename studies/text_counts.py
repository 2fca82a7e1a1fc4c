"""Numbers of patients and controls in the texts must agree with the fields and with the abstract. Pure.

Narrow on purpose. A number that is told as the size of a whole group ("in 50 patients", "50 patients and 40 controls") must
be that of the record; this is asked of the question and the key point only, because the longer texts speak of parts of
groups. No text may give a group more people than the record, but for the limits, which may say how the paper contradicts
itself. And a number of patients or controls in a text that was written from the abstract must stand in the abstract.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from studies.wording.sentences import pieces

WHOLE = ("question", "key_point")
TEXTS = (*WHOLE, "main_limitation", "summary", "significance", "limitations")
LISTS = ("findings", "conclusions", "open_questions", "strengths")
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_WORDS = {word: at for at, word in enumerate(f"zero one two three four five six seven eight nine {_TEENS}".split())}
_WORDS |= {word: 10 * at for at, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}

_ILLNESS = (
    r"(?:ME/CFS|CFS/ME|CFS|ME|long[- ]covid|PASC|myalgic encephalomyelitis(?:/chronic fatigue syndrome)?"
    r"|chronic fatigue syndrome)"
)
_PEOPLE = r"(?:people|persons|participants|adults|women|men|volunteers|subjects)"
_NUMBER = (
    r"(?:(?P<number>\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+|\d+)"
    rf"|\b(?P<word>{'|'.join(word for word in _WORDS if word not in {'zero', 'one'})}))"
)
# "1 in 10 patients" is a share, not a group.
_NO_SHARE = r"(?<!\d in )(?<!one in )(?<!two in )(?<!three in )(?<!four in )(?<!nine in )"
_LEAD = r"(?P<lead>(?:^|[.:;,]|\b(?:in|among|from|of|with|between|and|versus|vs|compared|studied|tested))\s*)?"
_GROUP = (
    r"(?:(?:healthy|matched|adult|female|male|sedentary|inactive)\s+)*(?P<plain>patients|controls)\b"
    rf"|(?P<ill>{_ILLNESS}\s+(?:patients|{_PEOPLE})\b|{_PEOPLE}\s+with\s+{_ILLNESS}\b)"
    rf"|(?P<well>healthy\s+{_PEOPLE}\b)"
)
_SAID = re.compile(rf"(?i){_LEAD}{_NO_SHARE}(?<![\d.,%]){_NUMBER}\s+(?:{_GROUP})")
# Patients of another illness are no patients of the record.
_OTHERS = re.compile(rf"(?i)\s+(?:with|who\s+had)\s+(?!(?:an?\s+|the\s+)?{_ILLNESS}\b)")


@dataclass(frozen=True)
class Said:
    """A number that a text gives for `group` (patients or controls); `is_whole`: told as the size of the whole group."""

    number: int
    group: str
    is_whole: bool


def disagreements(values: Mapping[str, Any]) -> list[str]:
    """One sentence for each number in the texts that `patients` or `controls` contradicts."""
    found = [
        f"A text gives {said.number} {said.group}, but the record says {_or_none(values.get(said.group))}."
        for field, text in _texts(values)
        if field != "limitations"
        for said in _said(text)
        if _contradicts(said, values.get(said.group), field in WHOLE)
    ]
    return list(dict.fromkeys(found))


def unsupported(values: Mapping[str, Any], abstract: str) -> list[str]:
    """One sentence for each number of people in a text written from the abstract that does not stand in it.

    A number of the record may also be the sum of two numbers of the abstract (two groups of patients told apart there).
    """
    there = numbers_in(abstract)
    sums = {one + other for one, other in combinations(sorted(there), 2)}
    found = [
        f"A text gives {said.number} {said.group}, but this number does not stand in the stored abstract. "
        "Correct it, or say that the text was written from the full text."
        for field, text in _texts(values)
        if _basis(values, field) == "abstract"
        for said in _said(text)
        if said.number not in there and not (said.number == values.get(said.group) and said.number in sums)
    ]
    return list(dict.fromkeys(found))


def numbers_in(text: str) -> set[int]:
    """Every whole number of a text, in digits or in words up to ninety-nine; "10 458" counts as one number too."""
    found = {int(re.sub(r"\D", "", each)) for each in re.findall(r"\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+", text)}
    found |= {int(each) for each in re.findall(r"[0-9]+", text)}
    words = re.findall(r"[a-z]+", text.casefold())
    found |= {_WORDS[word] for word in words if word in _WORDS}
    pairs = ((_WORDS.get(tens, 0), _WORDS.get(ones, 0)) for tens, ones in pairwise(words))
    return found | {tens + ones for tens, ones in pairs if tens >= 20 and 0 < ones < 10}


def _texts(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((field, values.get(field) or "") for field in TEXTS)
    yield from ((field, item) for field in LISTS for item in values.get(field) or [])


def _basis(values: Mapping[str, Any], field: str) -> str:
    known = (values.get("provenance") or {}).get(field) or {}
    return str(known.get("basis") or values.get("basis") or "")


def _said(text: str) -> Iterator[Said]:
    for match in (match for start, end in pieces(text) for match in _SAID.finditer(text[start:end])):
        if match["plain"] and match["plain"].lower() == "patients" and _OTHERS.match(match.string, match.end()):
            continue
        number = int(re.sub(r"\D", "", match["number"])) if match["number"] else _WORDS[match["word"].lower()]
        group = "controls" if match["well"] else "patients" if match["ill"] else match["plain"].lower()
        yield Said(number, group, bool(match["lead"] is not None and match["plain"] and match["number"]))


def _contradicts(said: Said, known: int | None, may_be_whole: bool) -> bool:
    is_whole = said.is_whole and may_be_whole
    if known is None:
        return is_whole
    return said.number > known or (is_whole and said.number != known)


def _or_none(known: int | None) -> str:
    return "nothing" if known is None else str(known)
