"""Going through what a search found, piece by piece, so that studies which change meanwhile shift nothing.

A piece begins after the study that was given last, wherever that would stand now. Only the order by best match has no
such place: there the study is looked for among the best, and where it is gone the number of studies given before counts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from studies.search.engine import RANKED_WHOLE, Found, order_of
from studies.vocabulary import Sort


@dataclass(frozen=True)
class Last:
    """The study that was given last: `key` is what it was sorted by, `given` how many studies it and those before are."""

    id: int
    key: int | str
    given: int


def piece(found: Found, last: Last | None, size: int) -> tuple[Sequence[int], Last | None]:
    """The next studies, at most `size`, and the last of them where more follow. Queries as of the order that is asked for."""
    ids = _after(found, last, size + 1) if last else found.ids(0, size + 1)
    if len(ids) <= size:
        return ids, None
    ids = ids[:size]
    return ids, Last(ids[-1], _key(found, ids[-1]), (last.given if last else 0) + size)


def _key(found: Found, id_: int) -> int | str:
    if found.sort == Sort.RELEVANCE:
        return ""
    if found.sort == Sort.TITLE:
        return found.catalogue.title_keys[id_]
    return order_of(found.catalogue, found.sort).number(id_)


def _after(found: Found, last: Last, size: int) -> Sequence[int]:
    if found.sort == Sort.RELEVANCE:
        return _after_match(found, last, size)
    order = order_of(found.catalogue, found.sort)
    if found.sort == Sort.TITLE:
        keys = found.catalogue.title_keys
        place = bisect_right(order.ids, (last.key, -last.id), key=lambda each: (keys[each], -each))
    else:
        place = order.place_after(int(last.key), last.id)
    return order.after(found.result.bitmap, place, size)


def _after_match(found: Found, last: Last, size: int) -> Sequence[int]:
    if list(found.ids(last.given - 1, 1)) == [last.id]:
        return found.ids(last.given, size)
    best = list(found.ids(0, RANKED_WHOLE))
    # Where it is gone, those after it moved up by one.
    return found.ids(best.index(last.id) + 1 if last.id in best else last.given - 1, size)
