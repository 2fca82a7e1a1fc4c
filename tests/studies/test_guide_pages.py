"""The pages of the atlas's own texts, and the desk on which they are written."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from studies.alphabet import PARTS, part_of
from studies.models import GlossaryTerm, Guide
from tests.signing_in import sign_in
from tests.studies.factories import make_user, published_study
from tests.studies.filling import form_of, send
from tests.studies.test_guides import make_guide, publish

pytestmark = pytest.mark.django_db
EMPTY = ["/guides/", "/start/", "/questions/", "/glossary/"]


@pytest.mark.parametrize("address", EMPTY)
def test_page_without_texts_is_a_page_that_helps(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert b"<h1>" in answer.content


def test_guide_shows_three_depths_in_order_with_sources(client):
    study = published_study()
    publish(make_guide(sources=[{"text": "The study", "study": study.slug}, {"text": "A book"}]))
    page = client.get("/guides/what-is-pem/").content.decode()
    places = [page.index(f'id="{name}"') for name in ("glance", "short", "deep")]
    assert places == sorted(places)
    assert "<strong>answer</strong>" in page
    assert f'<a href="{study.get_absolute_url()}">The study</a>' in page
    assert "Last checked against its sources on 1 November 2026. To be checked again by November 2029." in page


def test_draft_is_not_public(client):
    make_guide()
    assert client.get("/guides/what-is-pem/").status_code == 404
    assert "What is PEM?" not in client.get("/guides/").content.decode()


def test_start_path_and_question_have_their_pages(client):
    steps = [{"title": "PEM", "url": "/pem/", "note": "The idea."}, {"title": "Studies", "url": "/evidence/"}]
    publish(make_guide(kind="start", slug="newly-ill", title="Newly ill", steps=steps))
    publish(make_guide(kind="question", slug="is-it-real", title="Is it real?"))
    assert '<a href="/pem/">PEM</a><br>The idea.' in client.get("/start/newly-ill/").content.decode()
    assert "Newly ill" in client.get("/start/").content.decode()
    assert '<h2 id="is-it-real">Is it real?</h2>' in client.get("/questions/").content.decode()
    assert Guide.objects.get(slug="is-it-real").get_absolute_url() == "/questions/#is-it-real"


@pytest.mark.parametrize("count", [1, 30])
def test_pages_take_the_same_queries_for_any_number_of_texts(client, django_assert_max_num_queries, count):
    study = published_study()
    for number in range(count):
        publish(
            make_guide(
                kind="question", slug=f"q-{number}", title=f"Q{number}", sources=[{"text": "S", "study": study.slug}]
            )
        )
    with django_assert_max_num_queries(6):
        client.get("/questions/")


def test_glossary_links_each_term_to_its_search(client):
    term = GlossaryTerm.objects.first()
    assert f'<dt id="{term.slug}">' in client.get(term.get_absolute_url()).content.decode()
    pages = [client.get(f"/glossary/?part={part}").content.decode() for part in PARTS]
    assert sum(page.count("/evidence/?q=") for page in pages) == GlossaryTerm.objects.count()


@pytest.mark.parametrize(
    ("slug", "part"), [("ans", "a-d"), ("2-day", "a-d"), ("fmri", "e-m"), ("pem", "n-z"), ("zz", "n-z")]
)
def test_each_term_stands_in_one_part_of_the_glossary(slug, part):
    assert part_of(slug) == part


def test_glossary_takes_an_unknown_part_for_the_first(client):
    assert client.get("/glossary/?part=../x").context["part"] == "a-d"


@pytest.fixture
def desk(client):
    sign_in(client, make_user("editor", username="writer"))
    return client


def typed(**fields):
    return {
        "kind": "guide",
        "slug": "what-is-pem",
        "title": "What is PEM?",
        "glance": "Worse after effort.",
        "sources": "A paper | https://doi.org/10.1000/1\nA study | adams-2024-study",
        "steps": "PEM | /pem/ | The idea.",
        "position": "10",
    } | fields


def test_editor_writes_a_guide_and_another_publishes_it(desk, client):
    answer = send(
        desk,
        reverse("admin:studies_guide_add"),
        holding="glance",
        **typed(sources="A paper | https://doi.org/10.1000/1"),
    )
    assert answer.status_code == 302
    guide = Guide.objects.get()
    assert guide.sources == [{"text": "A paper", "url": "https://doi.org/10.1000/1"}]
    assert guide.steps == [{"title": "PEM", "url": "/pem/", "note": "The idea."}]
    assert [person.username for person in guide.writers.all()] == ["writer"]
    Guide.objects.update(short="s", deep="d", known="k", unknown="u", reviewed_on="2026-11-01", steps=[])
    submit = reverse("admin:studies_guide_submit", args=[guide.pk])
    assert send(desk, submit, holding="digest").status_code == 302
    publish_at = reverse("admin:studies_guide_publish", args=[guide.pk])
    assert send(desk, publish_at, holding="digest", note="First.").status_code == 403
    sign_in(client, make_user("editor"))
    assert send(client, publish_at, holding="digest", note="First.").status_code == 302
    assert client.get("/guides/what-is-pem/").status_code == 200


def test_second_to_save_is_told_and_keeps_the_words(desk):
    guide = make_guide()
    address = reverse("admin:studies_guide_change", args=[guide.pk])
    Guide.objects.update(edition=4)
    answer = send(desk, address, holding="glance", glance="My words.", seen="3")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Somebody else saved this text while you wrote." in page
    assert "My words." in page
    Guide.objects.get(glance="Getting worse after effort.")


@pytest.mark.parametrize("line", ["| https://x.org/", "a | b | c"])
def test_source_that_is_not_written_as_it_should_be_is_named(desk, line):
    answer = send(desk, reverse("admin:studies_guide_add"), holding="glance", **typed(sources=f"Fine\n{line}"))
    assert "Line 2 is not written as “text | where”." in answer.content.decode()


def test_too_long_guide_comes_back_whole_with_what_is_too_long(desk):
    long = "word " * 2_500
    answer = send(desk, reverse("admin:studies_guide_add"), holding="glance", **typed(short=long, sources="w" * 1_001))
    assert answer.context["adminform"].form.errors == {
        "short": ["12,499 characters are too many. Shorten this to 12,000; nothing was cut off."],
        "sources": ["Line 1 has 1,001 characters. Shorten it to 1,000; nothing was cut off."],
    }
    kept = form_of(answer, holding="glance")
    assert (kept["short"], kept["sources"], Guide.objects.count()) == ([long], ["w" * 1_001], 0)
    assert "maxlength" not in re.search(r'<textarea name="short"[^>]*>', answer.content.decode())[0]


def test_too_long_term_comes_back_whole_with_what_is_too_long(desk):
    term = GlossaryTerm.objects.first()
    address = reverse("admin:studies_glossaryterm_change", args=[term.pk])
    answer = send(desk, address, holding="term", meaning="w" * 2_001, aliases="w\n" * 101)
    assert answer.context["adminform"].form.errors == {
        "meaning": ["2,001 characters are too many. Shorten this to 2,000; nothing was cut off."],
        "aliases": ["101 lines are too many. Leave at most 100; nothing was cut off."],
    }
    assert form_of(answer, holding="term")["meaning"] == ["w" * 2_001]
    assert GlossaryTerm.objects.get(pk=term.pk).meaning == term.meaning


def test_saved_term_is_a_version_with_its_note(desk):
    term = GlossaryTerm.objects.first()
    came_with = term.meaning
    address = reverse("admin:studies_glossaryterm_change", args=[term.pk])
    for number, meaning in enumerate(("One meaning.", "Another meaning.", "Another meaning."), start=1):
        send(desk, address, holding="meaning", meaning=meaning, note=f"Note {number}")
    term.refresh_from_db()
    assert [(each.number, each.note, each.values["meaning"]) for each in term.revisions.all()] == [
        (1, "As it came with the atlas.", came_with),
        (2, "Note 1", "One meaning."),
        (3, "Note 2", "Another meaning."),
    ]
    assert term.version == 3


def test_second_to_save_a_term_is_told_and_keeps_the_words(desk):
    term = GlossaryTerm.objects.first()
    address = reverse("admin:studies_glossaryterm_change", args=[term.pk])
    send(desk, address, holding="meaning", meaning="Theirs.")
    page = send(desk, address, holding="meaning", meaning="My words.", seen="0").content.decode()
    assert ("Somebody else saved this text while you wrote." in page, "My words." in page) == (True, True)
    assert GlossaryTerm.objects.get(pk=term.pk).meaning == "Theirs."


def test_list_of_guides_to_review_names_those_whose_public_version_is_old(desk):
    publish(make_guide(reviewed_on=date(2020, 1, 1)))
    publish(make_guide(slug="new", title="A new one", reviewed_on=timezone.localdate()))
    Guide.objects.update(reviewed_on=timezone.localdate())  # the working copy: readers do not see it yet
    listed = desk.get("/admin/studies/guide/?review=due").context["cl"].result_list
    assert [guide.slug for guide in listed] == ["what-is-pem"]


def test_lead_takes_a_guide_off_and_brings_it_back(client):
    guide = make_guide()
    publish(guide)
    sign_in(client, make_user("lead"))
    for step, status in (("withdraw", 404), ("restore", 200)):
        address = reverse(f"admin:studies_guide_{step}", args=[guide.pk])
        assert send(client, address, holding="digest").status_code == 302
        assert client.get("/guides/what-is-pem/").status_code == status
