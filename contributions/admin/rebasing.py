"""Guided rebase: where the study changed in the same place meanwhile, field by field, keep, take, or write anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contributions.admin import page
from contributions.admin.acts import Situation, situation
from contributions.admin.deciding import answer_to
from contributions.admin.proposing import PrivateWhyForm, before, draft_of, saved, write
from contributions.models import Contribution, ProposalLink
from contributions.review import ConsentMissing, Decided, NotAllowed, TextMissing
from studies.admin.proposal_fields import SECTIONS, study_field
from studies.admin.proposal_form import field_values, why_of
from studies.admin.proposal_showing import shown_content
from studies.admin.showing import Side, sides
from studies.cleaning import PROPOSABLE
from studies.errors import Problems
from studies.merging import Conflict
from studies.models import Proposal
from studies.snapshots import Snapshot

if TYPE_CHECKING:
    from studies.admin.base import StaffAdmin

KEEP, TAKE, WRITE = "keep", "take", "write"
WRITABLE = frozenset(name for names in SECTIONS.values() for name in names) - {"published"}


class RebaseForm(forms.Form):
    """For each field in conflict a choice and, where one box holds it, a box for other words."""

    use_required_attribute = False
    base = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, conflicts: list[Conflict], **options: Any) -> None:
        super().__init__(*args, **options)
        self.conflicts = conflicts
        proposed = field_values({each.field: each.proposed for each in conflicts if each.proposed is not None})
        for each in conflicts:
            self._add(each.field, proposed.get(each.field))

    def _add(self, name: str, proposed: Any) -> None:
        choices = [(KEEP, "Keep what is public now"), (TAKE, "Take what was proposed")]
        if name in WRITABLE:
            choices.append((WRITE, "Write something else, in the box below"))
            self.fields[f"own_{name}"] = study_field(name)
            self.fields[f"own_{name}"].label = "Something else"
            self.initial[f"own_{name}"] = proposed
        self.fields[f"choice_{name}"] = forms.ChoiceField(
            choices=choices,
            label="What should stand there?",
            widget=forms.RadioSelect,
            error_messages={"required": "Choose one of these."},
        )

    def parts(self, shown: list[Side]) -> list[dict[str, Any]]:
        """What the template draws: the three values, the choice, the box."""
        return [
            {
                "side": side,
                "choice": self[f"choice_{each.field}"],
                "own": self[f"own_{each.field}"] if each.field in WRITABLE else None,
            }
            for each, side in zip(self.conflicts, shown, strict=True)
        ]

    def values(self) -> dict[str, Any]:
        """Field to the value that was chosen; a kept field needs no change."""
        found = {}
        for each in self.conflicts:
            choice = self.cleaned_data[f"choice_{each.field}"]
            if choice != KEEP:
                found[each.field] = each.proposed if choice == TAKE else self.cleaned_data[f"own_{each.field}"]
        return found


def rebase_page(admin: StaffAdmin, request: HttpRequest, contribution: Contribution) -> HttpResponse:
    now = situation(contribution, user=request.user, at=timezone.now())
    if refusal := before(admin, request, now):
        return refusal
    if now.proposal is None or not now.conflicts:
        error = NotAllowed("Nothing is in conflict here. The proposal can be applied, or written again.")
        return answer_to(error, admin, request, contribution, typed=[])
    study: Any = contribution.study
    posted = request.POST if request.method == "POST" else None
    form = RebaseForm(posted, conflicts=now.conflicts, initial={"base": study.version})
    why = PrivateWhyForm(posted, initial=why_of(now.proposal) | _use_of(now.proposal))
    if posted and form.is_valid() & why.is_valid():
        return _posted(admin, request, now, form, why)
    return _show(admin, request, now, form, why)


def _posted(
    admin: StaffAdmin, request: HttpRequest, now: Situation, form: RebaseForm, why: PrivateWhyForm
) -> HttpResponse:
    study, proposal = now.contribution.study, now.proposal
    if form.cleaned_data["base"] != study.version:
        form.add_error(None, "The study changed once more. Look at the values again.")
        return _show(admin, request, now, form, why, status=409)
    try:
        wanted = _untouched(proposal, form.conflicts) | form.values()
        written = write(request, now.contribution, draft_of(wanted, why.cleaned_data))
    except ConsentMissing as error:
        return _show(admin, request, now, form, _guarded(why, request, error), run=error.run)
    except (Problems, TextMissing) as error:
        form.add_error(None, str(error))
        return _show(admin, request, now, form, why)
    except (Decided, NotAllowed) as error:
        return answer_to(error, admin, request, now.contribution, typed=[("Note", why.cleaned_data["note"])])
    return (
        saved(request, now.contribution)
        if "save" in request.POST
        else _show(admin, request, now, form, why, written=written)
    )


def _untouched(proposal: Any, conflicts: list[Conflict]) -> Snapshot:
    """What was proposed for fields that nobody else changed goes along."""
    contested = {each.field for each in conflicts}
    return {name: new for name, (_, new) in proposal.changes.items() if name in PROPOSABLE and name not in contested}


def _use_of(proposal: Proposal) -> dict[str, str]:
    return {"use": ProposalLink.objects.values_list("use", flat=True).get(proposal=proposal)}


def _guarded(why: PrivateWhyForm, request: HttpRequest, error: ConsentMissing) -> PrivateWhyForm:
    if not error.run:
        why.add_error("use", str(error))
        return why
    data = request.POST.copy()
    data["guard"] = "1"
    again = PrivateWhyForm(data)
    again.add_error("words_stand_in_paper", str(error))
    return again


def _show(
    admin: StaffAdmin,
    request: HttpRequest,
    now: Situation,
    form: RebaseForm,
    why: PrivateWhyForm,
    *,
    written: Proposal | None = None,
    status: int = 200,
    run: str = "",
) -> HttpResponse:
    return admin.page(
        request,
        "admin/contributions/rebase.html",
        title=f"{now.contribution.alias}: onto the newest version",
        crumb="Onto the newest version",
        status=status,
        form=form,
        why=why,
        run=run,
        parts=form.parts(sides(form.conflicts)),
        written=shown_content(written) if written else None,
        full_form=page.address(now.contribution, "propose", request),
        **page.about(now),
        **page.ways(request, now.contribution),
    )
