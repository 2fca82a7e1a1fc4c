"""From a contribution to a proposal: the form of studies.admin, with the message beside it and the consent it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone

from contributions import review
from contributions.admin import page
from contributions.admin.acts import DECIDE, Situation, situation
from contributions.admin.deciding import answer_to
from contributions.models import Contribution
from contributions.moves import as_shown
from contributions.review import ConsentMissing, Decided, Draft, NotAllowed, Shown, TextMissing
from contributions.transitions import Action
from contributions.vocabulary import Use
from studies.admin.proposal_form import ProposalTyping, WhyForm, why_of
from studies.admin.propose import version_number, version_shown
from studies.admin.showing import differences, sides
from studies.admin.wording import of_proposal
from studies.cleaning import PROPOSABLE, cleaned
from studies.errors import Problems
from studies.merging import Conflict, merge
from studies.models import Proposal, Study
from studies.snapshots import Snapshot, current
from studies.vocabulary import State

if TYPE_CHECKING:
    from studies.admin.base import StaffAdmin


class PrivateWhyForm(WhyForm):
    """Why, and how the contributor's words are used. The confirmation is asked for only once the copy guard has spoken."""

    use = forms.ChoiceField(
        choices=Use.choices,
        initial=Use.NONE,
        label="How are the contributor's words used?",
        help_text="A summary or a quote needs their consent. A fact that you checked in the paper needs none.",
        widget=forms.RadioSelect,
    )
    words_stand_in_paper = forms.BooleanField(
        required=False,
        label="These words stand in the paper",
        help_text="Tick this only if you have seen them there. Else use other words.",
    )

    def __init__(self, data: Any = None, *args: Any, **options: Any) -> None:
        super().__init__(data, *args, **options)
        if not (data and "guard" in data):
            del self.fields["words_stand_in_paper"]


class PrivateTyping(ProposalTyping):
    why_form = PrivateWhyForm

    def draft(self) -> Draft:
        return draft_of(self.wanted(), self.why.cleaned_data)


def draft_of(values: dict[str, Any], why: dict[str, Any]) -> Draft:
    return Draft(
        values=values,
        reason=why["reason"],
        note=why["note"],
        evidence_url=why["evidence_url"],
        use=why["use"],
        words_stand_in_paper=why.get("words_stand_in_paper", False),
    )


def propose_page(admin: StaffAdmin, request: HttpRequest, contribution: Contribution) -> HttpResponse:
    now = situation(contribution, user=request.user, at=timezone.now())
    if refusal := before(admin, request, now):
        return refusal
    study: Any = contribution.study
    if request.method == "POST":
        return _posted(admin, request, now, study)
    live = current([study.pk])[study.pk]
    if now.proposal is None:
        suggested = page.about(now)["suggestion"].place
        touched = {suggested.name} if suggested else set()
        return _show(admin, request, now, PrivateTyping(shown=live, base=study.version, touched=touched))
    wanted = {name: new for name, (_, new) in now.proposal.changes.items() if name in PROPOSABLE}
    return _again(admin, request, now, live, wanted, tuple(now.conflicts), why=why_of(now.proposal))


def before(admin: StaffAdmin, request: HttpRequest, now: Situation) -> HttpResponse | None:
    """Why this person cannot write a change of the study now, as an answer; None where they can.

    Whoever posts from an old page hears first who was faster. What they typed is in the answer.
    """
    if not now.user.has_perm(DECIDE):
        raise PermissionDenied
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    try:
        if request.method == "POST":
            as_shown(pk=now.contribution.pk, version=version_number(request.POST.get("version", ""), 10**9))
        if not now.allows(Action.PROPOSE):
            raise NotAllowed(_why_not(now))
        if now.contribution.study is None or now.contribution.study.state != State.PUBLISHED:
            raise NotAllowed("Choose a published study first. Only a published study is changed by a proposal.")
    except (Decided, NotAllowed) as error:
        return answer_to(error, admin, request, now.contribution, typed=typed_in(request))
    return None


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """Everything that was typed into a form of many parts, whatever became of its page."""
    hidden = {"csrfmiddlewaretoken", "version", "base", "guard", "save", "show"}
    typed = [(name, text) for name, texts in request.POST.lists() if name not in hidden for text in texts]
    return [(name.replace("_", " ").capitalize(), text) for name, text in typed if " " in text.strip()]


