"""Three depths: what each layer of a study and of a guide says of itself, what stands open for whom, and in which order."""

import gzip
import re
from datetime import date

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from studies.depths import Length, length_of
from studies.models import Flag, Study
from tests.studies.factories import CODED, TEXTS, published_study
from tests.studies.pages import queries, text_of
from tests.studies.test_guides import make_guide, publish

DEPTHS = ["short", "glance", "deep"]
LISTS = {"findings": ["One of ten markers differed."], "open_questions": ["Would it hold up?"]}
TOLD = "You chose the glance first."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (0, "10 seconds, 0 words"),
        (1, "10 seconds, 1 word"),
        (80, "30 seconds, 80 words"),
        (93, "30 seconds, 93 words"),
        (94, "40 seconds, 94 words"),
        (146, "50 seconds, 146 words"),
        (147, "1 minute, 147 words"),
        (160, "1 minute, 160 words"),
        (161, "2 minutes, 161 words"),
        (480, "3 minutes, 480 words"),
    ],
)
def test_length_is_told_in_seconds_then_in_minutes(words, told):
    length = Length(words)
    assert length.told == told
    assert render_to_string("includes/length.html", {"length": length}) == told


def test_words_of_several_texts_add_up():
    assert length_of(["Two words.", "", "and\n three more"]) == Length(5)


@pytest.fixture
def whole() -> Study:
    cohorts = [{"definition": "ccc-2003", "cohort": "ME/CFS"}, {"definition": "self-report", "cohort": "Long COVID"}]
    return published_study(
        **TEXTS,
        **LISTS,
        design="cohort",
        definitions=cohorts,
        patients=1200,
        controls=0,
        population_label="Our patients",
    )


@pytest.fixture
def listed() -> Study:
    return published_study(title="Only listed")


def visit(client, study: Study, depth: str = "short", rest: str = ""):
    if depth != "short":
        client.cookies["look"] = f"depth-{depth}"
    response = client.get(f"/evidence/{study.slug}/{rest}")
    assert response.status_code == 200
    return response


def folds(response) -> tuple[int, int]:
    """How many parts of the article can be folded, and how many of these stand open."""
    article = response.content.decode().split("<article", 1)[1].split("</article>", 1)[0]
    return len(re.findall(r"<details[ >]", article)), article.count("<details open>")


@pytest.mark.django_db
@pytest.mark.parametrize("depth", DEPTHS)
def test_layers_come_in_order_for_every_depth(client, whole, depth):
    html = visit(client, whole, depth).content.decode()
    article = html.split("<article", 1)[1]
    assert re.findall(r'<section (?:class="glance" )?id="(\w+)"', article) == [
        "glance",
        "short",
        "deep",
        "pem",
        "cite",
        "version",
    ]
    text = text_of(client.get(whole.get_absolute_url()))
    layers = ["At a glance: ", "You can stop here.", "The short version: ", "Deeper: "]
    places = [text.index(layer) for layer in layers]
    assert places == sorted(places)
    assert text.count("You can stop here.") == 2
    assert text.rindex("You can stop here.") < text.index("Deeper: ")


@pytest.mark.django_db
@pytest.mark.parametrize(("depth", "folded"), [("short", (4, 0)), ("glance", (5, 0)), ("deep", (4, 4))])
def test_deep_part_stands_open_for_who_chose_it(client, whole, depth, folded):
    response = visit(client, whole, depth)
    assert folds(response) == folded
    text = text_of(response)
    assert (TOLD in text) == (depth == "glance")
    assert depth != "glance" or text.index(TEXTS["main_limitation"]) < text.index(TOLD)


@pytest.mark.django_db
@pytest.mark.parametrize(("depth", "open_of_three"), [("short", 3), ("glance", 0), ("deep", 3)])
def test_study_without_texts_is_folded_only_for_who_chose_the_glance(client, listed, depth, open_of_three):
    response = visit(client, listed, depth)
    assert folds(response) == (3, open_of_three)
    html = response.content.decode()
    assert ('href="#deep"' in html, 'href="#short"' in html) == (depth == "glance", False)


@pytest.mark.django_db
@pytest.mark.parametrize("depth", DEPTHS)
def test_short_layer_is_folded_only_for_who_chose_the_glance_alone(client, whole, depth):
    html = visit(client, whole, depth).content.decode()
    short = html.split('<section id="short"', 1)[1].split("</section>", 1)[0]
    assert [short.count(TEXTS[name]) for name in ("summary", "significance", "limitations")] == [1, 1, 1]
    before = html.split('<section id="short"', 1)[0].split("<article", 1)[1]
    assert (short.count("<details"), before.count("<details>")) == (0, depth == "glance")
    assert before.endswith("</summary>\n") == (depth == "glance")


