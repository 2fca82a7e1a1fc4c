"""The sample atlas's own texts as they stand in the sample atlas: public, light, and every link leads somewhere."""

import html
import re
from urllib.parse import urldefrag, urljoin

import pytest

from studies import sample_texts
from studies.models import Guide, GuideRevision, PublicState, Study
from studies.text_history import broken
from studies.vocabulary import StaffRole
from tests.studies.test_guides import publish
from tests.studies.test_sample_texts import GUIDES, PATHS, TEXTS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]
PAGES = [*(text.get_absolute_url() for text in GUIDES + PATHS), "/guides/", "/start/", "/questions/"]
PAGES += [f"/glossary/?part={part}" for part in ("a-d", "e-m", "n-z")]
HEAVIEST = 30 * 1024


def test_every_text_is_public_in_the_name_of_the_import_alone():
    assert Guide.objects.filter(state="published").count() == Guide.objects.count() == len(TEXTS)
    roles = GuideRevision.objects.values_list("number", "approver_role", "approved_by", "note").distinct().order_by()
    assert list(roles) == [(1, StaffRole.SAMPLE_IMPORT, None, sample_texts.NOTE)]
    assert list(broken()) == []


def test_loading_again_changes_nothing():
    before = list(GuideRevision.objects.order_by("pk").values_list("pk", "hash"))
    counter = PublicState.objects.get().counter
    assert sample_texts.publish_sample_texts() == (0, [])
    assert list(GuideRevision.objects.order_by("pk").values_list("pk", "hash")) == before
    assert PublicState.objects.get().counter == counter


def test_text_that_people_changed_is_no_sample_any_more_and_stays(client):
    guide = Guide.objects.get(slug="what-is-pem")
    guide.title = "What PEM is"
    guide.save(update_fields=["title"])
    publish(guide)
    assert sample_texts.publish_sample_texts() == (0, [])
    assert sample_texts.written_by_others() == 0
    page = client.get("/guides/what-is-pem/").content.decode()
    assert "<h1>What PEM is</h1>" in page
    assert "Sample text, not reviewed" not in page


@pytest.mark.parametrize("page", PAGES)
def test_page_is_light_and_says_what_it_is(client, page):
    answer = client.get(page)
    assert answer.status_code == 200
    assert len(answer.content) <= HEAVIEST
    told = "No clinician has" if "part=" in page else "Sample text, not reviewed"
    assert (told in answer.content.decode()) == (page not in {"/guides/", "/start/"})


def test_every_link_leads_somewhere(client):
    links = {urljoin(page, link) for page in PAGES for link in links_of(client.get(page).content.decode())}
    assert len(links) > 60
    assert [link for link in sorted(links) if not leads(client, link)] == []


def test_every_study_named_is_in_the_sample_atlas():
    named = {source["study"] for text in TEXTS for source in text.sources if "study" in source}
    published = Study.objects.published().filter(slug__in=named, is_sample=True)
    assert named - set(published.values_list("slug", flat=True)) == set()
    assert len(named) >= 20


def links_of(page):
    """Where the main part of a page leads inside the atlas, but for the glossary's searches, which are one per term."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    return {html.unescape(link) for link in re.findall(r'href="([/?#][^"]*)"', main) if "/evidence/?q=" not in link}


def leads(client, link):
    address, fragment = urldefrag(link)
    page = client.get(address)
    return page.status_code == 200 and (not fragment or f'id="{fragment}"' in page.content.decode())