def _why_not(now: Situation) -> str:
    if now.is_author:
        return "You listed this paper as your own, so somebody else has to decide here."
    return "Take the message first. Only the person who holds it writes a proposal."


def _posted(admin: StaffAdmin, request: HttpRequest, now: Situation, study: Study) -> HttpResponse:
    base = version_number(request.POST.get("base", ""), study.version)
    shown = version_shown(study, base)
    typing = PrivateTyping(shown=shown, base=base, data=request.POST)
    if not typing.is_valid():
        return _show(admin, request, now, typing)
    try:
        if base != study.version:
            return _moved_on(admin, request, now, typing, shown)
        proposal = write(request, now.contribution, typing.draft())
    except ConsentMissing as error:
        return _show(admin, request, now, _guarded(typing, request, shown, base, error), run=error.run)
    except (Problems, TextMissing) as error:
        return _show(admin, request, now, typing, problems=getattr(error, "messages", [str(error)]))
    except (Decided, NotAllowed) as error:
        return answer_to(error, admin, request, now.contribution, typed=typing.typed())
    if "save" not in request.POST:
        return _show(admin, request, now, typing, proposal=proposal)
    return saved(request, now.contribution)


@transaction.atomic
def write(request: HttpRequest, contribution: Contribution, draft: Draft) -> Proposal:
    """The proposal, linked to its contribution; rolled back again where the person only asked to see it."""
    shown = Shown(contribution.pk, int(request.POST["version"]))
    _, proposal = review.propose(shown=shown, by=request.user, at=timezone.now(), draft=draft)
    if "save" not in request.POST:
        transaction.set_rollback(True)
    return proposal


def saved(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    messages.success(request, "The proposal is saved. Nothing is public yet.")
    return HttpResponseRedirect(page.address(contribution, "change", request))


def _guarded(
    typing: PrivateTyping, request: HttpRequest, shown: Snapshot, base: int, error: ConsentMissing
) -> PrivateTyping:
    """The form as it was typed, with the fault at its place; where words were copied, with the confirmation."""
    field = "use"
    if error.run:
        data = request.POST.copy()
        data["guard"], field = "1", "words_stand_in_paper"
        typing = PrivateTyping(shown=shown, base=base, data=data)
        typing.is_valid()
    typing.why.add_error(field, str(error))
    return typing


def _moved_on(
    admin: StaffAdmin, request: HttpRequest, now: Situation, typing: PrivateTyping, shown: Snapshot
) -> HttpResponse:
    """Somebody changed the study since the form was opened: bring what was typed onto the newest version."""
    study: Any = now.contribution.study
    live = current([study.pk])[study.pk]
    wanted = cleaned(study.pk, typing.wanted())
    found = merge(shown, live, wanted).conflicts
    return _again(admin, request, now, live, wanted, found, why=typing.why.cleaned_data, status=409)


def _again(
    admin: StaffAdmin,
    request: HttpRequest,
    now: Situation,
    live: Snapshot,
    wanted: dict[str, Any],
    conflicts: tuple[Conflict, ...],
    *,
    why: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """The form on the newest version with the wanted values in it, beside the fields that two people changed."""
    study: Any = now.contribution.study
    typing = PrivateTyping(shown=live | wanted, base=study.version, why=why, touched=set(wanted))
    pairs, moved_on = (live, wanted), status == 409 or bool(conflicts)
    return _show(admin, request, now, typing, pairs=pairs, status=status, moved_on=moved_on, conflicts=sides(conflicts))


def _show(
    admin: StaffAdmin,
    request: HttpRequest,
    now: Situation,
    typing: PrivateTyping,
    *,
    problems: list[str] | None = None,
    proposal: Proposal | None = None,
    pairs: tuple[Snapshot, dict[str, Any]] = ({}, {}),
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    if proposal:
        changes = proposal.changes.items()
        pairs = ({name: old for name, (old, _) in changes}, {name: new for name, (_, new) in changes})
    before, after = pairs
    return admin.page(
        request,
        "admin/contributions/propose.html",
        title=f"{now.contribution.alias}: propose a change",
        crumb="Propose a change",
        status=status,
        **page.about(now) | {"proposal": proposal or (now.proposal if after else None)},
        **page.ways(request, now.contribution),
        study=now.contribution.study,
        typing=typing,
        problems=problems or [],
        wording=of_proposal(proposal) if proposal else None,
        differences=differences({name: value for name, value in before.items() if name in after}, after),
        **more,
    )