@pytest.mark.django_db
def test_layers_tell_their_words_as_they_are(client, whole):
    response = visit(client, whole)
    text = text_of(response)
    glance = text.split("written from the abstract ", 1)[1].split("One page for your doctor", 1)[0]
    names = ("Who", "How sure", "They asked:", "What they found", "What it does not show")
    for name in names:
        assert glance.count(f"{name} ") == 1
        glance = glance.replace(f"{name} ", "")
    shown = ["PEM unclear", *glance.replace("Long COVID: ", "Long COVID ").replace("ME/CFS: ", "ME/CFS ").split()]
    assert response.context["page"].glance == length_of(shown)
    short = length_of([TEXTS["summary"], TEXTS["significance"], TEXTS["limitations"]])
    assert f"The short version: {short.told} In plain language" in text


@pytest.mark.django_db
@pytest.mark.parametrize("depth", DEPTHS)
def test_main_limit_stands_beside_the_key_point_whatever_is_chosen(client, whole, depth):
    text = text_of(visit(client, whole, depth))
    beside = f"What they found {TEXTS['key_point']} What it does not show {TEXTS['main_limitation']}"
    assert text.index(beside) < text.index("You can stop here.")


@pytest.mark.django_db
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("texts", [True, False])
def test_retraction_comes_before_every_layer(client, whole, listed, depth, texts):
    study = whole if texts else listed
    Study.objects.filter(pk=study.pk).update(retraction_status="retracted")
    for rest in ("", "?print=one-page"):
        text = text_of(visit(client, study, depth, rest))
        assert text.index("RETRACTED: this paper has been taken back. Do not rely on its findings.") < text.index("Who")


@pytest.mark.django_db
@pytest.mark.parametrize("depth", DEPTHS)
def test_machine_drafted_texts_say_so_in_the_record(client, whole, depth):
    whole.text_provenance.update(drafter="machine", model="Writer", model_version="2")
    text = text_of(visit(client, whole, depth))
    assert "Drafted by a machine (Writer, version 2) from the abstract of the paper." in text
    assert text.index("Deeper: ") < text.index("Drafted by a machine")


@pytest.mark.django_db
@pytest.mark.parametrize("depth", DEPTHS)
def test_depth_costs_no_query(client, whole, depth):
    if depth != "short":
        client.cookies["look"] = f"depth-{depth}"
    assert queries(client, whole.get_absolute_url()) <= 12


@pytest.mark.django_db
def test_every_heading_and_layer_has_an_address_of_its_own(client, whole):
    article = visit(client, whole).content.decode().split("<article", 1)[1].split("</article>", 1)[0]
    ids = re.findall(r' id="([^"]+)"', article)
    assert len(ids) == len(set(ids))
    nameless = [found for found in re.findall(r"<h[23][^>]*>", article) if "id=" not in found]
    assert nameless == ["<h2>", "<h2>", "<h2>"]  # those of the sections pem, cite and version, which have theirs


@pytest.mark.django_db
def test_error_can_be_reported_without_opening_anything(client, whole):
    article = visit(client, whole).content.decode().split("<article", 1)[1].split("</article>", 1)[0]
    outside = re.sub(r"<details.*?</details>", "", article, flags=re.DOTALL)
    assert outside.count(f'href="/contribute/{whole.slug}/"') == 1


@pytest.mark.django_db
def test_one_page_holds_what_a_doctor_needs(client, whole, settings):
    Study.objects.filter(pk=whole.pk).update(doi="10.1000/abc", evidence_level="E3", method_flags=["small_sample"])
    Flag.objects.create(study=whole, kind="safety", reason="It praises exercise.")
    response = visit(client, whole, rest="?print=one-page")
    text = text_of(response)
    whole.refresh_from_db()
    parts = [
        "Safety notice It praises exercise.",
        whole.title,
        f"They asked: {TEXTS['question']}",
        "Who Cohort study, 1,200 patients, no controls. In the paper’s words: “Our patients”.",
        "PEM PEM unclear: somebody looked; the paper does not make it clear.",
        "Long COVID: PEM unclear. ME/CFS: PEM required.",
        "How sure Preliminary: an early finding; it may not hold up.",
        f"What they found {TEXTS['key_point']} What it does not show {TEXTS['main_limitation']}",
        f"What it does not prove {TEXTS['limitations']}",
        "Keep in mind: few participants.",
        "The paper https://doi.org/10.1000/abc",
        f"This page {settings.ATLAS_URL}/evidence/{whole.slug}/, version 1 of ",
    ]
    assert [part for part in parts if part not in text] == []
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)
    address = f'<link rel="canonical" href="{settings.ATLAS_URL}/evidence/{whole.slug}/">'
    assert response.content.decode().count(address) == 1
    assert TEXTS["summary"] not in text


