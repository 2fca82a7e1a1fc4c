"""Which word of the atlas a reader may have meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from studies.search.spellings import Spellings
from studies.search.words import WORD, fold

_PHRASE = re.compile('"[^"]*"?')


def corrected(text: str, *, unknown: Iterable[str], known: Iterable[str] = (), spellings: Spellings) -> str | None:
    """The search text with unknown words replaced by the nearest ones, and known words by much more usual ones.

    None where there is nothing to replace.
    """
    nearest = {word: spellings.usual(word) for word in known} | {word: spellings.nearest(word) for word in unknown}
    replaced = WORD.sub(lambda found: nearest.get(found[0]) or found[0], text)
    return replaced if replaced != text else None


def unquoted(text: str) -> str:
    """The search text without its phrases: those are meant as they stand."""
    return _PHRASE.sub(" ", text)


def words_of(text: str) -> list[str]:
    """The words of a search text that can be misspelled, each once."""
    return [word for word in dict.fromkeys(WORD.findall(text)) if re.fullmatch(r"[a-z]+", fold(word))]
