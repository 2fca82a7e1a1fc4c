"""The page that describes the API."""

import re

import pytest
from django.test import Client

from studies.api.problems import KINDS
from tests.studies.api.asking import document, page
from tests.studies.pages import text_of

pytestmark = pytest.mark.django_db


def test_page_tells_what_the_document_tells():
    response = Client().get(page())
    assert response.status_code == 200
    html, words, made = response.content.decode(), text_of(response), document()
    for path, item in made["paths"].items():
        assert f"GET {path}" in words
        for each in item["get"]["parameters"]:
            assert each["description"] in words or each["description"].replace('"', "&quot;") in words
    assert re.findall(r'id="problem-([\w-]+)"', html) == [kind.slug for kind in KINDS]
    shapes = {name for name, each in made["components"]["schemas"].items() if "properties" in each}
    assert set(re.findall(r'id="shape-(\w+)"', html)) == shapes
    assert set(re.findall(r'href="#shape-(\w+)"', html)) <= shapes


def test_page_needs_no_script_and_no_cookie():
    response = Client().get(page())
    assert "<script" not in response.content.decode()
    assert "style=" not in response.content.decode()
    assert response.cookies == {}


def test_programs_stand_on_the_page_as_they_are_tested():
    words = Client().get(page()).content.decode()
    for line in ("def studies(atlas: str)", "async function* changes(from)"):
        assert line in words


def test_slash_is_added_to_the_address_of_the_page():
    response = Client().get("/api/v1")
    assert (response.status_code, response.headers["Location"]) == (301, "/api/v1/")
