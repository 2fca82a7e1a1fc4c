"""Proposals: the queue, and the page on which one is applied exactly as shown, refused or recalled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.views.decorators.http import require_POST

from studies import proposals
from studies.admin.again import note_sent
from studies.admin.base import ReadOnlyAdmin
from studies.admin.proposal_showing import shown_content, why_not_apply, why_not_recall, why_not_refuse
from studies.admin.showing import sides
from studies.admin.steps import out_of_date, refused
from studies.admin.waiting import WaitingFilter
from studies.errors import Conflict, Problems, Stale
from studies.models import Proposal
from studies.roles import NotAllowed
from studies.vocabulary import ProposalState


class ProposalFilter(WaitingFilter):
    states = ProposalState

    def waiting(self, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return queryset.waiting()  # type: ignore[attr-defined, no-any-return]


class DecisionForm(forms.Form):
    """What every decision sends: the edition that was shown, and its digest."""

    use_required_attribute = False
    edition = forms.IntegerField(widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput)


class RefuseForm(DecisionForm):
    note = forms.CharField(
        label="Why you refuse it",
        help_text="For the proposer; staff see it.",
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
    )


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    empty_text = "No proposal waits. A change that somebody proposes stands here until it is applied or closed."
    list_display = ["number", "subject", "kind", "reason", "weight", "state", "age", "proposer_role"]
    list_display_links = ["number"]
    list_filter = [ProposalFilter, "kind", "high_impact"]
    list_select_related = ["study", "definition"]
    ordering = ["created_at", "id"]
    sortable_by: list[str] = []

    @admin.display(description="Proposal")
    def number(self, proposal: Proposal) -> str:
        return f"Proposal {proposal.pk}"

    @admin.display(description="Study or definition")
    def subject(self, proposal: Proposal) -> str:
        return str(proposal.study or proposal.definition)

    @admin.display(description="Weight")
    def weight(self, proposal: Proposal) -> str:
        return "Needs a second person" if proposal.high_impact else "One person"

    @admin.display(description="Waiting for", ordering="created_at")
    def age(self, proposal: Proposal) -> str:
        return timesince(proposal.created_at, proposal.decided_at or timezone.now(), depth=1)

    def get_urls(self) -> list[Any]:
        return [
            self._decision_url("apply", "studies.approve", DecisionForm, _apply),
            self._decision_url("refuse", "studies.approve", RefuseForm, _refuse),
            self._decision_url("recall", "studies.propose", DecisionForm, _recall),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one proposal. It only shows; the buttons post to addresses of their own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._show(request, self.load(request, object_id))

    def _decision_url(
        self, name: str, permission: str, form_class: type[DecisionForm], act: Callable[..., SafeString | str]
    ) -> Any:
        @require_POST
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            proposal = self.load(request, object_id)
            form = form_class(request.POST)
            if not form.is_valid():
                return self._show(request, proposal, **{f"{name}_form": form})
            return self._decide(request, proposal, form, act, name)

        address = f"<path:object_id>/{name}/"
        return path(address, self.admin_site.admin_view(view), name=f"studies_proposal_{name}")

    def _decide(
        self,
        request: HttpRequest,
        proposal: Proposal,
        form: DecisionForm,
        act: Callable[..., SafeString | str],
        name: str,
    ) -> HttpResponse:
        typed = [("Why you refuse it", form.cleaned_data["note"])] if form.cleaned_data.get("note") else []
        try:
            with transaction.atomic():
                told = act(proposal=proposal, by=request.user, values=form.cleaned_data)
                self.log_change(request, proposal, WORDS[name])
                if proposal.study:
                    self.log_change(request, proposal.study, f"{WORDS[name][:-1]}: proposal {proposal.pk}.")
            note_sent(request)
        except Stale as error:
            proposal.refresh_from_db()
            return out_of_date(self, request, proposal, str(error), typed=typed, log=WORDS[name])
        except Conflict as error:
            return self._conflict(request, proposal, error)
        except NotAllowed as error:
            return refused(self, request, proposal, str(error), typed=typed)
        except Problems as error:
            return self._show(request, proposal, problems=error.messages, status=409)
        messages.success(request, told)
        return HttpResponseRedirect(reverse("admin:studies_proposal_change", args=[proposal.pk]))

    def _show(
        self,
        request: HttpRequest,
        proposal: Proposal,
        *,
        problems: list[str] | None = None,
        status: int = 200,
        **bound: Any,
    ) -> HttpResponse:
        now = {"edition": proposal.edition, "digest": proposal.digest}
        return self.page(
            request,
            "admin/studies/proposal.html",
            title=f"Proposal {proposal.pk}: {proposal.study or proposal.definition}",
            crumb=f"Proposal {proposal.pk}",
            status=status,
            proposal=proposal,
            problems=problems or [],
            shown=shown_content(proposal),
            decision_form=DecisionForm(initial=now),
            refuse_form=bound.get("refuse_form") or RefuseForm(initial=now),
            form=bound.get("refuse_form"),
            why_not_apply=why_not_apply(proposal, request.user),
            why_not_refuse=why_not_refuse(proposal, request.user),
            why_not_recall=why_not_recall(proposal, request.user),
        )

    def _conflict(self, request: HttpRequest, proposal: Proposal, error: Conflict) -> HttpResponse:
        return self.page(
            request,
            "admin/studies/conflict.html",
            title="Somebody changed the same place meanwhile",
            obj=proposal,
            status=409,
            proposal=proposal,
            conflicts=sides(error.merge.conflicts),
            newest=proposal.study.revisions.order_by("-number").first(),
        )


WORDS = {"apply": "Applied.", "refuse": "Refused.", "recall": "Recalled."}


def _apply(*, proposal: Proposal, by: Any, values: dict[str, Any]) -> SafeString | str:
    revision = proposals.apply(proposal=proposal, digest=values["digest"], edition=values["edition"], by=by)
    if revision is None:
        return "Applied."
    return format_html(
        'Applied. It is <a href="{}">version {}</a> of the study.', revision.get_absolute_url(), revision.number
    )


def _refuse(*, proposal: Proposal, by: Any, values: dict[str, Any]) -> str:
    proposals.refuse(proposal=proposal, edition=values["edition"], by=by, note=values["note"])
    return "Refused. The proposer can read why."


def _recall(*, proposal: Proposal, by: Any, values: dict[str, Any]) -> str:
    proposals.recall(proposal=proposal, edition=values["edition"], by=by)
    return "Recalled. Nothing was changed."
