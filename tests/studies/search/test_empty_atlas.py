"""An atlas in which nothing was published yet: every page says so in words, and none is a fault or a bare list."""

import re

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_search")]
SAID = {
    "/": "No study has a summary yet.",
    "/evidence/": "Nothing has been published yet.",
    "/map/": "Nothing has been published in the atlas yet, so the map is empty.",
    "/guides/": "No guide has been published yet.",
    "/start/": "No path has been published yet.",
    "/questions/": "No question has been answered here yet.",
    "/changes/": "There has been no public change yet.",
    "/retractions/": "No study in the atlas has a notice recorded.",
    "/data/": "There is no release yet.",
}


@pytest.mark.parametrize("path", SAID)
def test_page_of_an_empty_atlas_says_so(client, path):
    answer = client.get(path)
    assert (answer.status_code, len(re.findall(re.escape(SAID[path]), answer.content.decode()))) == (200, 1)


def test_list_of_an_empty_atlas_offers_no_other_words_and_a_search_does(client):
    empty, searched = (client.get("/evidence/", query).content.decode() for query in ({}, {"q": "fatigue"}))
    found = [("No study fits" in text, "Try another word" in text) for text in (empty, searched)]
    assert found == [(False, False), (True, True)]
