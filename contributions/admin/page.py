"""The page of one contribution: what was said, what it is about, what is proposed, what can be done.

It only shows, and notes who saw it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils import timezone

from contributions import messages, openings
from contributions.admin import checks, places, words
from contributions.admin.acts import ACTS, LEAD, Act, Situation, situation
from contributions.admin.forms import ActForm
from contributions.admin.thread import shown_thread, suggestion
from contributions.models import Contribution
from contributions.transitions import Action, Actor
from contributions.vocabulary import Kind, State
from studies.admin.proposal_showing import shown_content
from studies.admin.showing import sides

if TYPE_CHECKING:
    from studies.admin.base import StaffAdmin

EVENTS_SHOWN = 200
OTHERS_SHOWN = 10
FREE_TO_RELEASE = frozenset({Actor.HOLDER, Actor.AFTER_EXPIRY})


def show(
    admin: StaffAdmin,
    request: HttpRequest,
    contribution: Contribution,
    *,
    typed: dict[str, ActForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; `typed` holds a form that came back with an error, by the slug of its act."""
    if typed is None and request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    now = situation(contribution, user=request.user, at=timezone.now())
    form = next(iter(typed.values())) if typed else None
    return admin.page(
        request,
        "admin/contributions/contribution.html",
        title=contribution.alias,
        status=status,
        form=form,
        **about(now),
        **_waiting(now),
        acts=drawn_acts(now, request, typed or {}),
        pages=_pages(now, request),
        events=_events(contribution),
        openings=openings.newest(contribution) if request.user.has_perm(LEAD) else [],
        take_it_first=not contribution.holder_id and now.allows(Action.CLAIM),
        **ways(request, contribution),
    )


def about(now: Situation) -> dict[str, Any]:
    """What every page about one contribution shows: state, thread, contact for those who may see it, study.

    Effect: that this person opens it is noted first, so that nobody reads without a trace.
    """
    one = now.contribution
    openings.record_opening(contribution=one, by=now.user, at=now.at)
    entries = messages.read(one)
    return {
        "contribution": one,
        "now": now,
        "waits": words.waits_for(one, now.at),
        "due": words.due(one, now.at),
        "lease": words.lease_left(one, now.at),
        "is_mine": one.holder_id is not None and one.holder_id == now.user.pk,
        "thread": shown_thread(entries),
        "suggestion": suggestion(one, entries),
        "contact": messages.read_contact(one) if now.user.has_perm("contributions.see_contact") else "",
        "others": _others(one),
    }


def ways(request: HttpRequest, contribution: Contribution) -> dict[str, Any]:
    """The ways on from here: the list as it was filtered, and the next item in it."""
    following = places.next_item(contribution, request)
    queue = reverse("admin:contributions_contribution_changelist")
    kept = request.GET.get(places.KEPT, "")
    return {
        "queue_address": f"{queue}?{kept}" if kept else queue,
        "own_address": address(contribution, "change", request),
        "next_one": following,
        "next_address": f"{_plain('change', following)}{places.keeping(request)}" if following else "",
    }


def address(contribution: Contribution, name: str, request: HttpRequest) -> str:
    """A page about this contribution, with the filters and the place of the list kept."""
    return f"{_plain(name, contribution)}{places.keeping(request, contribution)}"


def drawn_acts(now: Situation, request: HttpRequest, typed: dict[str, ActForm]) -> dict[str, list[dict[str, Any]]]:
    """Group to the acts that are open to this person, each with its address and form."""
    found: dict[str, list[dict[str, Any]]] = {}
    for act in ACTS:
        if act.is_offered(now) or act.slug in typed:
            form = typed.get(act.slug) or act.form(contribution=now.contribution)
            _trim(act, form, now)
            where = address(now.contribution, act.slug.replace("-", "_"), request)
            drawn = {"act": act, "form": form, "address": where, "is_open": act.slug in typed}
            found.setdefault(act.group, []).append(drawn)
    return found


def _trim(act: Act, form: ActForm, now: Situation) -> None:
    """Whoever holds it, or finds it after the lease ran out, gives no reason for putting it back."""
    if act.slug == "release" and not now.actors.isdisjoint(FREE_TO_RELEASE):
        form.fields.pop("reason", None)


def _waiting(now: Situation) -> dict[str, Any]:
    """The proposal that waits: its difference, its checks, and the places where the study changed meanwhile."""
    if now.proposal is None:
        return {"proposal": None}
    return {
        "proposal": now.proposal,
        "shown": shown_content(now.proposal),
        "checks": checks.of_proposal(now.contribution, now.proposal),
        "conflicts": sides(now.conflicts),
    }


def _pages(now: Situation, request: HttpRequest) -> list[dict[str, str]]:
    """The acts that have a page of their own."""
    found = []
    one, may_propose = now.contribution, now.allows(Action.PROPOSE) and now.contribution.study is not None
    if may_propose and now.conflicts:
        found.append(("rebase", "Bring the proposal onto the newest version"))
    if may_propose:
        found.append(("propose", "Write another proposal" if now.proposal else "Propose a change"))
    if now.allows(Action.DRAFT_STUDY) and one.kind == Kind.MISSING_PAPER:
        found.append(("draft_study", "Make a draft study of it"))
    return [{"address": address(one, name, request), "label": label} for name, label in found]


def _events(contribution: Contribution) -> list[dict[str, Any]]:
    events = contribution.events.select_related("actor").order_by("-id")[:EVENTS_SHOWN]
    return [{"said": words.happened(event), "at": event.happened_at} for event in events]


def _others(contribution: Contribution) -> list[Contribution]:
    """Other messages about the same study that are there still, the newest first."""
    if contribution.study_id is None:
        return []
    rows = Contribution.objects.filter(study=contribution.study_id).exclude(pk=contribution.pk)
    return list(rows.exclude(state=State.ERASED).only("alias", "state", "kind").order_by("-pk")[:OTHERS_SHOWN])


def _plain(name: str, contribution: Contribution) -> str:
    return reverse(f"admin:contributions_contribution_{name}", args=[contribution.pk])
