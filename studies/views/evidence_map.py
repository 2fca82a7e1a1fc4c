"""The evidence map: what has been studied how, and when."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from atlas_site.preferences import look_of
from studies import evidence_map, map_drawing, map_table
from studies.evidence_map import EvidenceMap
from studies.search import index
from studies.search.index import Catalogue
from studies.search.memory import Memory
from studies.views.lists import number_in
from studies.vocabulary import Pem

BY_DESIGN, BY_YEARS = "design", "years"

Maps = tuple[EvidenceMap, EvidenceMap | None]

_maps: Memory[Maps] = Memory(most=60, largest=20_000, size=lambda maps: sum(len(made.cells) for made in maps if made))


@require_safe
def map_of_evidence(request: HttpRequest) -> HttpResponse:
    """Parameters: `by` (design or years), `topic`, `sort`, `page`; what is unknown in them counts as not given."""
    catalogue = index.catalogue()
    by = BY_YEARS if request.GET.get("by") == BY_YEARS else BY_DESIGN
    topic = request.GET.get("topic", "")
    topic = topic if topic in catalogue.topics else ""
    made, totals = kept_maps(catalogue, by, topic)
    columns = [map_table.YEARS if by == BY_YEARS else map_table.DESIGN, map_table.STUDIES, map_table.PEM]
    context: dict[str, Any] = {
        "section": "map",
        "by": by,
        "topic": topic,
        "topics": catalogue.topics,
        "topic_label": catalogue.topics.get(topic, ""),
        "map": made,
        "standing": evidence_map.standing(catalogue.index, made.within),
        "everything": evidence_map.standing(catalogue.index, catalogue.index.everything),
        "several": len(made.lines) > 1,
        "drawing": None if look_of(request).plain == "on" else drawn(made),
        "table": map_table.table(
            made.cells,
            totals.cells if totals else [],
            columns=[map_table.TOPIC, *columns] if len(made.lines) > 1 else columns,
            sort=request.GET.get("sort", ""),
            page=number_in(request.GET.get("page", "")),
            address=addresses(by, topic),
        ),
    }
    return render(request, "studies/map.html", context)


def kept_maps(catalogue: Catalogue, by: str, topic: str) -> Maps:
    """What `maps` gives, counted once for each public state."""
    key = (catalogue.key, by, topic)
    return _maps.get(key) or _maps.keep(key, maps(catalogue, by, topic))


def maps(catalogue: Catalogue, by: str, topic: str) -> Maps:
    """The map asked for; and where it has a line for each topic, the one of all studies, whatever their topic."""
    whole = [evidence_map.all_studies(catalogue.index)]
    lines = whole if by == BY_YEARS and not topic else evidence_map.topics(catalogue, topic)
    if by == BY_YEARS:
        within = lines[0].bitmap
        return evidence_map.made(lines, evidence_map.years(catalogue.index, within), catalogue.index), None
    designs = evidence_map.designs(catalogue.index)
    made = evidence_map.made(lines, designs, catalogue.index)
    return made, None if topic else evidence_map.made(whole, designs, catalogue.index)


def drawn(made: EvidenceMap) -> map_drawing.Drawing | None:
    """Fields where there are several lines; bars of the assessed studies where there is one; None without a study."""
    if len(made.lines) == 1:
        rows = [(cell.label, counts) for cell in made.cells if (counts := cell.split(without=Pem.NOT_CODED))]
        return map_drawing.bars(rows) if rows else None
    counts = {(cell.line, cell.column): cell.split() for cell in made.cells}
    if not counts:
        return None
    return map_drawing.matrix([line.label for line in made.lines], [side.label for side in made.columns], counts)


def addresses(by: str, topic: str) -> Callable[[str, int], str]:
    """The address of this map with its table sorted in a way, at a page."""
    kept = {"by": by if by == BY_YEARS else "", "topic": topic}

    def address(sort: str, page: int) -> str:
        asked = kept | {"sort": sort, "page": page if page > 1 else ""}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    return address
