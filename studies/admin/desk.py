"""What stands beside the form of a study: the badge that its coding gives, what is still to do, and the paper itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

from studies.admin.drafts import CHECK
from studies.admin.showing import differences
from studies.admin.typed import typed_abstract, typed_values
from studies.assessing import assess
from studies.models import PublishingOrder, Study
from studies.snapshots import current
from studies.vocabulary import State

PART = "X-Atlas-Part"


def wants_part(request: HttpRequest) -> bool:
    """Whether a script asks for the badge alone, to put it in place of the one that the page shows."""
    return request.method == "POST" and CHECK in request.POST and request.headers.get(PART) == "proof"


def beside(request: HttpRequest, context: dict[str, Any], study: Study | None) -> dict[str, Any]:
    """What the template draws beside the form, from what is typed where something was posted, else from what is stored."""
    form, formsets = context["adminform"].form, [rows.formset for rows in context["inline_admin_formsets"]]
    looked = request.method == "POST" and CHECK in request.POST
    overtaken = getattr(form, "overtaken", False)
    if form.is_bound:
        values, abstract = typed_values(study, form, formsets), typed_abstract(study, formsets)
    else:
        values, abstract = _stored(study), None
    return {
        "assessment": assess(study_id=study.pk if study else 0, values=values, abstract=abstract),
        "is_typed": form.is_bound,
        "looked": looked,
        "overtaken": overtaken,
        "theirs_and_mine": differences(_stored(study), values) if overtaken else [],
        "faults": list(_faults(form, formsets)) if form.is_bound else [],
        "paper": study,
        "abstract": getattr(study, "abstract", None) if study else None,
        "may_check": study is None or (study.state == State.DRAFT and request.user.has_perm("studies.change_study")),
    }


def waiting(study: Study) -> dict[str, Any]:
    """The order to publish a study, and the last time that it was sent back."""
    sent_back = None
    if study.state in {State.DRAFT, State.IN_REVIEW}:
        found = study.submissions.exclude(sent_back_at=None).select_related("sent_back_by", "submitted_by")
        sent_back = found.first()
    order = PublishingOrder.objects.filter(study=study).select_related("ordered_by").first()
    return {"order": order, "sent_back": sent_back}


def _stored(study: Study | None) -> dict[str, Any]:
    return current([study.pk])[study.pk] if study else {"slug": "", "state": "draft"}


def _faults(form: Any, formsets: list[Any]) -> Iterator[tuple[str, str, str]]:
    """Id, label and sentence of everything that is wrong with what was typed; no id where it belongs to no field."""
    for each in [form, *(row for formset in formsets for row in formset.forms)]:
        yield from (("", "", message) for message in each.non_field_errors())
        for field in each:
            yield from ((field.id_for_label or field.auto_id, field.label, message) for message in field.errors)
    for formset in formsets:
        yield from (("", str(formset.model._meta.verbose_name), message) for message in formset.non_form_errors())
