"""One act of staff as a page of the admin: what will happen, a form, a button, and what happened.

A page is read with GET, which changes nothing. It acts on POST only, and each POST carries the digest of what was
shown: when the record moved on since, the answer says so (409) and what was typed is still in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studies.admin.again import Again, compared, note_sent
from studies.admin.base import StaffAdmin
from studies.admin.showing import sides
from studies.errors import Conflict, Problems, Stale
from studies.models import Proposal
from studies.roles import NotAllowed

Told = str | SafeString


class StepForm(forms.Form):
    """What every step sends: the digest of what the page showed. `subject` is the object of the page, `by` who reads it."""

    use_required_attribute = False
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, subject: Any, by: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.subject, self.by = subject, by


def note_field(*, required: bool = True, label: str = "What happens and why", help_text: str = "") -> forms.CharField:
    text = "One or two sentences. Public, and it stays: never name or quote the person who told you."
    return forms.CharField(
        required=required,
        label=label,
        help_text=help_text or text,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
    )


def evidence_field() -> forms.URLField:
    return forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label="Evidence",
        help_text="A public link: the paper, a notice, a reply.",
    )


@dataclass(frozen=True)
class Step:
    """`act(subject, by, values)` does it and returns the sentence for the person.

    `closed` says why the step is not open to anybody now, `why_not` why this person may not take it, `problems` what stands
    in the way; each is empty where nothing does. `digest` sums up what the page shows, `shows` is that for the template.
    """

    slug: str
    label: str
    permission: str
    explain: str
    act: Callable[..., Told]
    digest: Callable[[Any], str]
    closed: Callable[[Any], str]
    form: type[StepForm] = StepForm
    why_not: Callable[[Any, Any], str] = lambda subject, user: ""
    problems: Callable[[Any], list[str]] = lambda subject: []
    shows: Callable[[Any], dict[str, Any]] = lambda subject: {}
    log: str = ""
    goes_on: str = "change"  # the page after it: of the subject, or "changelist" where the step may delete it

    def offered_to(self, user: Any, subject: Any) -> bool:
        return not self.closed(subject) and user.has_perm(self.permission)


def step_urls(admin: StaffAdmin, steps: list[Step]) -> list[URLPattern]:
    return [_step_url(admin, step) for step in steps]


def buttons(admin: StaffAdmin, request: HttpRequest, subject: Any, steps: list[Step]) -> list[dict[str, str]]:
    """Label and address of the steps that are open to this person now."""
    return [
        {"label": step.label, "address": reverse(f"admin:{_name(admin, step)}", args=[subject.pk])}
        for step in steps
        if step.offered_to(request.user, subject)
    ]


def out_of_date(
    admin: StaffAdmin,
    request: HttpRequest,
    subject: Any,
    message: str,
    *,
    typed: list[tuple[str, str]],
    log: str = "",
    **more: Any,
) -> TemplateResponse:
    """The 409 page: what happened meanwhile, who did it and when, and what was typed.

    Whoever pressed twice, so that the last line of the log is theirs and says `log`, reads that it was done the first time,
    and whether they sent the same again.
    """
    kind = ContentType.objects.get_for_model(subject)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(subject.pk)).select_related("user")
    last = entries.first()
    mine = last if last and last.user == request.user and request.method == "POST" else None
    is_done = bool(mine and log and mine.change_message == log)
    again = compared(request) if is_done else ""
    return admin.page(
        request,
        "admin/studies/out_of_date.html",
        title=done_title(again) if is_done else "This has changed meanwhile",
        obj=subject,
        status=409,
        message=message,
        is_done=is_done,
        again=again,
        last=last,
        typed=typed,
        **more,
    )


def done_title(again: Again) -> str:
    return "You sent something else before" if again == "other" else "This is done already"


def refused(
    admin: StaffAdmin, request: HttpRequest, subject: Any, message: str, *, typed: list[tuple[str, str]]
) -> TemplateResponse:
    """The 403 page in words, with what was typed."""
    title = "You may not do this alone"
    page = "admin/studies/refused.html"
    return admin.page(request, page, title=title, obj=subject, status=403, message=message, typed=typed)


def typed_texts(form: forms.Form) -> list[tuple[str, str]]:
    """Label and value of every text that a person typed into the form."""
    bound = [field for field in form if form.is_bound and not field.is_hidden]
    texts = [(str(field.label), field.value()) for field in bound]
    return [(label, value) for label, value in texts if isinstance(value, str) and value.strip()]


def proposed(proposal: Proposal) -> SafeString:
    """The sentence after a step that only proposes."""
    address = reverse("admin:studies_proposal_change", args=[proposal.pk])
    text = 'Nothing is public yet. <a href="{}">Proposal {}</a> waits for a second person.'
    return format_html(text, address, proposal.pk)


def _name(admin: StaffAdmin, step: Step) -> str:
    return f"studies_{admin.opts.model_name}_{step.slug.replace('-', '_')}"


def _step_url(admin: StaffAdmin, step: Step) -> URLPattern:
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        return _step_page(admin, request, object_id, step)

    return path(f"<path:object_id>/{step.slug}/", admin.admin_site.admin_view(view), name=_name(admin, step))


def _step_page(admin: StaffAdmin, request: HttpRequest, object_id: str, step: Step) -> HttpResponse:
    if not request.user.has_perm(step.permission):
        raise PermissionDenied
    subject = admin.load(request, object_id)
    digest = step.digest(subject)
    form = step.form(request.POST or None, subject=subject, by=request.user, initial={"digest": digest})
    if closed := step.closed(subject):
        return out_of_date(admin, request, subject, closed, typed=typed_texts(form), log=step.log)
    if request.method == "POST" and form.is_valid():
        return _act(admin, request, subject, step, form, digest)
    return _show(admin, request, subject, step, form)


def _act(
    admin: StaffAdmin, request: HttpRequest, subject: Any, step: Step, form: StepForm, digest: str
) -> HttpResponse:
    values: Mapping[str, Any] = form.cleaned_data
    try:
        if values["digest"] != digest:
            raise Stale("This is not what the page showed any more.")
        with transaction.atomic():
            told = step.act(subject, request.user, values)
            admin.log_change(request, subject, step.log)
        note_sent(request)
    except Problems as error:
        for sentence in error.messages:
            form.add_error(None, sentence)
        return _show(admin, request, subject, step, form)
    except NotAllowed as error:
        return refused(admin, request, subject, str(error), typed=typed_texts(form))
    except Stale as error:
        return out_of_date(admin, request, subject, str(error), typed=typed_texts(form), log=step.log)
    except Conflict as error:
        found = sides(error.merge.conflicts)
        message = "Something later changed the same place."
        return out_of_date(admin, request, subject, message, typed=typed_texts(form), conflicts=found)
    messages.success(request, told)
    return HttpResponseRedirect(_after(admin, step, subject))


def _after(admin: StaffAdmin, step: Step, subject: Any) -> str:
    return reverse(
        f"admin:studies_{admin.opts.model_name}_{step.goes_on}", args=[subject.pk] if step.goes_on == "change" else []
    )


def _show(admin: StaffAdmin, request: HttpRequest, subject: Any, step: Step, form: StepForm) -> TemplateResponse:
    return admin.page(
        request,
        "admin/studies/step.html",
        title=f"{step.label}: {subject}",
        crumb=step.label,
        obj=subject,
        step=step,
        form=form,
        problems=[] if form.is_bound else step.problems(subject),
        why_not=step.why_not(subject, request.user),
        digest=form.initial.get("digest", ""),
        **step.shows(subject),
    )
