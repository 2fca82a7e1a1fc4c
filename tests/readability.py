"""How hard a text is to read, by counting. A grade counts length, not sense: it warns, people judge."""

import math
import re

from studies.wording.readability import syllables, words

# Words of the field that cannot be avoided; they are explained where they first stand.
UNAVOIDABLE = re.compile(r"post-exertional malaise|accessibility|bibliography|ME/CFS|PubMed", re.IGNORECASE)


def smog(text: str) -> float:
    """SMOG grade (McLaughlin 1969): school years needed, from the share of words with three or more syllables."""
    found = sentences(UNAVOIDABLE.sub("it", text))
    hard = sum(1 for sentence in found for word in words(sentence) if syllables(word) >= 3)
    return 1.043 * math.sqrt(hard * 30 / len(found)) + 3.1291


def longest_sentence(text: str) -> int:
    """Words in the longest sentence."""
    return max(len(words(sentence)) for sentence in sentences(text))


def sentences(text: str) -> list[str]:
    """Sentences with at least two words; an empty line ends one too."""
    parts = re.split(r"[.!?:;]+(?:\s|$)|\n\s*\n", text)
    return [part for part in parts if len(words(part)) > 1]
