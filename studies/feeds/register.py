"""Which feeds there are, and what stands in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404
from django.urls import reverse

from studies import changelog
from studies.feeds import of_changes, of_studies
from studies.feeds.entries import Entry, Feed, tag
from studies.models import CaseDefinition, Study, Topic
from studies.search import engine, index
from studies.search.filters import Filters
from studies.search.index import Catalogue
from studies.vocabulary import Pem, Sort

SIZE = 50
ATLAS = "ME/CFS Study Atlas"
EMPTY = datetime(2026, 1, 1, tzinfo=UTC)

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Asked:
    """What a feed is made from: its address with `parameters`, and the studies as they stand."""

    path: str
    parameters: Parameters
    catalogue: Catalogue


def new(asked: Asked) -> Feed:
    rows = Study.objects.published().order_by("-published_at", "-pk").values_list("pk", flat=True)[:SIZE]
    return _of_studies(
        asked, "New studies", "Studies that were added to the atlas, the newest first.", "evidence", list(rows)
    )


def changed(asked: Asked) -> Feed:
    rows = Study.objects.published().filter(version__gt=1).recently_changed().values_list("pk", flat=True)[:SIZE]
    return _of_studies(
        asked, "Changed studies", "Studies whose record changed, the latest first.", "changes", list(rows)
    )


def retractions(asked: Asked) -> Feed:
    rows = Study.objects.published().retracted().recently_changed().values_list("pk", flat=True)[:SIZE]
    what = "Studies whose paper was retracted, withdrawn or corrected, or about which the journal has voiced concern."
    return _of_studies(asked, "Retractions and other notices", what, "retractions", list(rows))


def corrections(asked: Asked) -> Feed:
    """Every public change after the first publication, with its field differences; older parts follow by `before`."""
    rows = changelog.entries(changelog.Kind.CHANGES).prefetch_related(None)
    before = asked.parameters.get("before", [""])[-1]
    if before:
        rows = rows.filter(sequence__lt=_whole(before))
    found = list(rows[: SIZE + 1])
    following = f"{_address(asked.path)}?before={found[SIZE - 1].sequence}" if len(found) > SIZE else ""
    what = "Every public change of a study: what each field said before and what it says now."
    feed = _feed(asked, "Corrections", what, reverse("studies:changes"), list(of_changes.entries(found[:SIZE])))
    return replace(feed, following=following)


def topic(asked: Asked, slug: str) -> Feed:
    found = Topic.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return _of_filters(asked, f"Topic: {found.label}", found.get_absolute_url(), Filters(values={"topic": (slug,)}))


def definition(asked: Asked, slug: str) -> Feed:
    found = CaseDefinition.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    chosen = Filters(values={"definition": (slug,)})
    return _of_filters(asked, f"Case definition: {found.name}", found.get_absolute_url(), chosen)


def pem(asked: Asked, slug: str) -> Feed:
    if slug not in Pem.values:
        raise Http404
    chosen = Filters(values={"pem": (slug,)})
    return _of_filters(asked, Pem(slug).label, f"{reverse('studies:evidence')}?pem={slug}", chosen)


def search(asked: Asked) -> Feed:
    """Any list of studies, at the parameters of its address. What cannot be understood in them is left out, as there."""
    filters, _ = engine.read(dict(asked.parameters), asked.catalogue)
    words = replace(filters, sort="").page_address(1).removesuffix("?")
    title = f"Search: {filters.q}" if filters.q else "Studies of a list"
    feed = _of_filters(asked, title, reverse("studies:evidence") + words, filters)
    return replace(feed, id=feed.id + words, here=feed.here + words)


ALONE: dict[str, Callable[[Asked], Feed]] = {
    "new": new,
    "changed": changed,
    "retractions": retractions,
    "corrections": corrections,
    "search": search,
}
SHELVES: dict[str, Callable[[Asked, str], Feed]] = {"topics": topic, "definitions": definition, "pem": pem}


def _of_filters(asked: Asked, title: str, page: str, filters: Filters) -> Feed:
    """The studies that the filters find, the latest change first."""
    found = engine.look(replace(filters, sort=Sort.CHANGED, page=1), asked.catalogue)
    entries = list(of_studies.entries(found.ids(0, SIZE)))
    return _feed(asked, title, f"{title}. The latest change comes first.", page, entries)


def _of_studies(asked: Asked, title: str, what: str, page: str, ids: Sequence[int]) -> Feed:
    return _feed(asked, title, what, reverse(f"studies:{page}"), list(of_studies.entries(ids)))


def _feed(asked: Asked, title: str, what: str, page: str, entries: list[Entry]) -> Feed:
    return Feed(
        id=tag(settings.ATLAS_URL, "feed", asked.path.rpartition(".")[0].strip("/")),
        title=f"{title} – {ATLAS}",
        what=what,
        here=_address(asked.path),
        page=_address(page),
        entries=entries,
        updated=max((entry.updated for entry in entries), default=EMPTY),
    )


def _address(path: str) -> str:
    return settings.ATLAS_URL + path


def _whole(text: str) -> int:
    """A sequence number; anything else begins at the newest."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 2**62


def asked_now(path: str, parameters: Parameters) -> Asked:
    return Asked(path, parameters, index.catalogue())
