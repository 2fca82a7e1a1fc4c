"""Sentences of a text with their places. Every step takes time in proportion to the length of the text.

Before the rules read a sentence, what the paper or its people are quoted as saying is hidden behind a mark, letter for
letter, so that places stay right; so are unusual spaces, hyphens and slashes made plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from studies.wording.subject import Passage

HIDDEN = "¤"
# Longer sentences are read in pieces. The longest of the sample has 400 characters; what is longer is no sentence, and some
# rules take time with the square of what they read.
LONGEST = 1_000
_SPACES, _HYPHENS, _SLASHES = "\u00a0\u2009\u202f", "\u2010\u2011", "\u2044\u2215"
_PLAIN = str.maketrans(_SPACES + _HYPHENS + _SLASHES + "\u2019", "   " + "--" + "//" + "'")
# A run of marks is looked at once, from its first mark on, however long it is.
_END = re.compile(r"(?<![.!?])[.!?]++[\"'”)\]]*+(?=\s|$)|\n+")
_ABBREVIATED = re.compile(r"(?i)(?:^|[\s(])(?:e\.g|i\.e|vs|al|dr|prof|approx|cf|fig|no|nos|st|[a-z])$")
_ASKING = re.compile(
    r"(?i)\s*(?:(?:does|do|did|is|are|was|were|can|could|will|would|should|has|have|how|why|what|which|who|where|when)\b)"
)
_QUOTE = re.compile(r"“[^“”]{1,600}”|\"[^\"\n]{1,600}\"|‘[^‘\n]{1,400}?’(?!\w)|(?<![\w'’])'[^'\n]{1,400}'(?!\w)")
_SAID = re.compile(
    r"(?i)\b(?:call(?:s|ed)?|writes?|wrote|written|says?|said|states?|stated|describe[sd]?|names?|named|terms?|termed"
    r"|words?|worded|phrases?|quotes?|quoted|speaks? of|spoke of|title|titled|headline|concludes?|concluded|claims?|claimed"
    r"|according to|reads?|puts? it|labels?|labelled|asked|answered|told)\b"
)
BEFORE, AFTER = 120, 80


@dataclass(frozen=True)
class Sentence:
    """`text` is what the rules read, `start` its place in the passage; `raw` is what stands there."""

    passage: Passage
    start: int
    text: str
    raw: str

    @property
    def field(self) -> str:
        return self.passage.field

    @property
    def is_question(self) -> bool:
        asked = self.text.rstrip("\"'”) ").endswith("?")
        return asked or (self.field in {"question", "open_questions"} and bool(_ASKING.match(self.text)))


def split(passage: Passage) -> Iterator[Sentence]:
    """The sentences of a passage that hold a word, in order; a line break ends one too."""
    read = hide_quotes(passage.text).translate(_PLAIN)
    start = 0
    for end in _ends(read):
        while start < end and read[start].isspace():
            start += 1
        for begin, finish in pieces(read, start, end):
            if words_in(read[begin:finish]):
                yield Sentence(passage, begin, read[begin:finish], passage.text[begin:finish])
        start = end


def pieces(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """(start, end) of parts of at most LONGEST characters, which together are the whole; cut after a space where one is."""
    end = len(text) if end is None else end
    while end - start > LONGEST:
        space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = space + 1 if space > 0 else start + LONGEST
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def hide_quotes(text: str) -> str:
    """Blank what stands in quotation marks, where the words around say that somebody is quoted."""

    def hidden(match: re.Match[str]) -> str:
        around = text[max(0, match.start() - BEFORE) : match.start()] + " " + text[match.end() : match.end() + AFTER]
        return HIDDEN * len(match[0]) if _SAID.search(around) else match[0]

    return _QUOTE.sub(hidden, text)


def words_in(text: str) -> int:
    """How many words: runs without a space that hold a letter or a digit."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


def _ends(text: str) -> Iterator[int]:
    for match in _END.finditer(text):
        if match[0] == "." and _ABBREVIATED.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        yield match.end()
    yield len(text)
