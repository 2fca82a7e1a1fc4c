"""What a contributor agreed to, and the guard that keeps it when staff write a public text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from contributions import messages
from contributions.copyguard import copied_run
from contributions.models import Contribution
from contributions.vocabulary import Side, Use
from studies.models import Proposal


class ConsentMissing(Exception):
    """The public text uses the contributor's words in a way they did not agree to. `run` holds the copied words.

    `run` is private text: show it to the person who wrote the change and to nobody else.
    """

    def __init__(self, message: str, run: str = "") -> None:
        super().__init__(message)
        self.run = run


def refuse_without_consent(
    contribution: Contribution, *, proposal: Proposal, use: str, words_stand_in_paper: bool = False
) -> None:
    """Raise ConsentMissing for a use of the contributor's words in this proposal that they did not agree to."""
    pairs = proposal.changes.values()
    refuse_use(contribution, use)
    if use != Use.QUOTED and not words_stand_in_paper:
        refuse_copies(contribution, public=[proposal.note, *(new for _, new in pairs)], known=[old for old, _ in pairs])


def refuse_use(contribution: Contribution, use: str) -> None:
    """Raise ConsentMissing where this use (vocabulary.Use) was not agreed to."""
    if use == Use.SUMMARISED and not (contribution.may_summarise or contribution.may_quote):
        raise ConsentMissing("The contributor did not agree to be summarised.")
    if use == Use.QUOTED and not contribution.may_quote:
        raise ConsentMissing("The contributor did not agree to be quoted.")


def refuse_copies(contribution: Contribution, *, public: Iterable[Any], known: Iterable[Any]) -> None:
    """Raise ConsentMissing where public values repeat a long run of the contributor's words that was not public before.

    A fact checked in the paper may always be corrected; such a run passes only when the moderator says that it stands in
    the paper. Ask before anything is written: a database keeps what was written on its disk even if it is rolled back.
    """
    after, before = "\n".join(_texts_of(list(public))), "\n".join(_texts_of(list(known)))
    for entry in messages.read(contribution):
        private = "\n".join(entry.content.values())
        if entry.side == Side.CONTRIBUTOR and (run := copied_run(private, after, known=before)):
            raise ConsentMissing("The public text repeats the contributor's words.", run)


def _texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts_of(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts_of(part)
