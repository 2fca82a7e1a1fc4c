"""How the search box is read: words, "phrases", -exclusions and the field's synonyms. Pure.

Every text is a query: what cannot be read is left out and said in a notice, never an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from studies.search.synonyms import Phrase, Synonyms
from studies.search.words import stems

LONGEST = 500  # characters
MOST_PARTS = 24
COMMON = frozenset(
    "a an and are as at be been by can did do does for from has have how in is it its of on or that the their there "
    "these this to was were what when where which with".split()
)

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_CHUNK = re.compile(r'(?P<minus>[-−–—]*)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_HYPHENS = re.compile(r"[-‐‑]")

# All phrases of one alternative must be there; one alternative of a part suffices.
Alternative = tuple[Phrase, ...]


@dataclass(frozen=True)
class Part:
    """One thing asked for: as it was typed, the alternatives that count as it, and the synonyms used."""

    typed: str
    alternatives: tuple[Alternative, ...]
    also: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What to type to ask for this part alone."""
        return self.typed.replace("“", '"').replace("”", '"')


@dataclass(frozen=True)
class Query:
    """What is searched. Notices are sentences for the reader."""

    required: tuple[Part, ...] = ()
    excluded: tuple[Part, ...] = ()
    left_out: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.required or self.excluded)

    @property
    def key(self) -> tuple[tuple[tuple[Alternative, ...], ...], ...]:
        """Equal for queries that find the same studies."""
        return (
            tuple(part.alternatives for part in self.required),
            tuple(part.alternatives for part in self.excluded),
        )

    @property
    def phrases(self) -> frozenset[Phrase]:
        """All that may be marked in a result."""
        return frozenset(phrase for part in self.required for each in part.alternatives for phrase in each)

    @property
    def uses_synonyms(self) -> bool:
        return any(part.also for part in self.required)


@dataclass(frozen=True)
class _Chunk:
    typed: str
    phrase: Phrase
    quoted: bool
    minus: bool

    @property
    def is_common(self) -> bool:
        return not self.quoted and self.typed.lower() in COMMON


def parse(text: str, synonyms: Synonyms | None = None) -> Query:
    """Read a query; without `synonyms` words stand for themselves alone."""
    text, notices = clean(text)
    chunks = list(_chunks(text))
    notices += _notices(text, chunks)
    chunks = [chunk for chunk in chunks if chunk.phrase][:MOST_PARTS]
    positive = [chunk for chunk in chunks if not chunk.minus]
    all_common = all(chunk.is_common for chunk in positive)
    required = list(_parts(positive, synonyms or Synonyms(), keep_common=all_common))
    used = {word for part in required for word in part.typed.lower().split()}
    return Query(
        required=_once(required),
        excluded=_once([Part(_show(chunk), _alternatives(chunk)) for chunk in chunks if chunk.minus]),
        left_out=tuple(
            dict.fromkeys(chunk.typed for chunk in positive if chunk.is_common and chunk.typed.lower() not in used)
        ),
        notices=tuple(notices),
    )


def clean(text: str) -> tuple[str, list[str]]:
    """One line without characters that cannot be read, cut to LONGEST; and what the reader is told about it."""
    notices = []
    kept = "".join(" " if letter.isspace() else letter for letter in text if not _is_unreadable(letter))
    if any(_is_unreadable(letter) and unicodedata.category(letter) != "Cf" for letter in text):
        notices.append("Characters that cannot be read were left out.")
    kept = kept.translate(_QUOTES).strip()
    if len(kept) > LONGEST:
        kept = kept[:LONGEST].strip()
        notices.append(f"The search text was too long. Only its first {LONGEST} characters were used.")
    return kept, notices


def _is_unreadable(letter: str) -> bool:
    if letter.isspace():
        return False
    return letter == "\ufffd" or unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Cn", "Co"}


def _chunks(text: str) -> Iterator[_Chunk]:
    for found in _CHUNK.finditer(text):
        quoted = found["phrase"] is not None
        typed = (found["phrase"] if quoted else found["word"]).strip()
        phrase = tuple(stems(typed))
        yield _Chunk(typed if quoted else typed.strip(".,;:!?()[]{}") or typed, phrase, quoted, bool(found["minus"]))


def _notices(text: str, chunks: list[_Chunk]) -> list[str]:
    notices = []
    words = sum(bool(chunk.phrase) for chunk in chunks)
    if text and not words:
        notices.append("There was no word to search for in the search box, so it was ignored.")
    elif text.count('"') % 2:
        notices.append("A quotation mark was not closed. It was read as closed at the end.")
    if words > MOST_PARTS:
        notices.append(f"Only the first {MOST_PARTS} words were used.")
    return notices


def _parts(chunks: list[_Chunk], synonyms: Synonyms, *, keep_common: bool) -> Iterator[Part]:
    """Words in order; where several in a row are one term of the glossary, the longest such term."""
    start = 0
    while start < len(chunks):
        length, also = _term(chunks[start:], synonyms)
        here = chunks[start : start + length]
        start += length
        if also:
            yield _term_part(here, also)
        elif keep_common or not here[0].is_common:
            yield Part(_show(here[0]), _alternatives(here[0]))


def _term(chunks: list[_Chunk], synonyms: Synonyms) -> tuple[int, tuple[str, ...]]:
    """How many of the first chunks are one term, and its synonyms; (1, ()) for an ordinary word."""
    best: tuple[int, tuple[str, ...]] = (1, ())
    phrase: Phrase = ()
    for number, chunk in enumerate(chunks, start=1):
        phrase += chunk.phrase
        if chunk.quoted or len(phrase) > synonyms.longest:
            break
        if phrase in synonyms.others:
            best = (number, synonyms.others[phrase])
    return best


def _term_part(chunks: list[_Chunk], also: tuple[str, ...]) -> Part:
    """The words as typed, in any order, or any of the synonyms as a phrase."""
    words = [chunk for chunk in chunks if not chunk.is_common] or chunks
    typed = [sum(choice, ()) for choice in product(*(_alternatives(chunk) for chunk in words))]
    others = [(tuple(stems(text)),) for text in also]
    return Part(" ".join(chunk.typed for chunk in chunks), tuple(dict.fromkeys([*typed, *others])), also)


def _alternatives(chunk: _Chunk) -> tuple[Alternative, ...]:
    """The chunk as a phrase; "auto-antibodies" also as one word."""
    if not chunk.quoted and _HYPHENS.search(chunk.typed):
        joined = tuple(stems(_HYPHENS.sub("", chunk.typed)))
        if joined != chunk.phrase:
            return ((chunk.phrase,), (joined,))
    return ((chunk.phrase,),)


def _show(chunk: _Chunk) -> str:
    return f"“{chunk.typed}”" if chunk.quoted else chunk.typed


def _once(parts: list[Part]) -> tuple[Part, ...]:
    return tuple({part.alternatives: part for part in reversed(parts)}.values())[::-1]
