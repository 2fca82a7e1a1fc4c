"""What the check reports: a rule that a place in a text breaks, in words, with a better example."""

from __future__ import annotations

from dataclasses import dataclass

BLOCKING, ADVISORY = "blocking", "advisory"


@dataclass(frozen=True)
class Hit:
    """Words of one sentence, as a rule found them: offsets count from the start of the sentence."""

    start: int
    end: int
    severity: str
    message: str
    better: str


@dataclass(frozen=True)
class Finding:
    """One fault. `text[start:end] == words` for the text of `field` (its item number `item`, from 0, in a list).

    `field` is one of the reader texts, or `glance` or `short` where the finding is about these texts together; such a
    finding, and one about an empty text, has no words. `before` and `after` are a little of the sentence around them.
    """

    rule: str
    severity: str
    field: str
    item: int | None
    start: int
    end: int
    words: str
    before: str
    after: str
    message: str
    better: str

    @property
    def is_blocking(self) -> bool:
        return self.severity == BLOCKING

    @property
    def context(self) -> str:
        """The words where they stand, shortened."""
        return self.before + self.words + self.after
