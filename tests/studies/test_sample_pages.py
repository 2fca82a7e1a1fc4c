"""The pages of the 34 sample studies, as they are shipped: weight, and what every one of them must say."""

import gzip

import pytest
from django.utils.html import escape

from studies.models import Study
from tests.studies.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]


@pytest.fixture
def pages(client):
    studies = Study.objects.published().with_texts()
    found = {study.slug: client.get(study.get_absolute_url()) for study in studies}
    assert len(found) == 34
    return found


def test_every_sample_page_is_light(pages):
    weights = {slug: (len(page.content), len(gzip.compress(page.content))) for slug, page in pages.items()}
    heavy = {slug: weight for slug, weight in weights.items() if weight[0] > 30 * 1024 or weight[1] > 8 * 1024}
    assert heavy == {}


def test_every_sample_page_says_that_it_is_a_sample(pages):
    notice = "The texts on this page are samples, written for demonstration. No clinician has reviewed them."
    assert [slug for slug, page in pages.items() if notice not in text_of(page)] == []


def test_every_sample_page_answers_in_its_first_part(pages):
    for slug, page in pages.items():
        study = page.context["study"]
        glance = page.content.decode().split('<section class="glance"', 1)[1].split("</section>", 1)[0]
        missing = [name for name in ("key_point", "main_limitation", "question") if not getattr(study, name)]
        assert (slug, missing) == (slug, [])
        assert [glance.count(word) for word in ("What they found", "What it does not show", "How sure", "Who")] == [
            1
        ] * 4


def test_every_sample_page_proves_its_badge_as_it_is_stored(pages):
    differing = [
        slug
        for slug, page in pages.items()
        if page.context["page"].proof.badge and page.context["page"].proof.badge.value != page.context["study"].pem
    ]
    assert differing == []


def test_every_sample_page_shows_its_texts_whole(pages):
    for slug, page in pages.items():
        html, study = page.content.decode(), page.context["study"]
        texts = [getattr(study, name) for name in Study.COMPULSORY_TEXTS]
        texts += [item for name in Study.LIST_TEXTS for item in getattr(study, name)]
        paragraphs = [part for text in texts for part in text.split("\n") if part]
        assert (slug, [part for part in paragraphs if escape(part) not in html]) == (slug, [])


def test_layers_of_every_sample_page_have_their_length(pages):
    """A glance aims at 60 to 85 words; the paper's own name for its patients makes some of them longer."""
    layers = {slug: page.context["page"] for slug, page in pages.items()}
    assert {slug: page.glance.words for slug, page in layers.items() if not 60 <= page.glance.words <= 100} == {}
    assert sum(page.glance.words > 85 for page in layers.values()) <= 12
    assert {slug: page.short.words for slug, page in layers.items() if not 250 <= page.short.words <= 500} == {}
