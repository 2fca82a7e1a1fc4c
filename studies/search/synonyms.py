"""Which words of the field mean the same, from the glossary. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from studies.search.words import stems

Phrase = tuple[str, ...]


@dataclass
class Synonyms:
    """Other wordings by the stems of a wording. `longest` is the number of stems of the longest wording."""

    others: dict[Phrase, tuple[str, ...]] = field(default_factory=dict)
    longest: int = 0

    @classmethod
    def of(cls, terms: Iterable[tuple[str, Iterable[str]]]) -> Synonyms:
        """From (term, aliases) of every term.

        A wording listed under several terms has the narrowest meaning, which is the term with the fewest wordings: "CFS"
        stays chronic fatigue syndrome although "ME/CFS" lists it too.
        """
        groups = [_distinct([term, *aliases]) for term, aliases in terms]
        groups = sorted((group for group in groups if len(group) > 1), key=lambda group: (-len(group), min(group)))
        narrowest = {wording: group for group in groups for wording in group}
        return cls(
            others={wording: _without(wording, group) for wording, group in narrowest.items()},
            longest=max(map(len, narrowest), default=0),
        )


def _distinct(wordings: Iterable[str]) -> dict[Phrase, str]:
    """The first wording of each sequence of stems; wordings without a word are left out."""
    distinct: dict[Phrase, str] = {}
    for wording in wordings:
        phrase = tuple(stems(wording))
        if phrase:
            distinct.setdefault(phrase, wording)
    return distinct


def _without(wording: Phrase, group: dict[Phrase, str]) -> tuple[str, ...]:
    return tuple(text for phrase, text in group.items() if phrase != wording)
