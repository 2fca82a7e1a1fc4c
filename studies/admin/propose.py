"""The page on which staff write a proposal: type, see the word-level difference, save.

Nothing public moves here. What was typed is never lost: after an error, or when somebody else changed the study
meanwhile, the form comes back with it, beside what stands now.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from studies import proposals, revisions
from studies.admin import wording
from studies.admin.base import StaffAdmin
from studies.admin.proposal_form import ProposalTyping, why_of
from studies.admin.proposal_showing import of_abstract
from studies.admin.showing import Side, differences, sides
from studies.admin.steps import out_of_date, refused
from studies.cleaning import PROPOSABLE, cleaned
from studies.errors import Problems
from studies.merging import Conflict, merge
from studies.models import Abstract, Proposal, Study
from studies.roles import NotAllowed
from studies.snapshots import Snapshot, current
from studies.vocabulary import State


class _AlreadyThere(Exception):
    """The very same proposal is waiting; carries it."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(proposal.pk)
        self.proposal = proposal


def propose_page(admin: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    if not request.user.has_perm("studies.propose"):
        raise PermissionDenied
    study = admin.load(request, object_id)
    source = _source(study, request.GET.get("from", ""))
    if study.state != State.PUBLISHED:
        typing = ProposalTyping(shown={}, base=0, data=request.POST or None)
        message = "Only a published study is changed by a proposal."
        return out_of_date(admin, request, study, message, typed=typing.typed() if request.POST else [])
    if request.method == "POST":
        return _posted(admin, request, study, source)
    live = current([study.pk])[study.pk]
    if source:
        wanted = {name: new for name, (_, new) in source.changes.items() if name in PROPOSABLE}
        found = _conflicts(study, source, live)
        return _again(admin, request, study, live, wanted, found, why=why_of(source), source=source)
    return _show(admin, request, study, ProposalTyping(shown=live, base=study.version))


def _posted(admin: StaffAdmin, request: HttpRequest, study: Study, source: Proposal | None) -> HttpResponse:
    base = version_number(request.POST.get("base", ""), study.version)
    shown = version_shown(study, base)
    typing = ProposalTyping(shown=shown, base=base, data=request.POST)
    if not typing.is_valid():
        return _show(admin, request, study, typing, source=source)
    try:
        if base != study.version:
            return _moved_on(admin, request, study, typing, shown, source)
        proposal = _propose(request, study, typing, source)
    except Problems as error:
        return _show(admin, request, study, typing, problems=error.messages, source=source)
    except NotAllowed as error:
        return refused(admin, request, study, str(error), typed=typing.typed())
    except _AlreadyThere as found:
        messages.info(request, "This very proposal is there already.")
        return _to_proposal(found.proposal)
    if "save" not in request.POST:
        return _show(admin, request, study, typing, proposal=proposal, source=source)
    admin.log_change(request, study, f"Made proposal {proposal.pk}.")
    messages.success(request, "The proposal is saved. Nothing is public yet.")
    return _to_proposal(proposal)


@transaction.atomic
def _propose(request: HttpRequest, study: Study, typing: ProposalTyping, source: Proposal | None) -> Proposal:
    """The proposal as `proposals.propose` makes it; rolled back again where the person only asked to see it."""
    why, abstract = typing.why.cleaned_data, _abstract(study, source)
    proposal = proposals.propose(study=study, values=typing.wanted(), abstract=abstract, by=request.user, **why)
    twin = Proposal.objects.waiting().filter(digest=proposal.digest).exclude(pk=proposal.pk).first()
    if "save" not in request.POST:
        transaction.set_rollback(True)
    elif twin:
        raise _AlreadyThere(twin)
    elif source:
        _close(source, proposal, request.user)
    return proposal


def _abstract(study: Study, source: Proposal | None) -> dict[str, Any] | None:
    """What nobody types goes along: the abstract that the proposal before brought, unless the study has one by now."""
    found = source.details.get("abstract") if source else None
    return found if found and not Abstract.objects.filter(study=study).exists() else None


def _close(source: Proposal, successor: Proposal, user: Any) -> None:
    """End the proposal that a new one replaces, as far as this person may."""
    if source.proposer_id == user.pk or user.has_perm("studies.lead"):
        proposals.recall(proposal=source, edition=source.edition, by=user)
    elif user.has_perm("studies.approve"):
        note = f"Written again as proposal {successor.pk}."
        proposals.refuse(proposal=source, edition=source.edition, by=user, note=note)


def _moved_on(
    admin: StaffAdmin,
    request: HttpRequest,
    study: Study,
    typing: ProposalTyping,
    shown: Snapshot,
    source: Proposal | None,
) -> HttpResponse:
    """Somebody changed the study since the form was opened: bring what was typed onto the newest version."""
    live = current([study.pk])[study.pk]
    wanted = cleaned(study.pk, typing.wanted())
    found, why = merge(shown, live, wanted).conflicts, typing.why.cleaned_data
    return _again(admin, request, study, live, wanted, found, why=why, source=source, status=409)


def _again(
    admin: StaffAdmin,
    request: HttpRequest,
    study: Study,
    live: Snapshot,
    wanted: dict[str, Any],
    conflicts: tuple[Conflict, ...],
    *,
    why: dict[str, Any],
    source: Proposal | None,
    status: int = 200,
) -> HttpResponse:
    """The form on the newest version with the wanted values in it, beside the fields that two people changed."""
    typing = ProposalTyping(shown=live | wanted, base=study.version, why=why, touched=set(wanted))
    brought = {"abstract": source.changes["abstract"][1]} if source and _abstract(study, source) else {}
    told: dict[str, Any] = {"moved_on": True, "conflicts": sides(conflicts), "shown": (live, wanted | brought)}
    return _show(admin, request, study, typing, status=status, source=source, **told)


def _show(
    admin: StaffAdmin,
    request: HttpRequest,
    study: Study,
    typing: ProposalTyping,
    *,
    problems: list[str] | None = None,
    proposal: Proposal | None = None,
    source: Proposal | None = None,
    shown: tuple[Snapshot, dict[str, Any]] | None = None,
    moved_on: bool = False,
    conflicts: list[Side] | None = None,
    status: int = 200,
) -> HttpResponse:
    pairs = proposal.changes if proposal else {}
    abstract = _abstract(study, source)
    before, after = shown or ({n: old for n, (old, _) in pairs.items()}, {n: new for n, (_, new) in pairs.items()})
    return admin.page(
        request,
        "admin/studies/propose.html",
        title=f"Propose a change: {study.title}",
        crumb="Propose a change",
        obj=study,
        study=study,
        status=status,
        typing=typing,
        problems=problems or [],
        proposal=proposal,
        sentences=of_abstract(abstract) if abstract else [],
        wording=wording.of_proposal(proposal) if proposal else None,
        differences=differences({n: v for n, v in before.items() if n in after}, after),
        moved_on=moved_on,
        conflicts=conflicts or [],
    )


def _conflicts(study: Study, source: Proposal, live: Snapshot) -> tuple[Conflict, ...]:
    pairs = {name: pair for name, pair in source.changes.items() if name in PROPOSABLE}
    base, wanted = {n: old for n, (old, _) in pairs.items()}, {n: new for n, (_, new) in pairs.items()}
    return merge(base, live, wanted).conflicts


def version_shown(study: Study, number: int) -> Snapshot:
    """What the page showed: the live study for the newest version (its history may have gaps), else the history."""
    return current([study.pk])[study.pk] if number == study.version else revisions.at(study, number)


def _source(study: Study, text: str) -> Proposal | None:
    return Proposal.objects.waiting().filter(pk=int(text), study=study).first() if _is_number(text) else None


def version_number(text: str, newest: int) -> int:
    """The version that the form was opened on; anything that is none counts as the first, so that nothing is lost."""
    return int(text) if _is_number(text) and 1 <= int(text) <= newest else 1


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _to_proposal(proposal: Proposal) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:studies_proposal_change", args=[proposal.pk]))
