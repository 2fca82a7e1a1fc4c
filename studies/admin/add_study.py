"""Adding a study begins with its paper: an identifier, from which the atlas fetches the bibliography."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from studies import drafting, fetching
from studies.errors import Problems
from studies.identifiers import MAX_PASTED, Identifier, recognise
from studies.outside import open_client
from studies.sources.wire import Limits

if TYPE_CHECKING:
    from studies.admin.base import StaffAdmin

# Somebody waits for the page: seconds to connect, between two pieces, and for a whole answer.
PATIENCE = Limits(connect=4, read=6, total=8, most_bytes=20 * 1024 * 1024)
NO_IDENTIFIER = "This is no DOI, PubMed number or PubMed Central number. A DOI begins with 10. and has a slash in it."


class IdentifierForm(forms.Form):
    use_required_attribute = False
    identifier = forms.CharField(
        max_length=MAX_PASTED,
        label="DOI, PMID or PMCID of the paper",
        help_text="In any spelling, bare or as a link.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_identifier(self) -> Identifier:
        text = self.cleaned_data["identifier"]
        # Here a bare short number can be nothing else than a PubMed number.
        found = recognise(f"pmid:{text}" if text.isascii() and text.isdigit() else text)
        if found is None:
            raise forms.ValidationError(NO_IDENTIFIER)
        return found


def add_page(admin: StaffAdmin, request: HttpRequest) -> HttpResponse:
    if not admin.has_add_permission(request):
        raise PermissionDenied
    form = IdentifierForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _show(admin, request, form)
    paper = form.cleaned_data["identifier"]
    if known := fetching.held(paper):
        return _show(admin, request, form, known=known, by_hand=paper)
    return _fetch(admin, request, form, paper)


def _fetch(admin: StaffAdmin, request: HttpRequest, form: IdentifierForm, paper: Identifier) -> HttpResponse:
    try:
        found = fetching.fetch(paper, client=open_client(limits=PATIENCE))
        study = drafting.draft_from_source(incoming=found.paper, by=request.user)
    except fetching.NotFetched as error:
        return _show(admin, request, form, faults=error.faults, by_hand=paper)
    except drafting.Held as error:
        return _show(admin, request, form, known=error.study, by_hand=paper)
    except Problems as error:
        return _show(admin, request, form, faults=error.messages, by_hand=paper)
    admin.log_addition(request, study, f"Fetched from {found.paper.source}.")
    messages.success(request, f"The draft is made. Its bibliography comes from {found.paper.source}.")
    for remark in [*found.faults, *found.paper.problems]:
        messages.warning(request, remark)
    return HttpResponseRedirect(reverse("admin:studies_study_change", args=[study.pk]))


def _show(
    admin: StaffAdmin,
    request: HttpRequest,
    form: IdentifierForm,
    *,
    known: Any = None,
    faults: Any = (),
    by_hand: Identifier | None = None,
) -> HttpResponse:
    typed = f"?{urlencode({by_hand.kind: by_hand.value})}" if by_hand else ""
    return admin.page(
        request,
        "admin/studies/study/add.html",
        title="Add a study",
        form=form,
        known=known,
        faults=faults,
        by_hand=reverse("admin:studies_study_add_by_hand") + typed,
        upload=reverse("admin:studies_upload_add") if request.user.has_perm("studies.add_upload") else "",
    )
