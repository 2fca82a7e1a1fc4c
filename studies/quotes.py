"""Whether a quoted sentence stands in the text that it is said to come from, and what stands there instead. Pure.

Compared without regard to case, line breaks, kinds of quotation marks and dashes, ligatures and invisible marks. Three dots
in a quote ("…", "...", "[…]") join parts that follow one another in the text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A passage that shares fewer of the quote's words than this is not worth showing.
LEAST_ALIKE = 0.4
LONGEST_SHOWN = 60  # words

_QUOTES = str.maketrans(dict.fromkeys('“”„‟«»‹›‘’‚‛′″`´"', "'"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"))
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_GAP = re.compile(r"[\[(]? ?\. ?\. ?\. ?[\])]?")  # here and below: in texts with single blanks alone
_TIGHT = re.compile(r" ?([-'=<>≤≥±~/()\[\],;:%]) ?")
_EDGE = " .,;:'-"


@dataclass(frozen=True)
class Quote:
    """A quote as it was coded. `label` names it in messages; `locator` and `basis` are the words of the vocabulary."""

    label: str
    text: str
    locator: str
    basis: str


@dataclass(frozen=True)
class Paper:
    """What of a paper the atlas holds. `abstract`: its sections as {label, text}, empty where none is stored."""

    title: str
    abstract: Sequence[Mapping[str, str]] = ()


def fault(quote: Quote, paper: Paper) -> str:
    """Why this quote cannot stand, as a sentence that shows the nearest passage; nothing where it can.

    A quote that was read in the full text is not looked for, unless it is said to stand in the abstract or the title.
    """
    if not quote.text.strip():
        return ""
    if quote.locator == "title":
        return "" if occurs(quote.text, [paper.title]) else f"{quote.label}: the quote does not stand in the title."
    if quote.basis == "full_text" and quote.locator != "abstract":
        return ""
    if not paper.abstract:
        return f"{quote.label}: no abstract is stored, so the quote cannot be found in it. {_WAY_OUT}"
    return "" if occurs(quote.text, texts_of(paper.abstract)) else _not_found(quote, paper)


def occurs(quote: str, texts: Sequence[str]) -> bool:
    """Whether one of the texts holds the quote, its parts in their order and as whole words."""
    parts = [part for part in (piece.strip(_EDGE) for piece in _GAP.split(_plain(quote))) if part]
    return bool(parts) and any(_holds(_plain(text), parts) for text in texts)


def nearest(quote: str, text: str) -> str:
    """The passage of the text that shares most words with the quote, as it is written there; nothing if none is like it."""
    wanted, words = Counter(_words(quote)), text.split()
    keys = [" ".join(_words(word)) for word in words]
    size = min(max(sum(wanted.values()), 1), len(words), LONGEST_SHOWN)
    if not size:
        return ""
    # The most words in common; among equals the passage that begins like the quote, then the first one.
    alike, _, start = max(
        (_shared(wanted, keys[at : at + size]), keys[at] in wanted, -at) for at in range(len(words) - size + 1)
    )
    return " ".join(words[-start : -start + size]) if alike >= LEAST_ALIKE * min(sum(wanted.values()), size) else ""


def texts_of(sections: Sequence[Mapping[str, str]]) -> list[str]:
    """The abstract as one text, with its section labels and without them: a quote may run past one."""
    labelled = [f"{part['label']}: {part['text']}" if part["label"] else part["text"] for part in sections]
    return ["\n".join(labelled), "\n".join(part["text"] for part in sections)]


def _not_found(quote: Quote, paper: Paper) -> str:
    passage = nearest(quote.text, texts_of(paper.abstract)[1])
    shown = f" The nearest passage is: “{passage}”." if passage else " Nothing in it is like the quote."
    return f"{quote.label}: the quote does not stand in the stored abstract.{shown} {_WAY_OUT}"


_WAY_OUT = "Quote the paper word for word, or say that you read it in the full text, and where it stands there."


def _plain(text: str) -> str:
    """Case, marks and blanks levelled; NFKC takes ligatures and “…” apart."""
    level = unicodedata.normalize("NFKC", text.translate(_QUOTES).translate(_DASHES).translate(_INVISIBLE)).casefold()
    return _TIGHT.sub(r"\1", " ".join(level.translate(_QUOTES).translate(_DASHES).split()))


def _holds(text: str, parts: Sequence[str]) -> bool:
    start = 0
    for part in parts:
        found = re.compile(rf"(?<!\w){re.escape(part)}(?!\w)").search(text, start)
        if found is None:
            return False
        start = found.end()
    return True


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _plain(text))


def _shared(wanted: Counter[str], words: Sequence[str]) -> int:
    found = Counter(word for key in words for word in key.split())
    return sum(min(count, found[word]) for word, count in wanted.items())
