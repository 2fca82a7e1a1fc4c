"""Studies by title, in the same order on every database."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from studies.models import Study
from studies.search.words import fold

LONGEST = 80  # characters that are compared


def title_keys(which: Q) -> dict[int, str]:
    """For each published study among `which` what its title is sorted by: without case, accents and marks before it."""
    titles = Study.objects.published().filter(which).order_by().values_list("id", "title")
    return {id_: _key(title) for id_, title in titles.iterator()}


def in_order(keys: Mapping[int, str]) -> list[int]:
    """Ids by title; of equal titles the newer study first."""
    return sorted(keys, key=lambda id_: (keys[id_], -id_))


def _key(title: str) -> str:
    folded = fold(title[:LONGEST])
    start = next((place for place, letter in enumerate(folded) if letter.isalnum()), 0)
    return folded[start:]
