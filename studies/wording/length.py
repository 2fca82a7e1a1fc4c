"""Sentences that are too long to hold in mind. Rules `long-sentence` and `long-on-average`; both advise."""

from __future__ import annotations

from collections.abc import Iterator

from studies.wording.findings import ADVISORY, Finding, Hit
from studies.wording.sentences import Sentence, split, words_in
from studies.wording.subject import Passage, Subject, passages

LONGEST, MEAN = 26, 20


def long_sentence(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    count = words_in(sentence.raw)
    if count > LONGEST:
        message = f"This sentence has {count} words; {LONGEST} are the most that reads well."
        yield Hit(0, len(sentence.raw), ADVISORY, message, "Make two sentences of it: one finding in each.")


def long_on_average(subject: Subject) -> Iterator[Finding]:
    for passage in passages(subject):
        counts = [words_in(sentence.raw) for sentence in split(passage)]
        if len(counts) > 1 and sum(counts) > MEAN * len(counts):
            yield _finding(passage, sum(counts) / len(counts))


def _finding(passage: Passage, mean: float) -> Finding:
    message = f"Its sentences have {mean:.0f} words on average; aim for {MEAN} or fewer."
    better = "Split the longest sentences."
    return Finding("long-on-average", ADVISORY, passage.field, passage.item, 0, 0, "", "", "", message, better)
