"""How programs find the versions of a study: relations of versions (RFC 5829) and of archived states (Memento, RFC 7089).

The study's page is the original resource, and its version pages are the mementos. The timegate has an address of its own, so
that the study's page need not vary by date and stays easy to keep in caches. `here` is the full address of the study's page.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.http import http_date

from studies.formats.link_header import Link
from studies.models import Study
from studies.vocabulary import State

LINK_FORMAT = "application/link-format"


def of_study(study: Study, *, here: str) -> list[Link]:
    """From the study's page, or from the one that says it was withdrawn. No query."""
    links = [_latest(study, here), *_ways(here)]
    if study.changed_at:
        links.append(_memento(here, study.version, study.changed_at, "last"))
    if study.version > 1:
        links.append(Link(f"{here}v/{study.version - 1}/", "predecessor-version"))
    return links


def of_history(study: Study, *, here: str) -> list[Link]:
    """From the list of all versions, which says of what it is the history."""
    return [_latest(study, here), *(Link(way.target, way.rel, type=way.type, anchor=here) for way in _ways(here))]


def neighbours(study: Study, number: int) -> dict[int, list[str]]:
    """Which versions the page of one version points to, and as what."""
    rels: dict[int, list[str]] = {}
    places = [(1, "first"), (study.version, "last")]
    places += [(number - 1, "prev"), (number - 1, "predecessor-version")] if number > 1 else []
    places += [(number + 1, "next"), (number + 1, "successor-version")] if number < study.version else []
    for other, rel in places:
        rels.setdefault(other, []).append(rel)
    return rels


def of_version(study: Study, number: int, made: Mapping[int, datetime], *, here: str) -> list[Link]:
    """From the page of one version; `made` says when each of its neighbours was made."""
    links = [Link(here, "original"), _latest(study, here), *_ways(here)]
    return [*links, *(_memento(here, other, made[other], *rels) for other, rels in neighbours(study, number).items())]


def timemap(made: Sequence[tuple[int, datetime]], *, here: str) -> list[Link]:
    """All versions, the first one first; `made` holds (number, time) in that order."""
    links = [Link(here, "original"), Link(f"{here}timegate/", "timegate"), _timemap(here, "self")]
    for number, moment in made:
        ends = ["first"] * (number == made[0][0]) + ["last"] * (number == made[-1][0])
        links.append(_memento(here, number, moment, *ends))
    return links


def chosen(made: Sequence[tuple[int, datetime]], moment: datetime | None) -> int:
    """The version that stood at a moment: the first for one before it, the last without one."""
    if moment is None:
        return made[-1][0]
    return max((number for number, when in made if when <= moment), default=made[0][0])


def from_timegate(*, here: str) -> list[Link]:
    return [Link(here, "original"), _timemap(here, "timemap")]


def _ways(here: str) -> list[Link]:
    return [
        Link(f"{here}history/", "version-history"),
        Link(f"{here}timegate/", "timegate"),
        _timemap(here, "timemap"),
    ]


def _timemap(here: str, rel: str) -> Link:
    return Link(f"{here}timemap/", rel, type=LINK_FORMAT)


def _latest(study: Study, here: str) -> Link:
    """The study's page; of a withdrawn study, whose page is gone, the version that says so."""
    return Link(here if study.state == State.PUBLISHED else f"{here}v/{study.version}/", "latest-version")


def _memento(here: str, number: int, moment: datetime, *rels: str) -> Link:
    return Link(f"{here}v/{number}/", " ".join([*rels, "memento"]), datetime=http_date(moment.timestamp()))
