"""Studies by title, in the same order on every database."""

from __future__ import annotations

from studies.models import Study
from studies.search.words import fold


def titles_in_order() -> list[int]:
    """Ids of the published studies by title, without regard to case, accents and marks before the first word."""
    titles = Study.objects.published().order_by("-id").values_list("id", "title")
    keys = {id_: _key(title) for id_, title in titles.iterator()}
    return sorted(keys, key=keys.__getitem__)


def _key(title: str) -> str:
    folded = fold(title)
    return folded.lstrip("".join({letter for letter in folded[:8] if not letter.isalnum()}))
