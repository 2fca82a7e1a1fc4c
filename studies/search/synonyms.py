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

        A wording that is a term of its own has the other words of that term only: "CFS" stays chronic fatigue syndrome
        although "ME/CFS" lists it too. A wording that is an alias of several terms has the words of all of them.
        """
        groups = [_distinct([term, *aliases]) for term, aliases in terms]
        groups = [group for group in groups if group]
        own = {next(iter(group)): group for group in groups}
        found: dict[Phrase, dict[Phrase, str]] = {}
        for group in groups:
            for wording in group:
                if wording not in own or own[wording] is group:
                    found.setdefault(wording, {}).update(group)
        return cls(
            others={wording: _without(wording, group) for wording, group in found.items() if len(group) > 1},
            longest=max((len(wording) for wording in found), default=0),
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
