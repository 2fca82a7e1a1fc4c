"""The evidence map: every number is that of the list of studies, drawn and told, in few queries."""

import gzip
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils.html import strip_tags

from studies import evidence_map, map_drawing, map_table
from studies.search import engine, index
from studies.search.facets import FACETS, Row, build
from studies.sorted_tables import in_order
from studies.views.evidence_map import drawn, maps
from studies.vocabulary import Design, Pem
from tests.readability import smog
from tests.studies.pages import queries, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]

VIEWS = ["/map/", "/map/?by=years", "/map/?topic=long-covid", "/map/?by=years&topic=long-covid"]
HEAVIEST, HEAVIEST_PACKED = 40_000, 10_000


def links_of(page: str) -> list[tuple[str, str]]:
    """Address and text of each link of the page that leads to a filtered list out of the table."""
    tables = "".join(re.findall(r"<table.*?</table>", page, re.DOTALL))
    return [(unescape(to), text) for to, text in re.findall(r'<a href="(/evidence/[^"]+)">([^<]+)</a>', tables)]


def total_of_list(address: str) -> int:
    filters, notices = engine.read(parse_qs(urlsplit(address).query))
    assert notices == []
    return engine.find(filters).result.total


def number_in(text: str) -> int:
    return int(re.findall(r"[\d,]+", text)[-1].replace(",", ""))


@pytest.mark.parametrize("path", VIEWS)
def test_every_number_is_that_of_the_list_it_leads_to(client, path):
    found = links_of(client.get(path).content.decode())
    assert len(found) > 6
    assert [(to, number_in(text)) for to, text in found] == [(to, total_of_list(to)) for to, _ in found]


@pytest.mark.parametrize("by", ["design", "years"])
@pytest.mark.parametrize("topic", ["", "long-covid"])
def test_parts_of_a_cell_are_all_its_studies(by, topic):
    made, totals = maps(index.catalogue(), by, topic)
    for cell in [*made.cells, *(totals.cells if totals else [])]:
        assert sum(part.count for part in cell.parts) == cell.count
        assert len({part.pem for part in cell.parts}) == len(cell.parts)


def test_map_holds_every_pair_of_topic_and_design_that_a_study_has():
    facets = index.current()
    expected = {
        (facets.values["topic"][topic] & facets.values["design"][design]).bit_count()
        and (index.catalogue().topics[topic], Design(design).label)
        for topic in facets.values["topic"]
        for design in facets.values["design"]
    } - {0}
    made, _ = maps(index.catalogue(), "design", "")
    assert {(cell.topic, cell.label) for cell in made.cells} == expected
    assert len(made.cells) == len(expected)


def test_totals_count_each_study_once():
    _, totals = maps(index.catalogue(), "design", "")
    assert sum(cell.count for cell in totals.cells) == index.current().everything.bit_count() == 913


def test_drawing_draws_the_numbers_of_the_table():
    made, _ = maps(index.catalogue(), "design", "")
    drawing = drawn(made)
    assert [int(mark.text) for row in drawing.numbers for mark in row] == [cell.count for cell in made.cells]
    blocks = {pem: path.count("M") for pem, path in drawing.paths.items()}
    assert blocks == {pem.value: sum(1 for cell in made.cells if pem in cell.counts) for pem in made.pems}


def test_bars_leave_out_what_nobody_has_assessed():
    made, _ = maps(index.catalogue(), "years", "")
    drawing = drawn(made)
    assessed = 913 - evidence_map.standing(index.current(), made.within).not_coded
    assert sum(int(row[0].text) for row in drawing.numbers) == assessed == 34
    assert "not_coded" not in drawing.paths


def test_page_says_of_what_the_share_is(client):
    text = text_of(client.get("/map/?by=years"))
    assert "Of 24 assessed studies with participants, 6 required PEM of every patient." in text
    assert "879 more are not yet assessed and count for neither." in text


def test_page_names_the_topics_without_a_study(client):
    assert "No study here yet: Severe ME; Sleep." in text_of(client.get("/map/"))


