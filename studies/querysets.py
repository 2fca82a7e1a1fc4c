"""Which rows: the adjectives of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

from studies.vocabulary import Retraction, State

if TYPE_CHECKING:
    pass


class StudyQuerySet(models.QuerySet["Study"]):
    def published(self) -> StudyQuerySet:
        """What the public sees. The rule stands here and nowhere else."""
        return self.filter(state=State.PUBLISHED)

    def with_texts(self) -> StudyQuerySet:
        return self.exclude(summary="")

    def retracted(self) -> StudyQuerySet:
        """Studies whose paper has a notice: retracted, withdrawn, corrected or under concern."""
        return self.exclude(retraction_status=Retraction.NONE)

    def newest_first(self) -> StudyQuerySet:
        return self.order_by(models.F("published_on").desc(nulls_last=True), "-id")

    def latest_notice_first(self) -> StudyQuerySet:
        return self.order_by(models.F("retraction_on").desc(nulls_last=True), "-id")

    def recently_changed(self) -> StudyQuerySet:
        return self.order_by("-changed_at", "-id")

    def named(self) -> StudyQuerySet:
        """Only what names a study in a list of links: its title, address, year, badge and retraction."""
        return self.only("slug", "title", "language", "published_on", "pem", "retraction_status")

    def for_page(self) -> StudyQuerySet:
        """For one study page: what stands one to one, and marks for the parts that few studies have."""
        return self.select_related("abstract").annotate(
            has_flags=_some("Flag", study=OuterRef("pk")),
            has_responses=_some("AuthorResponse", study=OuterRef("pk")),
            has_definitions=_some("StudyDefinition", study=OuterRef("pk")),
            has_overrides=_some("Override", study=OuterRef("pk")),
            has_links=_some("StudyLink", source=OuterRef("pk")) | _some("StudyLink", target=OuterRef("pk")),
        )

    def with_everything(self) -> StudyQuerySet:
        """All that a study page shows, in a fixed number of queries."""
        return self.select_related("abstract").prefetch_related(
            "authors",
            "topics",
            "flags",
            "definitions__definition",
            "text_provenance",
            "author_responses",
            "links_out__target",
            "links_in__source",
        )


def _some(model: str, **link: OuterRef) -> Exists:
    """Whether rows of another model point at the study."""
    return Exists(apps.get_model("studies", model)._default_manager.filter(**link))
