"""What a contributor agreed to, and the guard that keeps it when staff write a public text."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Raise ConsentMissing for a use of the contributor's words that they did not agree to.

    A fact checked in the paper may always be corrected; a long run of words that both texts share passes only when
    the moderator says that it stands in the paper.
    """
    if use == Use.SUMMARISED and not (contribution.may_summarise or contribution.may_quote):
        raise ConsentMissing("The contributor did not agree to be summarised.")
    if use == Use.QUOTED and not contribution.may_quote:
        raise ConsentMissing("The contributor did not agree to be quoted.")
    if use == Use.QUOTED or words_stand_in_paper:
        return
    public = "\n".join([proposal.note, *_texts_of([new for _, new in proposal.changes.values()])])
    known = "\n".join(_texts_of([old for old, _ in proposal.changes.values()]))
    for entry in messages.read(contribution):
        private = "\n".join(entry.content.values())
        if entry.side == Side.CONTRIBUTOR and (run := copied_run(private, public, known=known)):
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