def headings(client: Client, path: str) -> list[tuple[str, str]]:
    page = client.get(path).content.decode()
    found = re.findall(r'<th scope="col"(?: aria-sort="(\w+)")?><a href="[^"]*">([^<]+)</a>', page)
    return [(label, sort) for sort, label in found]


@pytest.mark.parametrize(
    ("sort", "column", "direction", "words"),
    [
        ("", "Topic", "ascending", "A to Z"),
        ("-topic", "Topic", "descending", "Z to A"),
        ("design", "Study design", "ascending", "reviews first, opinion last"),
        ("studies", "Studies", "descending", "most first"),
        ("-studies", "Studies", "ascending", "fewest first"),
        ("pem", "PEM criterion", "descending", "most that required PEM first"),
        ("nonsense\x00", "Topic", "ascending", "A to Z"),
    ],
)
def test_table_says_how_it_is_sorted(client, sort, column, direction, words):
    page = client.get("/map/", {"sort": sort})
    found = headings(client, page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"])
    assert [(label, order) for label, order in found if order] == [(column, direction)]
    assert re.findall(r'<span class="sorted">([^<]+)<', page.content.decode()) == [words]


@pytest.mark.parametrize(
    ("sort", "key", "falling"),
    [
        ("studies", lambda cell: cell.count, True),
        ("-studies", lambda cell: cell.count, False),
        ("pem", lambda cell: cell.counts.get(Pem.REQUIRED, 0), True),
        ("-topic", lambda cell: cell.topic, True),
        ("design", lambda cell: cell.column, False),
    ],
)
def test_table_is_sorted_as_asked(client, sort, key, falling):
    table = client.get("/map/", {"sort": sort}).context["table"]
    for rows in (table.rows, table.totals):
        assert [key(cell) for cell in rows] == sorted(map(key, rows), reverse=falling)


def test_links_of_the_headings_keep_topic_and_axis(client):
    page = client.get("/map/?by=years&topic=long-covid&sort=studies").content.decode()
    found = re.findall(r'<th scope="col"[^>]*><a href="([^"]*)">', page)
    assert [unescape(to) for to in found] == [
        "?by=years&topic=long-covid&sort=years",
        "?by=years&topic=long-covid&sort=-studies",
        "?by=years&topic=long-covid&sort=pem",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/map/?topic=nonsense",
        "/map/?by=%00",
        "/map/?topic=a%00b&page=-1&sort=-",
        "/map/?page=999999999999",
        "/map/?x=1",
    ],
)
def test_unknown_parameters_are_an_ordinary_page(client, path):
    made = client.get(path).context["map"]
    assert len(made.lines) == len(index.catalogue().topics)


def test_topic_without_a_study_has_an_ordinary_page(client):
    response = client.get("/map/?topic=sleep")
    assert response.status_code == 200
    assert "No study in the atlas is on this part of the map yet." in text_of(response)
    assert response.content.decode().count("<svg class=") == 0


def test_plain_mode_shows_no_drawing_and_the_same_table(client):
    full = client.get("/map/").content.decode()
    client.cookies["look"] = "plain-on"
    plain = client.get("/map/").content.decode()
    assert ('class="matrix"' in full, 'class="matrix"' in plain) == (True, False)
    assert links_of(full) == links_of(plain)


@pytest.mark.parametrize("path", VIEWS)
def test_page_takes_few_queries(client, path):
    assert queries(client, path) <= 6


@pytest.mark.parametrize("path", VIEWS)
def test_page_is_light(client, path):
    content = client.get(path).content
    assert len(content) <= HEAVIEST
    assert len(gzip.compress(content)) <= HEAVIEST_PACKED


@pytest.mark.parametrize("path", VIEWS)
def test_page_has_no_style_of_its_own_and_no_script(client, path):
    page = client.get(path).content.decode().split("<main", 1)[1]
    assert re.findall(r"\sstyle=|<style|<script|\son\w+=", page) == []


