"""The reading list: whatever a reader pastes or keeps is shown as it is now, in order, and kept nowhere."""

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from studies.models import Flag, SlugRedirect, Study
from studies.pasted import LONGEST, MOST, Reference, references
from studies.reading_list import looked_up
from studies.vocabulary import State
from tests.readability import smog
from tests.studies.factories import CODED, TEXTS, make_study, published_study
from tests.studies.pages import text_of

ADDRESS = "/reading-list/"


def post(client: Client, *lines: str, **more: str):
    return client.post(ADDRESS, {"studies": "\n".join(lines), **more})


# --- What was pasted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\r\n\t", []),
        ("novak-2026-shared-autonomic", [("slug", "novak-2026-shared-autonomic")]),
        ("https://atlas.example.org/evidence/novak-2026-shared-autonomic/", [("slug", "novak-2026-shared-autonomic")]),
        ("/evidence/novak-2026-shared-autonomic/v/2/", [("slug", "novak-2026-shared-autonomic")]),
        ("https://x.org/evidence/a-2020-b.ris?x=1#y", [("slug", "a-2020-b")]),
        ("evidence/a-2020-b", [("slug", "a-2020-b")]),
        ("https://doi.org/10.1000/ABC", [("doi", "10.1000/abc")]),
        ("doi: 10.1000/abc.", [("doi", "10.1000/abc")]),
        ("PMID: 12345678", [("pmid", "12345678")]),
        ("PMC1234567", [("pmcid", "PMC1234567")]),
        ("Smith J. A double-blind study. doi:10.1000/abc", [("doi", "10.1000/abc")]),
        ("10.1000/abc 10.1000/def", [("doi", "10.1000/abc"), ("doi", "10.1000/def")]),
        ("10.1000/abc\n10.1000/ABC\n", [("doi", "10.1000/abc")]),
        ("what is this", [("", "what is this")]),
        ("double-blind\x00 <b>", [("", "double-blind\x00 <b>")]),
    ],
)
def test_references_are_read_in_any_spelling(text, found):
    assert references(text) == ([Reference(kind, value) for kind, value in found], 0)


def test_a_list_holds_two_hundred():
    lines = [f"adams-2020-paper-{number}" for number in range(MOST + 3)]
    found, beyond = references("\n".join(lines))
    assert ([each.value for each in found], beyond) == (lines[:MOST], 3)


def test_very_long_text_is_read_in_part():
    found, beyond = references("a-2020-b\n" * LONGEST)
    assert ([each.value for each in found], beyond) == (["a-2020-b"], 0)


# --- What is shown


def slugs_shown(response) -> list[str]:
    return re.findall(r'<li data-slug="([^"]*)"', response.content.decode())


@pytest.mark.django_db
def test_list_is_in_the_order_that_was_sent(client):
    studies = [published_study(**TEXTS, **CODED) for _ in range(4)]
    wanted = [studies[place].slug for place in (2, 0, 3, 1)]
    assert slugs_shown(post(client, *wanted)) == wanted


@pytest.mark.django_db
def test_entry_tells_title_who_badge_key_point_limit_and_retraction(client):
    study = published_study(
        **TEXTS, **CODED, patients=20, controls=10, authors=["Adams, Ann"], retraction_status="retracted"
    )
    Flag.objects.create(study=study, kind="safety", reason="It advises exercise.")
    text = text_of(post(client, study.slug))
    for words in (
        study.title,
        "Adams, 2024",
        "RETRACTED: this paper has been taken back.",
        "Notice: safety. It advises exercise.",
        "PEM not required",
        "Case-control study, 20 patients and 10 controls",
        TEXTS["key_point"],
        f"Main limit: {TEXTS['main_limitation']}",
        "1 of these papers has been taken back by the journal. Do not rely on it.",
    ):
        assert text.count(words) == 1, words
    assert f"{study.title} RETRACTED: this paper has been taken back. Adams, 2024" in text


@pytest.mark.django_db
def test_study_is_found_by_each_of_its_numbers_and_shown_once(client):
    study = published_study(
        **TEXTS, **CODED, doi="10.1000/abc", preprint_doi="10.1101/xyz", pmid="12345678", pmcid="PMC7654321"
    )
    for line in (
        "10.1000/ABC",
        "https://doi.org/10.1101/xyz",
        "PMID 12345678",
        "PMC7654321",
        f"/evidence/{study.slug}/",
    ):
        assert slugs_shown(post(client, line)) == [study.slug], line
    assert slugs_shown(post(client, "PMID 12345678", study.slug, "10.1000/abc")) == [study.slug]


@pytest.mark.django_db
def test_renamed_and_merged_studies_have_their_present_name(client):
    kept, gone, renamed = (published_study(**TEXTS, **CODED) for _ in range(3))
    Study.objects.filter(pk=gone.pk).update(state=State.WITHDRAWN, merged_into=kept)
    Flag.objects.create(study=kept, kind="contested", reason="Others disagree.")
    SlugRedirect.objects.create(slug="old-2001-name", study=renamed)
    response = post(client, "old-2001-name", gone.slug)
    assert slugs_shown(response) == [renamed.slug, kept.slug]
    asked = re.findall(r'data-asked="([^"]*)"', response.content.decode())
    assert asked == ["old-2001-name", gone.slug]
    assert "Notice: contested. Others disagree." in text_of(response)


