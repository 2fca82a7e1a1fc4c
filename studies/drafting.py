"""One paper that somebody knows of, as a draft study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from studies.errors import Problems
from studies.identifiers import recognise
from studies.incoming import Incoming
from studies.ingest import Holdings, ingest
from studies.models import Study
from studies.names import parse_names, stands_for_more
from studies.records import Record
from studies.roles import role_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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
        with transaction.atomic():
            outcome = ingest([Incoming(record, source="")], holdings=Holdings())
    except IntegrityError:
        raise Problems(["Somebody else added this paper at the same moment."]) from None
    if not outcome.created:
        raise Problems(["The atlas has this paper already."])
    study = Study.objects.get(pk=outcome.created[0])
    study.drafted_by = by
    study.save(update_fields=["drafted_by"])
    return study
