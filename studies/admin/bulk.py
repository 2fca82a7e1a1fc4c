"""Publishing many studies at once: only bibliography without texts, only from review, each exactly as it was shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from studies import publishing
from studies.admin.study_steps import drafted_by_you, problems, rests_on_a_sentence
from studies.errors import Problems, Stale
from studies.models import Study
from studies.roles import NotAllowed
from studies.snapshots import current, digest
from studies.vocabulary import State

MOST = 100


@admin.action(description="Publish selected studies (bibliography only)", permissions=["approve"])
def publish_bibliography(model_admin: Any, request: HttpRequest, chosen: QuerySet[Study]) -> HttpResponse | None:
    """First a page with what would become public and what not, then the publications, each on its own."""
    studies = list(chosen.order_by("pk")[: MOST + 1])
    if len(studies) > MOST:
        messages.error(request, f"Choose at most {MOST} studies at once.")
        return None
    if "confirm" in request.POST:
        _publish(model_admin, request, studies)
        return None
    return _confirm(model_admin, request, studies)


def why_not(study: Study, user: Any) -> str:
    """Why this study is not published with the others, in words; nothing where it is."""
    if study.state != State.IN_REVIEW:
        return f"It is {study.get_state_display().lower()}, not in review."
    return _needs_reading(study) or drafted_by_you(study, user) or " ".join(problems(study))


def _needs_reading(study: Study) -> str:
    if study.has_texts:
        return "It has texts, so it is read and published on its own."
    if rests_on_a_sentence(study):
        return "Its badge rests on a quoted sentence, so it is read and published on its own."
    return ""


def _confirm(model_admin: Any, request: HttpRequest, studies: list[Study]) -> HttpResponse:
    reasons = {study.pk: why_not(study, request.user) for study in studies}
    digests = {pk: digest(values) for pk, values in current([study.pk for study in studies]).items()}
    return model_admin.page(
        request,
        "admin/studies/publish_many.html",
        title="Publish these studies?",
        ready=[(study, digests[study.pk]) for study in studies if not reasons[study.pk]],
        left_out=[(study, reasons[study.pk]) for study in studies if reasons[study.pk]],
    )


def _publish(model_admin: Any, request: HttpRequest, studies: list[Study]) -> None:
    """Each on its own, and each is told: what is public now in one message, what is not in one for each."""
    done = []
    for study in studies:
        shown = request.POST.get(f"digest-{study.pk}")
        if shown and not _needs_reading(study) and _publish_one(model_admin, request, study, shown):
            done.append(study)
    links = format_html_join(", ", '<a href="{}">{}</a>', ((each.get_absolute_url(), each.title) for each in done))
    told = f"{len(done)} {'study is' if len(done) == 1 else 'studies are'} public now"
    messages.success(request, format_html("{}: {}.", told, links) if done else f"{told}.")


def _publish_one(model_admin: Any, request: HttpRequest, study: Study, shown: str) -> bool:
    try:
        with transaction.atomic():
            publishing.publish(study=study, digest=shown, by=request.user)
            model_admin.log_change(request, study, "Published.")
    except (NotAllowed, Stale, Problems) as error:
        messages.warning(request, f"Not published: {Truncator(study.title).chars(80)}. {error}")
        return False
    return True
