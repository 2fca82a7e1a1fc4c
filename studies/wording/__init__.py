"""The wording check: what the texts of a study say that they should not, each with its place and a better example. Pure.

`check(subject)` is the door. `VERSION` grows whenever a rule would judge a text differently; `docs/wording.md` says how
each rule works, why it is there, and what changed between versions.
"""

from __future__ import annotations

from studies.wording.findings import ADVISORY, BLOCKING, Finding, Hit
from studies.wording.readability import Reading, readings
from studies.wording.rules import LABELS, OF_SENTENCES, OF_STUDIES
from studies.wording.sentences import Sentence, split
from studies.wording.subject import Subject, from_values, passages

__all__ = [
    "ADVISORY",
    "BLOCKING",
    "LABELS",
    "VERSION",
    "Finding",
    "Reading",
    "Subject",
    "check",
    "from_values",
    "readings",
]

VERSION = "2"
MOST = 20  # findings of one rule in one text: more help nobody
AROUND = 40


def check(subject: Subject) -> list[Finding]:
    """Every finding in reading order: those about places first, then those about whole texts. Nothing for no texts."""
    if subject.is_empty:
        return []
    found = [finding for passage in passages(subject) for finding in _in_passage(list(split(passage)), subject)]
    return found + [finding for look in OF_STUDIES for finding in look(subject)]


def _in_passage(sentences: list[Sentence], subject: Subject) -> list[Finding]:
    found: list[Finding] = []
    for slug, rule in OF_SENTENCES.items():
        hits = (_finding(slug, sentence, hit) for sentence in sentences for hit in rule.find(sentence, subject))
        found += [finding for _, finding in zip(range(MOST), hits, strict=False)]
    return sorted(found, key=lambda finding: finding.start)


def _finding(slug: str, sentence: Sentence, hit: Hit) -> Finding:
    start, end = sentence.start + hit.start, sentence.start + hit.end
    text = sentence.passage.text
    return Finding(
        rule=slug,
        severity=hit.severity,
        field=sentence.field,
        item=sentence.passage.item,
        start=start,
        end=end,
        words=text[start:end],
        before=_before(sentence.raw, hit.start),
        after=_after(sentence.raw, hit.end),
        message=hit.message,
        better=hit.better,
    )


def _before(sentence: str, place: int) -> str:
    """A little of the sentence before a place, cut between words."""
    cut = sentence[max(0, place - AROUND) : place]
    return cut if place <= AROUND else "… " + cut.partition(" ")[2]


def _after(sentence: str, place: int) -> str:
    cut = sentence[place : place + AROUND]
    return cut if place + AROUND >= len(sentence) else cut.rpartition(" ")[0] + " …"
