"""The start page: what the atlas is, a search box, the newest, and PEM at a glance."""

from datetime import date

import pytest

from studies.drawing import BAR_WIDTH, Bar, bars
from studies.glance import PemAtAGlance, Year, folded, pem_at_a_glance
from studies.search.facets import FACETS, Row, build
from tests.studies.factories import CODED, TEXTS, make_study, published_study
from tests.studies.pages import queries, text_of

pytestmark = pytest.mark.django_db

REQUIRED = {"design": "cohort", "definitions": [{"definition": "ccc-2003"}]}


def row(number: int, pem: str, year: int | None) -> Row:
    day = date(year, 1, 1).toordinal() if year else 0
    return Row(id=number, values=dict.fromkeys(FACETS, ()) | {"pem": (pem,)}, year=year, day=day, changed=0, counter=1)


def test_home_of_an_empty_atlas_says_so(client):
    text = text_of(client.get("/"))
    assert "0 studies in the atlas; 0 with a plain summary." in text
    assert "No study with participants has been assessed yet." in text
    assert "No study has a summary yet." in text
    assert "Nothing has been published yet." in text


def test_home_lists_newest_papers_with_a_summary(client):
    for year in (2019, 2024, 2021, 2023, 2020, 2022):
        published_study(**TEXTS, **CODED, title=f"Paper of {year}", published_on=date(year, 1, 1))
    published_study(title="Newer but without a summary", published_on=date(2025, 1, 1))
    make_study(**TEXTS, title="Draft", published_on=date(2026, 1, 1))
    newest = client.get("/").context["newest"]
    assert [study.title for study in newest] == [f"Paper of {year}" for year in (2024, 2023, 2022, 2021, 2020)]


def test_home_lists_what_changed_last(client):
    studies = [published_study() for _ in range(6)]
    changed = client.get("/").context["changed"]
    assert [study.pk for study in changed] == [study.pk for study in reversed(studies[1:])]


def test_badge_and_notice_go_along_with_what_changed_last(client):
    published_study(title="Taken back", retraction_status="retracted")
    text = text_of(client.get("/"))
    assert "Taken back (2024). PEM not yet assessed. RETRACTED: this paper has been taken back. Changed on " in text


def test_home_says_how_many_assessed_studies_required_pem(client):
    published_study(**TEXTS, **REQUIRED, published_on=date(2024, 1, 1))
    published_study(**TEXTS, **CODED, published_on=date(2024, 1, 1))
    published_study(**TEXTS, **CODED, published_on=date(2022, 1, 1))
    published_study(**TEXTS, design="commentary")
    published_study()
    response = client.get("/")
    text = text_of(response)
    assert "Of 3 assessed studies with participants, 1 required PEM of every patient." in text
    assert "Year Required PEM Assessed 2024 1 2 2022 0 1 Filled" in text
    assert "5 studies in the atlas; 4 with a plain summary." in text
    assert response.content.count(b'<rect class="bar-yes"') == 1
    assert response.content.count(b'<rect class="bar-rest"') == 2


@pytest.mark.parametrize("number", [1, 30])
def test_home_takes_the_same_queries_for_any_number_of_studies(client, number):
    for _ in range(number):
        published_study(**TEXTS, **CODED, authors=["Berg, Ann"])
    client.get("/")
    assert queries(client, "/") == 4


def test_home_has_one_search_box_above_the_fold_and_one_at_the_end(client):
    html = client.get("/").content.decode()
    assert [html.count(f'id="{name}"') for name in ("q-top", "q-home", "q-end")] == [0, 1, 1]


def test_glance_counts_assessed_studies_by_year():
    index = build(
        [
            row(1, "required", 2024),
            row(2, "unclear", 2024),
            row(3, "required", None),
            row(4, "not_coded", 2023),
            row(5, "not_applicable", 2024),
            row(6, "mixed", 2020),
        ]
    )
    assert pem_at_a_glance(index) == PemAtAGlance(
        rows=[Year("2024", 1, 2), Year("2020", 0, 1), Year("no year", 1, 1)], required=2, assessed=4
    )


def test_glance_folds_the_oldest_years_into_one_row():
    rows = [Year(str(year), 1, 2) for year in range(2024, 2004, -1)]
    shown = folded(rows)
    assert len(shown) == 12
    assert shown[:11] == rows[:11]
    assert shown[11] == Year("2005 to 2013", 9, 18)


def test_drawing_keeps_the_scale_of_both_parts():
    drawing = bars([Year("2024", 5, 20), Year("2023", 0, 10)])
    assert drawing.bars == [
        Bar(label="2024", start=50, top=4, required=round(BAR_WIDTH / 4), others=BAR_WIDTH - round(BAR_WIDTH / 4)),
        Bar(label="2023", start=50, top=34, required=0, others=BAR_WIDTH // 2),
    ]
    assert (drawing.width, drawing.height) == (50 + BAR_WIDTH + 2, 60)


def test_drawing_of_nothing_has_no_height():
    assert bars([]).height == 0


@pytest.mark.parametrize(("alone", "told"), [(True, 1), (False, 0)])
def test_atlas_run_by_one_person_says_so_on_every_page(client, settings, alone, told):
    settings.ATLAS_ONE_PERSON = alone
    html = client.get("/").content.decode()
    assert html.count("One person runs this atlas. Changes are not checked by a second person.") == told
