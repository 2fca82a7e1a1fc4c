"""Studies as JSON texts with the members that a program asked for, made once for each state of the atlas."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Prefetch

from studies.api.answers import as_text
from studies.models import Study, StudyDefinition, StudyLink
from studies.querysets import StudyQuerySet
from studies.search.index import Catalogue
from studies.search.memory import Memory
from studies.serializers import PARTS, UNREAD, in_order, study_to_dict

FIELDS = ("slug", "title", *(name for name in PARTS if name != "slug"))
# No finding without its limits: these stand in every answer that holds a study.
ALWAYS = frozenset({"slug", "retraction", "flags", "pem", "main_limitation"})
LONG = frozenset({"published_at", "sample", "texts", "author_responses", "links", "licence"})
IN_LISTS = tuple(name for name in FIELDS if name not in LONG)
TEXT_COLUMNS = ("question", "summary", "significance", "limitations", *Study.LIST_TEXTS)

_kept: Memory[str] = Memory(most=20_000, largest=12_000_000, size=len)


def chosen(names: Collection[str], default: Sequence[str] = FIELDS) -> tuple[str, ...]:
    """The members that an answer holds, in the order of FIELDS."""
    return tuple(name for name in FIELDS if name in ALWAYS or name in (names or default))


def pieces(ids: Sequence[int], names: tuple[str, ...], catalogue: Catalogue) -> list[str]:
    """The studies as JSON texts in the order of `ids`; one that was withdrawn a moment ago is left out.

    Queries: none for what is kept; else one for the studies and one for each kind of related rows that the members need.
    """
    key = (catalogue.key, names)
    found = {each: _kept.get((key, each)) for each in ids}
    missing = [each for each, text in found.items() if text is None]
    if missing:
        found |= {
            study.pk: _kept.keep((key, study.pk), as_text(told(study, names))) for study in fetched(missing, names)
        }
    return [text for text in found.values() if text is not None]


def told(study: Study, names: Iterable[str]) -> dict[str, Any]:
    """Wants a study from `fetched`."""
    data = study_to_dict(study, [name for name in names if name in PARTS])
    return {name: study.title if name == "title" else data[name] for name in names}


def fetched(ids: Sequence[int], names: Collection[str]) -> list[Study]:
    """The published studies among these ids, with all that these members are made from."""
    studies: StudyQuerySet = Study.objects.published().filter(pk__in=ids).order_by()
    columns = UNREAD if "texts" in names else (*UNREAD, *(name for name in TEXT_COLUMNS if name not in names))
    needed = [each for name in names for each in RELATED.get(name, ())]
    return in_order(studies.defer(*columns).prefetch_related(*needed), ids)


def _ends(name: str, other: str) -> Prefetch:
    columns = ["type", "source_id", "target_id", *(f"{other}__{each}" for each in _NAMING)]
    return Prefetch(name, StudyLink.objects.select_related(other).only(*columns).order_by("type", "id"))


_NAMING = ("slug", "title", "pem", "retraction_status", "state")
RELATED: dict[str, Sequence[str | Prefetch]] = {
    "flags": ("flags",),
    "bibliography": ("authors",),
    "classification": ("topics",),
    "definitions": (Prefetch("definitions", StudyDefinition.objects.select_related("definition")),),
    "texts": ("text_provenance",),
    "author_responses": ("author_responses",),
    "links": (_ends("links_out", "target"), _ends("links_in", "source")),
}