@pytest.mark.django_db
def test_one_page_is_one_step_away_and_leads_back(client, whole):
    address = whole.get_absolute_url()
    assert f'href="{address}?print=one-page"' in visit(client, whole).content.decode()
    assert (
        f'<a href="{address}">Back to the whole study</a>'
        in visit(client, whole, rest="?print=one-page").content.decode()
    )


@pytest.mark.django_db
def test_one_page_without_texts_says_that_nothing_is_known(client, listed):
    text = text_of(visit(client, listed, rest="?print=one-page"))
    assert "So the atlas does not say what was found." in text
    assert ("What they found" in text, "No address of the paper is recorded." in text) == (False, True)


@pytest.mark.django_db
def test_one_page_of_a_moved_or_withdrawn_study_is_no_exception(client, whole, listed):
    Study.objects.filter(pk=listed.pk).update(state="withdrawn", merged_into=whole)
    moved = client.get(f"/evidence/{listed.slug}/?print=one-page")
    assert (moved.status_code, moved["Location"]) == (301, f"/evidence/{whole.slug}/?print=one-page")
    Study.objects.filter(pk=whole.pk).update(state="withdrawn", withdrawal_reason="Not about ME/CFS.")
    gone = client.get(f"/evidence/{whole.slug}/?print=one-page")
    assert (gone.status_code, TEXTS["key_point"] in text_of(gone)) == (410, False)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["", "two-pages", "one-page%00", "ONE-PAGE"])
def test_other_words_for_print_give_the_study_page(client, whole, asked):
    assert "Deeper: " in text_of(visit(client, whole, rest=f"?print={asked}"))


@pytest.mark.django_db
@pytest.mark.parametrize(("depth", "folded"), [("short", (2, 0)), ("glance", (3, 0)), ("deep", (2, 2))])
def test_guide_says_of_each_depth_how_long_it_is(client, depth, folded):
    publish(make_guide(glance="word " * 70, short="word " * 450, deep="word " * 1000, reviewed_on=date(2026, 11, 1)))
    if depth != "short":
        client.cookies["look"] = f"depth-{depth}"
    response = client.get("/guides/what-is-pem/")
    text = text_of(response)
    told = ["30 seconds, 70 words", "3 minutes, 450 words", "7 minutes, 1000 words"]
    assert [text.count(length) for length in told] == [1, 1, 1]
    assert [text.index(length) for length in told] == sorted(text.index(length) for length in told)
    assert text.count("You can stop here.") == 2
    assert folds(response) == folded
    assert (TOLD in text) == (depth == "glance")


@pytest.mark.django_db
def test_abstract_of_a_told_study_is_one_step_away_under_an_open_licence(client):
    study = published_study(**TEXTS, **CODED, abstract="Words of the authors.")
    html = visit(client, study).content.decode()
    assert ("Words of the authors." in html, f'href="{study.get_absolute_url()}?part=abstract"' in html) == (
        False,
        True,
    )
    text = text_of(visit(client, study, rest="?part=abstract"))
    assert "The paper’s own abstract Words of the authors. Words of the paper’s authors, licence CC-BY." in text
    assert f"What it does not show: {TEXTS['main_limitation']}" in text
    study.abstract.license = ""
    study.abstract.save()
    for rest in ("", "?part=abstract"):
        response = visit(client, study, rest=rest)
        assert ("Words of the authors" in text_of(response), "Deeper: " in text_of(response)) == (False, True)
        assert "?part=abstract" not in response.content.decode().split("<article", 1)[1].split("</article>", 1)[0]


def test_scripts_of_readers_are_small():
    """All helps that a page for readers can load together; the desk of the staff has its own."""
    scripts = [path for path in (settings.BASE_DIR / "static" / "js").glob("*.js") if path.stem != "desk"]
    assert {"reading", "list"} <= {path.stem for path in scripts}
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= 10 * 1024
