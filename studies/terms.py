"""Glossary terms: every saved change is a version, with the role of the person who decided it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import transaction

from studies import text_history
from studies.models import GlossaryTerm, TermRevision
from studies.roles import role_of
from studies.text_history import Broken
from studies.vocabulary import StaffRole

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FIRST = "As it came with the atlas."


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


def keep_first(term: GlossaryTerm) -> int:
    """Write what a term that came with the atlas says as its first version, before anybody changes it; its number now.

    Must run in a transaction that holds the term's row.
    """
    if not term.version:
        text_history.add(term, values=values_of(term), note=FIRST, role=StaffRole.SAMPLE_IMPORT, by=None)
    return term.version


def unlike_their_history() -> Iterator[Broken]:
    """Every term that readers see in other words than its newest version has."""
    for term in GlossaryTerm.objects.filter(version__gte=1).prefetch_related("revisions").iterator(chunk_size=200):
        newest = max(term.revisions.all(), key=lambda each: each.number, default=None)
        if newest and newest.values != values_of(term):
            yield Broken(f"term {term.slug}", None, "it does not say what its newest version says")
