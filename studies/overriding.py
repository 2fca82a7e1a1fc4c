"""Bibliographic fields that staff set by hand, against their source: kept with the public reason, in the act that sets them."""

from __future__ import annotations

from collections.abc import Iterable

from studies.models import Override, Proposal, Revision
from studies.vocabulary import ProposalKind

# What comes from a source and is compared with it again.
FROM_SOURCES = frozenset(
    {
        "title",
        "authors",
        "authors_complete",
        "journal",
        "journal_abbreviation",
        "issn",
        "volume",
        "issue",
        "pages",
        "published_on",
        "published_precision",
        "doi",
        "pmid",
        "pmcid",
        "preprint_doi",
        "language",
    }
)


def note(proposal: Proposal, revision: Revision, changed: Iterable[str]) -> None:
    """Keep that these fields were set by hand, or that they follow a source again. Runs in the transaction of the change.

    A proposal that a finding led to brings what the source says, so it ends the override. So does taking back the change that
    made it; taking back what a finding led to is setting it by hand.
    """
    fields = sorted(FROM_SOURCES & set(changed))
    if not fields:
        return
    if not _sets_by_hand(proposal):
        Override.objects.filter(study=revision.study_id, field__in=fields).delete()
        return
    for name in fields:
        Override.objects.update_or_create(
            study_id=revision.study_id,
            field=name,
            defaults={"reason": proposal.note, "theirs": None, "revision_number": revision.number},
        )


def _sets_by_hand(proposal: Proposal) -> bool:
    if proposal.kind != ProposalKind.REVERT:
        return not proposal.findings.exists()
    number = proposal.details["number"]
    reverted = Proposal.objects.filter(study=proposal.study_id, revision__number=number).first()
    return reverted is not None and not _sets_by_hand(reverted)
