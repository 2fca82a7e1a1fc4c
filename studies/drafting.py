"""One paper that somebody knows of, as a draft study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from studies.errors import Problems
from studies.holdings import Holdings
from studies.identifiers import recognise
from studies.incoming import Incoming
from studies.ingest import ingest
from studies.models import Study
from studies.names import parse_names, stands_for_more
from studies.outcome import Fate
from studies.records import Record
from studies.roles import role_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Held(Exception):
    """The atlas has this paper: `study`."""

    def __init__(self, study: Study | None) -> None:
        super().__init__("The atlas has this paper already.")
        self.study = study


def told(
    *, title: str, authors: Sequence[str] = (), journal: str = "", year: int | None, numbers: Sequence[str]
) -> Record:
    """A record from what a person typed: names as "Adams B" or "Adams, Barbara", identifiers in any spelling.

    Raises Problems that name what cannot be read.
    """
    found = {text: recognise(text) for text in numbers if text.strip()}
    problems = [f"“{text}” is no DOI, PubMed or PubMed Central number." for text, number in found.items() if not number]
    if not title.strip():
        problems.append("The title is missing.")
    if problems:
        raise Problems(problems)
    identifiers: dict[str, Any] = {number.kind: number.value for number in found.values() if number}
    return Record(
        title=" ".join(title.split()),
        authors=tuple(parse_names([name.strip() for name in authors if name.strip()])),
        authors_complete=bool(authors) and not stands_for_more(authors),
        journal=journal.strip(),
        year=year,
        **identifiers,
    )


@transaction.atomic
def draft(*, record: Record, by: User) -> Study:
    """Create a draft study with this bibliography, drafted by `by`; nothing is coded and nothing public moves.

    Raises NotAllowed, and Problems where the atlas has the paper already.
    """
    role_of(by, "propose")
    try:
        return _draft(Incoming(record, source=""), by, with_notices=True)
    except Held:
        raise Problems(["The atlas has this paper already."]) from None


@transaction.atomic
def draft_from_source(*, incoming: Incoming, by: User) -> Study:
    """Create a draft study of a paper as a source gave it, drafted by `by`; nothing is coded and nothing public moves.

    Raises NotAllowed, Held, and Problems where it is no paper that can be a study (a notice, or what ingest refuses).
    """
    role_of(by, "propose")
    study = _draft(incoming, by, with_notices=False)
    study.bibliography_checked_on = timezone.localdate()
    study.save(update_fields=["bibliography_checked_on"])
    return study


def _draft(incoming: Incoming, by: User, *, with_notices: bool) -> Study:
    outcome = ingest([incoming], holdings=Holdings(near=[incoming.record]), with_notices=with_notices)
    (line,) = outcome.lines
    if line.fate == Fate.REFUSED:
        raise Problems([line.reason])
    if line.fate == Fate.NOTICE:
        raise Problems(
            [f"“{line.title}” is a notice about another paper ({line.notice}), so it is no study of its own."]
        )
    found = Study.objects.filter(pk__in=[line.study] if line.study else [])
    if line.fate != Fate.CREATED:
        raise Held(found.first())
    study = found.get()
    study.drafted_by = by
    study.save(update_fields=["drafted_by"])
    return study
