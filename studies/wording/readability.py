"""How hard texts are to read, by counting. A grade counts length, not sense: it advises, people judge.

SMOG: McLaughlin, Journal of Reading 12 (1969) 639-646. Flesch-Kincaid grade: Kincaid, Fishburne, Rogers and Chissom,
Research Branch Report 8-75 (1975). Both are school years of the United States. SMOG was made for 30 sentences and more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from studies.wording.findings import ADVISORY, Finding
from studies.wording.sentences import split
from studies.wording.subject import GLANCE, SHORT, Passage, Subject
from studies.wording.terms import masked

LAYERS = {"glance": (GLANCE, 8.0), "short": (SHORT, 10.0)}
EXACT_FROM = 30  # sentences, for SMOG
ENOUGH, MARGIN = 10, 5.0
LONGEST_WORD = 50  # letters looked at, from the end
_EASIER = "Shorter sentences and shorter words. Explain a hard word once, and keep every limit."
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_VOWELS = re.compile(r"[aeiouy]+")
# An ending whose vowel is not spoken: "rate", "rates", "used"; spoken in "table", "boxes", "wanted".
_SILENT = re.compile(
    r"(?:[^aeiouyl]|[aeiouy]l)e$|(?:[^aeiouylscgxz]|[^aeiouycs]h|[aeiouy]l)(?<![cs]h)es$|[^aeiouytd]ed$|(?<=[aeiouy])[aeiouy]+ed$|[gq]ues?$"
    r"|[aeiouy][^aeiouy]e(?:ly|ful|less|ment|ness|where)$"
)
# Neighbours that are two syllables and one group of vowels, or a syllable without a vowel.
_APART = re.compile(
    r"(?<![ctsgxh])i(?:[ao](?!ge)|um)|(?<![ct])ie[nt]|(?<![qg])ua[ltr]|uou|creat|ciat|(?<![gp])eo(?!n$)|yi|[eo]ing$|[st]hms?$|isms?$"
    r"|[dsn]n'?t$"
)
_COUNTED = {
    **dict.fromkeys("business every people evening something sometimes someone friendly".split(), 2),
    **dict.fromkeys("friend friends once".split(), 1),
    **dict.fromkeys("science sciences".split(), 2),
    "therefore": 2,
    **dict.fromkeys("area areas idea ideas".split(), 3),
    **dict.fromkeys("argue argues argued".split(), 2),
    **dict.fromkeys("element elements".split(), 3),
    "society": 4,
}


@dataclass(frozen=True)
class Reading:
    """Counts and grades of one layer of texts; `is_exact`: enough sentences for SMOG to mean what it says."""

    layer: str
    sentences: int
    words: int
    smog: float
    flesch_kincaid: float
    target: float

    @property
    def is_exact(self) -> bool:
        return self.sentences >= EXACT_FROM


def read(text: str, *, layer: str = "", target: float = 10.0) -> Reading | None:
    """The reading of a text, terms masked; None without words."""
    found = [words(masked(sentence.raw)) for sentence in split(Passage("", None, text))]
    found = [each for each in found if each]
    if not found:
        return None
    counts = [syllables(word) for each in found for word in each]
    hard = sum(count >= 3 for count in counts)
    smog = 1.0430 * math.sqrt(hard * 30 / len(found)) + 3.1291
    grade = 0.39 * len(counts) / len(found) + 11.8 * sum(counts) / len(counts) - 15.59
    return Reading(layer, len(found), len(counts), round(smog, 1), round(grade, 1), target)


def readings(subject: Subject) -> list[Reading]:
    """One reading for each layer that has words."""
    texts = {
        layer: "\n".join(str(subject.texts.get(name) or "") for name in names) for layer, (names, _) in LAYERS.items()
    }
    found = (read(text, layer=layer, target=LAYERS[layer][1]) for layer, text in texts.items())
    return [reading for reading in found if reading]


def hard_to_read(subject: Subject) -> Iterator[Finding]:
    """A layer above its target; one with a few sentences only when far above, since one hard word moves its grade."""
    for reading in readings(subject):
        if reading.smog > reading.target + (0 if reading.sentences >= ENOUGH else MARGIN):
            yield Finding("reading-level", ADVISORY, reading.layer, None, 0, 0, "", "", "", _graded(reading), _EASIER)


def _graded(reading: Reading) -> str:
    exact = "" if reading.is_exact else f" A rough figure: there are fewer than {EXACT_FROM} sentences."
    return (
        f"SMOG is {reading.smog}, Flesch-Kincaid {reading.flesch_kincaid}; the aim is SMOG {reading.target:g}.{exact}"
    )


def words(text: str) -> list[str]:
    """Runs of letters; a word with a hyphen is one, as SMOG counts."""
    return _WORD.findall(text)


def syllables(word: str) -> int:
    """Groups of vowels that are spoken: right for most English words, at least 1."""
    return sum(map(_spoken, filter(None, word[-LONGEST_WORD:].lower().replace("’", "'").split("-")))) or 1


def _spoken(part: str) -> int:
    part = part.removesuffix("'s").rstrip("'")
    if part in _COUNTED:
        return _COUNTED[part]
    return max(1, len(_VOWELS.findall(part)) + len(_APART.findall(part)) - bool(_SILENT.search(part)))
