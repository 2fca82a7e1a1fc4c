"""A missing paper becomes a draft study: what the moderator found out about it, and the answer to the contributor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from contributions import answers, messages, review
from contributions.admin import page
from contributions.admin.acts import DECIDE, Situation, situation
from contributions.admin.deciding import answer_to, typed_words
from contributions.admin.forms import AnswerForm, answer_field
from contributions.models import Contribution
from contributions.moves import as_shown
from contributions.review import Decided, NotAllowed, Shown, TextMissing
from contributions.transitions import Action
from contributions.vocabulary import Kind
from studies import drafting
from studies.admin.fields import LinesField
from studies.errors import Problems
from studies.identifiers import recognise

if TYPE_CHECKING:
    from studies.admin.base import StaffAdmin


class DraftForm(AnswerForm):
    """What stands on the paper's first page; the editors complete the rest."""

    slug, starts = "draft-study", answers.DRAFT
    title = forms.CharField(label="Title of the paper", widget=forms.Textarea(attrs={"rows": 2, "cols": 80}))
    authors = LinesField(required=False, label="Authors", help_text="One per line, in order, such as: Adams, Barbara")
    journal = forms.CharField(required=False, max_length=300, label="Journal")
    year = forms.IntegerField(required=False, min_value=1900, max_value=2100, label="Year", widget=forms.TextInput)
    numbers = LinesField(
        required=False, label="DOI, PMID, PMCID", help_text="One per line, bare or as a link, in any spelling."
    )
    text = answer_field(label="Your answer")
    field_order = ("version", "title", "authors", "journal", "year", "numbers", "start", "text")


def draft_page(admin: StaffAdmin, request: HttpRequest, contribution: Contribution) -> HttpResponse:
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    now = situation(contribution, user=request.user, at=timezone.now())
    form = DraftForm(request.POST or None, contribution=contribution, initial=_prefilled(contribution))
    try:
        if request.method == "POST" and form.is_valid():
            as_shown(pk=contribution.pk, version=form.cleaned_data["version"])
        if not now.allows(Action.DRAFT_STUDY) or contribution.kind != Kind.MISSING_PAPER:
            raise NotAllowed("Take the message first. Only a missing paper becomes a draft study.")
        if "insert" in request.POST:
            return _show(admin, request, now, _with_start(form))
        if request.method == "POST" and form.is_valid():
            return _draft(request, contribution, form.cleaned_data)
    except (Problems, TextMissing) as error:
        form.add_error(None, str(error))
    except (Decided, NotAllowed) as error:
        return answer_to(error, admin, request, contribution, typed=typed_words(form))
    return _show(admin, request, now, form)


def _draft(request: HttpRequest, contribution: Contribution, values: dict[str, Any]) -> HttpResponse:
    record = drafting.told(**{name: values[name] for name in ("title", "authors", "journal", "year", "numbers")})
    shown = Shown(contribution.pk, values["version"])
    study = review.draft_study(shown=shown, by=request.user, at=timezone.now(), record=record, text=values["text"])
    notices.success(request, "The draft is made, and the contributor can read your answer.")
    return HttpResponseRedirect(reverse("admin:studies_study_change", args=[study.pk]))


def _prefilled(contribution: Contribution) -> dict[str, Any]:
    """Only numbers of a paper are taken over: words of the contributor are nobody's draft."""
    entries = messages.read(contribution)
    typed = [entries[0].content.get(name, "") for name in ("identifier", "text")] if entries else []
    pieces = [piece for text in typed for piece in text.split()]
    found = [text.strip() for text in (*typed[:1], *pieces) if recognise(text)]
    values = {known.value: text for text in found if (known := recognise(text))}
    return {"numbers": list(values.values()), "text": answers.DRAFT["drafted"].text}


def _with_start(form: DraftForm) -> DraftForm:
    typed = {name: form.data.get(name, "") for name in form.fields}
    typed["text"] = "\n\n".join(filter(None, [typed["text"].strip(), form.chosen_start()]))
    return DraftForm(initial=typed, contribution=form.contribution)


def _show(admin: StaffAdmin, request: HttpRequest, now: Situation, form: DraftForm) -> HttpResponse:
    return admin.page(
        request,
        "admin/contributions/draft.html",
        title=f"{now.contribution.alias}: a draft study",
        crumb="A draft study",
        form=form,
        **page.about(now),
        **page.ways(request, now.contribution),
    )
