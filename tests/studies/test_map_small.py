"""The evidence map of an atlas with nothing in it, and with one study."""

import re

import pytest

from tests.studies.factories import CODED, TEXTS, published_study
from tests.studies.pages import queries, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/map/", "/map/?by=years", "/map/?topic=sleep", "/map/?by=years&topic=sleep&sort=pem"]
)
def test_empty_atlas_has_an_ordinary_page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "Nothing has been published in the atlas yet, so the map is empty." in text_of(response)
    assert "<table" not in response.content.decode()


def test_one_study_makes_a_map(client):
    study = published_study(**TEXTS, **CODED, topics=["sleep"])
    page = client.get("/map/?topic=sleep")
    assert re.findall(r'<a href="(/evidence/\?[^"]+)">([^<]+)</a>', page.content.decode()) == [
        ("/evidence/?design=case_control&amp;topic=sleep", "1 study")
    ]
    assert f"{study.get_design_display()}”: 1 study." in text_of(page)
    assert "2024 1 study PEM not required: 1" in text_of(client.get("/map/?by=years&topic=sleep"))


def test_queries_do_not_grow_with_studies_and_topics(client):
    published_study(**TEXTS, **CODED, topics=["sleep"])
    few = queries(client, "/map/")
    for topics in (["sleep", "long-covid"], ["immunology"], ["muscle"]):
        published_study(**TEXTS, **CODED, topics=topics)
    assert queries(client, "/map/") == few <= 6