def test_own_words_can_be_read(client):
    main = client.get("/map/").content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    without = re.sub(r"(?s)<table.*</table>|<select.*</select>|<svg.*?</svg>", "", "<main" + main)
    assert smog(strip_tags(re.sub(r"</(p|li|h\d|label|button)>", ". ", without))) <= 9


# --- What the sample does not have


def row(number: int, *, year: int | None = 2020, **values: str | tuple[str, ...]) -> Row:
    """A study of the index with these values; everything else has none."""
    given = {name: (value,) if isinstance(value, str) else value for name, value in values.items()}
    return Row(number, {facet: given.get(facet, ()) for facet in FACETS}, year, 0, 0, 0)


def test_years_share_spans_that_end_with_the_newest_year():
    facets = build([row(number, year=year, pem="required") for number, year in enumerate([1987, 2001, 2023, 2026])])
    spans = evidence_map.years(facets, facets.everything)
    assert [span.label for span in spans] == ["2026", "2023", "2001", "1987", evidence_map.NO_YEAR]
    facets = build([row(number, year=year, pem="required") for number, year in enumerate(range(1987, 2027))])
    labels = [span.label for span in evidence_map.years(facets, facets.everything)]
    assert labels[0] == "2025 to 2026"
    assert labels[1:-2] == [f"{first} to {first + 4}" for first in range(2020, 1985, -5)]
    assert labels[-2] == "1985 to 1989"


def test_study_without_a_year_is_told_without_a_link():
    facets = build([row(1, year=None, pem="unclear"), row(2, pem="required")])
    made = evidence_map.made([evidence_map.all_studies(facets)], evidence_map.years(facets, facets.everything), facets)
    assert [(cell.label, cell.count, cell.address) for cell in made.cells] == [
        ("2020", 1, "?year_from=2020&year_to=2020"),
        (evidence_map.NO_YEAR, 1, ""),
    ]


def test_studies_without_a_year_come_last_in_both_orders():
    facets = build([row(1, year=None, pem="unclear"), row(2, pem="required"), row(3, year=2021, pem="required")])
    made = evidence_map.made([evidence_map.all_studies(facets)], evidence_map.years(facets, facets.everything), facets)
    orders = [in_order(made.cells, [map_table.YEARS], sort) for sort in ("years", "-years")]
    assert [[cell.label for cell in cells] for cells in orders] == [
        ["2021", "2020", evidence_map.NO_YEAR],
        ["2020", "2021", evidence_map.NO_YEAR],
    ]


def test_what_nobody_sorted_by_design_is_not_the_largest_group():
    facets = build(
        [row(number, design="not_classified", pem="not_coded", topic="sleep") for number in range(3)]
        + [row(9, design="cohort", pem="required", topic="sleep")]
    )
    made = evidence_map.made([evidence_map.all_studies(facets)], evidence_map.designs(facets), facets)
    assert made.largest.label == Design.COHORT.label
    assert [cell.label for cell in made.cells][-1] == Design.NOT_CLASSIFIED.label


def test_every_pem_value_has_a_block_that_can_be_seen():
    counts = {pem.value: 1 for pem in Pem} | {"required": 5000}
    assert map_drawing.shares(list(counts.values()), 28) == [10, *[3] * 6]
    drawing = map_drawing.matrix(["A"], ["B"], {(0, 0): counts})
    assert list(drawing.paths) == [pem.value for pem in Pem]


def test_many_rows_are_read_in_pages(client, monkeypatch):
    monkeypatch.setattr("studies.map_table.ROWS_ON_A_PAGE", 30)
    tables = [client.get("/map/", {"sort": "studies", "page": page}).context["table"] for page in (1, 2, 3, 9)]
    assert [(len(table.totals) > 0, len(table.rows), table.pages.number) for table in tables] == [
        (True, 30, 1), (False, 30, 2), (False, 11, 3), (False, 11, 3),
    ]  # fmt: skip
    assert tables[0].pages.after == "?sort=studies&page=2"


def test_blocks_split_their_width_and_lose_nothing():
    for counts in ([1], [1, 1, 1], [99, 1], [1] * 7, [3, 0, 5]):
        assert sum(map_drawing.shares(counts, 28)) == 28
