"""Which rows: the adjectives of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from studies.vocabulary import Retraction, State

if TYPE_CHECKING:
    from studies.models import Study


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

    def recently_changed(self) -> StudyQuerySet:
        return self.order_by("-changed_at", "-id")

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
