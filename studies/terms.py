"""Glossary terms: every saved change is a version, with the role of the person who decided it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from studies import text_history
from studies.models import GlossaryTerm, TermRevision
from studies.roles import role_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def values_of(term: GlossaryTerm) -> dict[str, Any]:
    """Everything of a term that readers see or search by; what is empty is left out."""
    values = {
        "term": term.term,
        "aliases": list(term.aliases),
        "meaning": term.meaning,
        "source": term.source,
        "reviewed_on": term.reviewed_on.isoformat() if term.reviewed_on else "",
        "in_search": "yes" if term.in_search else "no",
    }
    return {name: value for name, value in values.items() if value}


@transaction.atomic
def record(*, term: GlossaryTerm, note: str, by: User) -> TermRevision | None:
    """Write what the term says now as its next version; None where its newest version says the same. Raises NotAllowed."""
    role = role_of(by, "approve")
    GlossaryTerm.objects.select_for_update().get(pk=term.pk)
    newest = term.revisions.order_by("-number").first()
    if newest and newest.values == values_of(term):
        return None
    version: TermRevision = text_history.add(term, values=values_of(term), note=note.strip(), role=role, by=by)
    return version
