"""Studies as JSON texts with the members that a program asked for, made once for each state of the atlas."""

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from studies.api.answers import as_text
from studies.gathering import MOST, fetched
from studies.models import Study
from studies.search.index import Catalogue
from studies.search.memory import OWN, Memory
from studies.serializers import PARTS, study_to_dict

__all__ = ["FIELDS", "IN_LISTS", "MOST", "chosen", "forget", "pieces", "told"]

FIELDS = ("slug", "title", *(name for name in PARTS if name != "slug"))
# No finding without its limits: these stand in every answer that holds a study.
ALWAYS = frozenset({"slug", "sample", "retraction", "flags", "pem", "main_limitation"})
LONG = frozenset({"published_at", "texts", "author_responses", "links", "licence"})
IN_LISTS = tuple(name for name in FIELDS if name not in LONG)

# Each revision makes all of them anew, so that most room would only hold what nobody asks for any more.
_kept: Memory[str] = Memory(most=20_000, largest=5_000_000, size=lambda text: sys.getsizeof(text) + OWN)


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


def forget() -> None:
    """Drop all that the process keeps of studies as texts."""
    _kept.clear()


def told(study: Study, names: Iterable[str]) -> dict[str, Any]:
    """Wants a study from `fetched`."""
    data = study_to_dict(study, [name for name in names if name in PARTS])
    return {name: study.title if name == "title" else data[name] for name in names}
