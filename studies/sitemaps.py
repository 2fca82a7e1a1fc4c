"""Every public page for search engines, split by kind, with the day on which it really changed (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet
from django.urls import reverse

from studies.guides import Shown, shown
from studies.models import CaseDefinition, Study, Topic
from studies.models.guide import PAGES
from studies.vocabulary_desk import GuideKind

# Pages of which the atlas has one.
ALONE = (
    "home", "evidence", "definitions", "pem", "topics", "map", "retractions", "changes", "guides", "start", "glossary",
    "questions", "data", "columns", "feeds", "about",
)  # fmt: skip


class OurSitemap(Sitemap):
    """With the atlas's own address, whatever name the server was asked by. A part holds 10,000 addresses."""

    limit = 10_000

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.ATLAS_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.ATLAS_URL).netloc


class Studies(OurSitemap):
    def items(self) -> QuerySet[Study]:
        return Study.objects.published().only("slug", "changed_at").order_by("pk")

    def lastmod(self, study: Study) -> datetime | None:
        return study.changed_at

    def get_latest_lastmod(self) -> datetime | None:
        newest: datetime | None = Study.objects.published().aggregate(newest=Max("changed_at"))["newest"]
        return newest


class Definitions(OurSitemap):
    def items(self) -> QuerySet[CaseDefinition]:
        return CaseDefinition.objects.order_by("pk")


class Topics(OurSitemap):
    def items(self) -> QuerySet[Topic]:
        return Topic.objects.order_by("pk")


class Guides(OurSitemap):
    """Guides and start-here paths; all questions stand on one page."""

    def items(self) -> list[Shown]:
        return [*shown(GuideKind.GUIDE), *shown(GuideKind.START)]

    def location(self, item: Shown) -> str:
        return reverse(PAGES[GuideKind(item.kind)], args=[item.slug])

    def lastmod(self, item: Shown) -> date:
        return item.changed_on


class Pages(OurSitemap):
    def items(self) -> Iterable[str]:
        return ALONE

    def location(self, item: str) -> str:
        return reverse(f"studies:{item}")


SITEMAPS: dict[str, type[Sitemap]] = {
    "studies": Studies,
    "definitions": Definitions,
    "topics": Topics,
    "guides": Guides,
    "pages": Pages,
}
