"""Guides, start-here paths, questions and answers: a working copy to edit, and steps to what readers see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from studies import guides, lengths
from studies.admin.base import StaffAdmin
from studies.admin.fields import LONG
from studies.admin.guide_fields import SourcesField, StepsField
from studies.admin.seen import SeenForm, held
from studies.admin.showing import Shown
from studies.admin.steps import Step, StepForm, Told, buttons, note_field, step_urls
from studies.diff import as_text, changes, pieces
from studies.markdown import render, words
from studies.models import Guide
from studies.vocabulary_desk import GuideState

DEPTHS = guides.MARKDOWN
SOON = timedelta(days=60)
MARKDOWN = "Markdown: **strong**, [link](https://…), lists with a hyphen, headings with #."


class GuideForm(SeenForm):
    sources = SourcesField(
        label="Sources", help_text="One a line: the reference | an https address or the address of a study here."
    )
    steps = StepsField(label="Steps of a start-here path", help_text="One a line: title | address | what it gives.")

    class Meta:
        model = Guide
        fields = [
            "kind",
            "slug",
            "title",
            "audience",
            *DEPTHS,
            "sources",
            "steps",
            "terms",
            "position",
            "reviewed_on",
        ]
        widgets = dict.fromkeys(DEPTHS, forms.Textarea(attrs=LONG))
        help_texts = {part: f"{MARKDOWN} At most {lengths.GUIDE[part]:,} characters." for part in DEPTHS}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for part, said in lengths.too_long(cleaned, lengths.GUIDE):
            self.add_error(part, said)
        return cleaned


class PublishForm(StepForm):
    note = note_field(label="What is new")


def submit(guide: Guide, by: Any, values: Any) -> Told:
    guides.submit(guide=guide, by=by)
    return "The text is in review. Another person can publish it now."


def send_back(guide: Guide, by: Any, values: Any) -> Told:
    guides.send_back(guide=guide, by=by)
    return "The text is a draft again and can be edited."


def publish(guide: Guide, by: Any, values: Any) -> Told:
    guides.publish(guide=guide, digest=values["digest"], note=values["note"], by=by)
    return format_html('The text is public: <a href="{}">see its page</a>.', guide.get_absolute_url())


def withdraw(guide: Guide, by: Any, values: Any) -> Told:
    guides.withdraw(guide=guide, by=by)
    return "The text is off the site. Its versions stay."


def restore(guide: Guide, by: Any, values: Any) -> Told:
    guides.restore(guide=guide, by=by)
    return "Readers find the text again, in the version that they saw last."


def shows(guide: Guide) -> dict[str, Any]:
    """Everything that the digest covers: each part as readers would see it, and what is new against what they see now."""
    newest = guide.revisions.order_by("-number").first()
    values = guides.values_of(guide)
    found = changes(newest.values, values, [*guides.PARTS, "terms", "reviewed_on"]) if newest else []
    parts = {"is_new": not newest, "values": [_part(name, value) for name, value in values.items()]}
    return {
        "guide": parts,
        "differences": [Shown(_label(each.field), pieces(each), isinstance(each.new, list), 0) for each in found],
    }


def _part(name: str, value: Any) -> dict[str, Any]:
    is_markdown = name in DEPTHS
    return {
        "label": _label(name),
        "html": mark_safe(render(value)) if is_markdown else "",  # noqa: S308 - made by our own Markdown reader
        "words": words(value) if is_markdown else 0,
        "lines": [as_text(line) for line in value] if isinstance(value, list) else [] if is_markdown else [str(value)],
    }


def not_in(*states: GuideState) -> Any:
    names = " or ".join(state.label.lower() for state in states)
    return lambda guide: "" if guide.state in states else f"This step is for a text that is {names}."


COMMON = {"digest": guides.digest_of, "shows": shows}
STEPS = [
    Step(
        slug="submit",
        label="Submit for review",
        permission="studies.propose",
        explain="Closes the text for editing until another person has read it. What readers see does not change yet.",
        act=submit,
        closed=not_in(GuideState.DRAFT, GuideState.PUBLISHED),
        problems=guides.problems,
        log="Submitted for review.",
        **COMMON,
    ),
    Step(
        slug="publish",
        label="Publish",
        permission="studies.approve",
        explain="Readers see exactly this from now on, as a version with its number.",
        act=publish,
        closed=not_in(GuideState.IN_REVIEW),
        problems=guides.problems,
        form=PublishForm,
        log="Published.",
        **COMMON,
    ),
    Step(
        slug="send-back",
        label="Send back",
        permission="studies.approve",
        explain="Opens the text for editing again.",
        act=send_back,
        closed=not_in(GuideState.IN_REVIEW),
        log="Sent back.",
        **COMMON,
    ),
    Step(
        slug="withdraw",
        label="Take off the site",
        permission="studies.lead",
        explain="Readers no longer find it. Its versions stay.",
        act=withdraw,
        closed=lambda guide: (
            "" if guide.version and guide.state != GuideState.WITHDRAWN else "This step is for a text that is public."
        ),
        log="Withdrawn.",
        **COMMON,
    ),
    Step(
        slug="restore",
        label="Bring back",
        permission="studies.lead",
        explain="Readers find the version again that they saw last, and the text can be edited.",
        act=restore,
        closed=not_in(GuideState.WITHDRAWN),
        log="Brought back.",
        **COMMON,
    ),
]


class ReviewFilter(admin.SimpleListFilter):
    """What readers see and somebody has to compare with its sources again."""

    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "Due now or within two months")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Guide]) -> QuerySet[Guide]:
        if self.value() != "due":
            return queryset
        due = guides.due_for_review(by=timezone.localdate() + SOON)
        return queryset.filter(pk__in=due)


@admin.register(Guide)
class GuideAdmin(StaffAdmin):
    empty_text = "There is no guide yet. Guides, questions and pages of the start stand here."
    form = GuideForm
    actions = None
    change_form_template = "admin/studies/guide/change_form.html"
    list_display = ["title", "kind", "state", "version", "reviewed_on"]
    list_filter = [ReviewFilter, "kind", "state"]
    search_fields = ["title", "slug"]
    filter_horizontal = ["terms"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Guide | None:
        return held(request, super().get_object(request, object_id, from_field))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Guide | None = None) -> dict[str, list[str]]:
        return {} if obj else {"slug": ["title"]}

    def get_readonly_fields(self, request: HttpRequest, obj: Guide | None = None) -> list[str]:
        """The address is fixed once readers had it."""
        return ["kind", "slug"] if obj and obj.version else []

    def has_change_permission(self, request: HttpRequest, obj: Guide | None = None) -> bool:
        closed = obj is not None and obj.state in {GuideState.IN_REVIEW, GuideState.WITHDRAWN}
        return not closed and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Guide | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Guide, form: Any, change: bool) -> None:
        obj.edition += 1
        super().save_model(request, obj, form, change)
        obj.writers.add(request.user)

    def get_urls(self) -> list[URLPattern]:
        return [*step_urls(self, STEPS), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **options: Any) -> HttpResponse:
        guide = options.get("obj")
        if guide:
            context["steps"] = buttons(self, request, guide, STEPS)
            context["versions"] = guide.revisions.select_related("approved_by").order_by("-number")[:50]
        return super().render_change_form(request, context, **options)


def _label(name: str) -> str:
    return str(getattr(Guide._meta.get_field(name), "verbose_name", name)).capitalize()
