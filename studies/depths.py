"""How long each layer of a text is, for readers who have to plan their strength. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

# Silent reading is 175 to 300 words a minute; people who read with brain fog need more time.
WORDS_A_MINUTE = 160
LONGEST_IN_SECONDS = 55


@dataclass(frozen=True)
class Length:
    """Words of a layer and the time they take: `seconds` (in tens) where it is less than a minute, else 0 and `minutes`."""

    words: int

    @property
    def seconds(self) -> int:
        exact = self.words * 60 / WORDS_A_MINUTE
        return 0 if exact >= LONGEST_IN_SECONDS else max(10, round(exact / 10) * 10)

    @property
    def minutes(self) -> int:
        return max(1, math.ceil(self.words / WORDS_A_MINUTE))

    @property
    def told(self) -> str:
        """In English: "30 seconds, 82 words"."""
        number, unit = (self.seconds, "second") if self.seconds else (self.minutes, "minute")
        return f"{_counted(number, unit)}, {_counted(self.words, 'word')}"


def length_of(texts: Iterable[str]) -> Length:
    return Length(sum(len(text.split()) for text in texts))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