@pytest.mark.django_db
def test_withdrawn_and_unknown_studies_are_named_as_that(client):
    study, draft = published_study(**TEXTS, **CODED), make_study()
    Study.objects.filter(pk=study.pk).update(state=State.WITHDRAWN, withdrawal_reason="Out of scope.")
    response = post(client, study.slug, draft.slug, "<b>no-such</b>")
    text = text_of(response)
    assert "The atlas has withdrawn this study. Its page says why." in text
    assert f"The atlas has no study for “{draft.slug}”." in text
    assert "“&lt;b&gt;no-such&lt;/b&gt;”" in response.content.decode()
    assert draft.title not in text and TEXTS["key_point"] not in text
    assert 'name="format"' not in response.content.decode()


@pytest.mark.django_db
def test_more_than_the_list_holds_is_said(client):
    text = text_of(post(client, *(f"adams-2020-paper-{number}" for number in range(MOST + 2))))
    assert "A list holds 200 at most. 2 more were left out." in text


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_list():
    studies = [published_study(**TEXTS, **CODED, doi=f"10.1000/{number}") for number in range(6)]
    numbers = []
    for some in (studies[:2], studies):
        with CaptureQueriesContext(connection) as found:
            looked_up("\n".join(each for study in some for each in (study.slug, study.doi)))
        numbers.append(len(found))
    assert numbers == [7, 7]


# --- What is not kept, and what the page says


@pytest.mark.django_db
def test_nothing_is_stored_cached_or_asked_for_in_return(client):
    study = published_study(**TEXTS, **CODED)
    strict = Client(enforce_csrf_checks=True)
    with CaptureQueriesContext(connection) as found:
        response = post(strict, study.slug)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert not response.cookies
    assert [query["sql"] for query in found if not query["sql"].startswith("SELECT")] == []


@pytest.mark.django_db
def test_page_explains_and_asks_for_little(client):
    response = client.get(ADDRESS)
    text = text_of(response)
    assert "The list stays in this browser. We do not store it." in text
    assert slugs_shown(response) == []
    (form,) = re.findall(r"<form method=\"(\w+)\" action=\"([^\"]+)\">", response.content.decode().split("<main")[1])
    assert form == ("post", ADDRESS)  # never in an address
    assert not response.cookies


@pytest.mark.django_db
def test_empty_box_is_no_error_page(client):
    response = post(client)
    assert response.status_code == 200
    assert "There was nothing in the box." in text_of(response)


@pytest.mark.django_db
def test_own_words_can_be_read(client):
    page = client.get(ADDRESS).content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    assert smog(strip_tags(re.sub(r"</(p|h\d|label|summary|button)>", ". ", "<main" + page))) <= 9


# --- Downloads


def downloaded(client: Client, suffix: str, *slugs: str) -> str:
    response = post(client, *slugs, format=suffix)
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"] == f'attachment; filename="reading-list.{suffix}"'
    return response.getvalue().decode()


@pytest.mark.django_db
def test_every_format_holds_the_studies_in_their_order(client):
    studies = [published_study(**TEXTS, **CODED, pmid=str(900_000 + number)) for number in range(3)][::-1]
    slugs = [study.slug for study in studies]
    for suffix in ("txt", "ris", "bib", "nbib", "csl.json", "csv", "json", "md"):
        content = downloaded(client, suffix, *slugs)
        places = [content.find(study.title) for study in studies]
        assert -1 not in places and places == sorted(places), suffix
    assert len(json.loads(downloaded(client, "csl.json", *slugs))) == 3


@pytest.mark.django_db
def test_text_carries_badge_limit_and_retraction(client):
    study = published_study(**TEXTS, **CODED, retraction_status="retracted", doi="10.1000/abc")
    text = downloaded(client, "txt", study.slug)
    lines = [line for line in text.splitlines() if line]
    assert lines[0] == "Reading list"
    assert f"RETRACTED: {study.title}" in lines
    assert "RETRACTED: this paper has been taken back." in lines
    assert "Badge: PEM not required" in lines
    assert "Main limit: It does not show what causes the illness." in lines
    assert "DOI: https://doi.org/10.1000/abc" in lines


@pytest.mark.django_db
def test_files_hold_no_withdrawn_study(client):
    study, other = published_study(**TEXTS, **CODED), published_study(**TEXTS, **CODED)
    Study.objects.filter(pk=study.pk).update(state=State.WITHDRAWN)
    assert study.title not in downloaded(client, "ris", study.slug, other.slug)
    text = downloaded(client, "txt", study.slug, other.slug)
    assert "The atlas has withdrawn its entry about this paper." in text


@pytest.mark.django_db
def test_unknown_format_shows_the_page(client):
    study = published_study(**TEXTS, **CODED)
    assert slugs_shown(post(client, study.slug, format="exe")) == [study.slug]
