"""The lists of the admin: what they find, how many queries they take, and what they publish at once."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.text import capfirst

from studies import proposals, publishing
from studies.models import GlossaryTerm, Study, Topic
from tests.running import ROOT
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.filling import form_of

pytestmark = pytest.mark.django_db
STUDIES = "/admin/studies/study/"


@pytest.fixture
def desk(client):
    sign_in(client, make_user("lead"))
    return client


def found(desk, **query):
    return list(desk.get(STUDIES, query).context["cl"].result_list)


def queries(desk, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert desk.get(address).status_code == 200
    return len(captured)


def rows(number, by):
    """`number` studies, proposals, revisions, topics and terms."""
    for _ in range(number):
        study = published_study(authors=["Adams, Ann", "Brown, Bo"], topics=["sleep"])
        proposals.propose(study=study, values={"patients": 4}, reason="correction", note="x", by=by)
        Topic.objects.create(slug=f"topic-{study.pk}", label=f"Topic {study.pk}")
        GlossaryTerm.objects.create(slug=f"term-{study.pk}", term=f"Term {study.pk}", aliases=["a", "b"])


def test_lists_take_as_many_queries_for_thirty_rows_as_for_one(desk):
    by = make_user("editor")
    models = ("study", "proposal", "revision", "topic", "glossaryterm", "casedefinition")
    addresses = [reverse(f"admin:studies_{model}_changelist") for model in models]
    rows(1, by)
    desk.get(addresses[0])  # warms the caches of content types and permissions
    few = {address: queries(desk, address) for address in addresses}
    rows(29, by)
    assert {address: queries(desk, address) for address in addresses} == few


def heading_of(page):
    (found,) = re.findall(r"<h1>(.*?)</h1>", page.content.decode())
    return found


def nothing_on(page):
    """What an empty list says, in one line; nothing where rows stand in it."""
    found = re.findall(r'<p class="nothing-here">(.*?)</p>', page.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", "".join(found)).split())


def test_every_list_is_called_as_on_the_first_page_and_says_when_it_is_empty(client):
    sign_in(client, User.objects.create_superuser("root"))
    own = {"contribution": "The queue", "arrival": "The inbox: new papers"}
    for model, lists in admin.site._registry.items():
        page = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        named = str(model._meta.verbose_name_plural)
        assert heading_of(page) == own.get(model._meta.model_name, named[0].upper() + named[1:])
        is_empty = not page.context["cl"].result_count
        assert nothing_on(page) == (lists.empty_text if is_empty else "")
        assert (f"0 {named}" in page.content.decode()) is False


def test_documents_call_lists_as_the_first_page_does():
    called = {str(capfirst(model._meta.verbose_name_plural)) for model in admin.site._registry}
    text = "\n".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    named = re.findall(r"\(staff pages, ([^)]+)\)", text) + re.findall(r"[Uu]nder\s+“([^”]+)”", text)
    assert ({"New papers", "Possible duplicates", "Uploads"} - {*named}, {*named} - called) == (set(), set())


def test_filter_that_fits_nothing_is_said_with_the_way_back(desk):
    address = reverse("admin:studies_finding_changelist")
    said = "Nothing here fits what you chose or searched for. Show the list as it opens."
    assert [nothing_on(desk.get(address, query)) for query in ({"q": "zebra"}, {"kind__exact": "differs"})] == [
        said
    ] * 2
    assert desk.get(address, {"q": "zebra"}).content.decode().count('<a href="?">Show the list as it opens</a>') == 1


def test_study_is_found_by_title_author_and_any_spelling_of_an_identifier(desk):
    wanted = make_study(
        title="Blood flow on standing",
        authors=["Visser, Frans"],
        doi="10.1000/flow",
        pmid="40180399",
        pmcid="PMC11966950",
    )
    make_study(title="Sleep", authors=["Jason, Leonard"])
    for words in (
        "blood STANDING",
        "visser",
        "viss flow",
        "https://doi.org/10.1000/FLOW",
        "PMID 40180399",
        "pmc11966950",
    ):
        assert found(desk, q=words) == [wanted], words
    assert found(desk, q="nobody") == []


def test_study_is_found_by_the_doi_of_its_preprint(desk):
    wanted = make_study(preprint_doi="10.1101/2024.01.01")
    assert found(desk, q="10.1101/2024.01.01") == [wanted]


def test_filters_narrow_the_list(desk):
    bare, told = published_study(), published_study(**TEXTS, **CODED)
    draft = make_study()
    assert found(desk, state__exact="draft") == [draft]
    assert found(desk, text="with") == [told]
    assert set(found(desk, text="without")) == {bare, draft}
    assert found(desk, pem__exact="not_required") == [told]


def test_unknown_filter_values_are_no_error(desk):
    for query in ({"text": "maybe"}, {"state__exact": "x"}, {"p": "999999"}, {"o": "99"}, {"q": "'\"%" * 50}):
        assert desk.get(STUDIES, query).status_code in (200, 302)
    assert desk.get(STUDIES, {"q": "\x00"}).status_code == 400


def test_row_shows_the_first_author_and_year(desk):
    make_study(authors=[{"collective": "The ME Group"}, "Second, A"])
    html = desk.get(STUDIES).content.decode()
    assert '<td class="field-first_author">The ME Group</td><td class="field-paper_year">2024</td>' in html


def test_nothing_public_can_be_deleted(client, django_user_model):
    """Not even by a superuser, in bulk or one by one."""
    sign_in(client, django_user_model.objects.create_superuser("root"))
    study = published_study()
    answer = client.post(STUDIES, {"action": "delete_selected", "_selected_action": [study.pk], "post": "yes"})
    single = client.post(reverse("admin:studies_study_delete", args=[study.pk]), {"post": "yes"})
    assert (answer.status_code, single.status_code, Study.objects.filter(pk=study.pk).exists()) == (302, 403, True)


def in_review(**fields):
    study = make_study(**fields)
    publishing.submit(study=study, by=make_user("editor"))
    return study


def test_many_studies_without_texts_are_published_at_once(desk):
    plain, other = in_review(), in_review()
    told = in_review(**TEXTS, **CODED)
    draft = make_study()
    chosen = {"action": "publish_bibliography", "_selected_action": [study.pk for study in (plain, other, told, draft)]}
    page = desk.post(STUDIES, chosen)
    assert [study for study, _ in page.context["ready"]] == [plain, other]
    assert page.context["left_out"] == [
        (told, "It has texts, so it is read and published on its own."),
        (draft, "It is draft, not in review."),
    ]
    assert Study.objects.published().count() == 0
    desk.post(STUDIES, form_of(page, holding="confirm"))
    assert set(Study.objects.published()) == {plain, other}


def test_study_that_changed_after_the_list_was_shown_is_left_out(desk):
    first, second = in_review(), in_review()
    page = desk.post(STUDIES, {"action": "publish_bibliography", "_selected_action": [first.pk, second.pk]})
    Study.objects.filter(pk=first.pk).update(title="Another title")
    answer = desk.post(STUDIES, form_of(page, holding="confirm"), follow=True)
    assert list(Study.objects.published()) == [second]
    assert [str(message) for message in answer.context["messages"]] == [
        "Not published: Another title. The study changed after it was submitted. Send it back and submit it again.",
        f'1 study is public now: <a href="{second.get_absolute_url()}">{second.title}</a>.',
    ]


def test_badge_that_rests_on_a_sentence_is_not_published_in_bulk(desk):
    study = in_review(design="cohort", pem_claim="compulsory", pem_quote="PEM was needed.", pem_locator="methods")
    chosen = {"action": "publish_bibliography", "_selected_action": [study.pk]}
    page = desk.post(STUDIES, chosen)
    assert page.context["left_out"] == [
        (study, "Its badge rests on a quoted sentence, so it is read and published on its own.")
    ]
    study.refresh_from_db()
    desk.post(STUDIES, chosen | {"confirm": "yes", f"digest-{study.pk}": study.submitted_digest})
    assert Study.objects.published().count() == 0


def test_publishing_many_at_once_is_bounded(desk):
    studies = [make_study() for _ in range(101)]
    chosen = {"action": "publish_bibliography", "_selected_action": [study.pk for study in studies]}
    answer = desk.post(STUDIES, chosen, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Choose at most 100 studies at once."]


def test_second_press_of_the_button_publishes_nothing_twice(desk):
    study = in_review()
    page = desk.post(STUDIES, {"action": "publish_bibliography", "_selected_action": [study.pk]})
    values = form_of(page, holding="confirm")
    answers = [desk.post(STUDIES, values, follow=True) for _ in range(2)]
    assert [str(message) for message in answers[1].context["messages"]] == [
        f"Not published: {study.title}. The study is not “in review” any more.",
        "0 studies are public now.",
    ]
    assert study.revisions.count() == 1


def test_own_drafts_are_not_published_in_bulk(client):
    drafter = make_user("editor")
    study = make_study()
    digest = publishing.submit(study=study, by=drafter)
    sign_in(client, drafter)
    values = {"action": "publish_bibliography", "_selected_action": [study.pk]}
    page = client.post(STUDIES, values)
    assert page.context["left_out"] == [
        (study, "You drafted or submitted this study, so another person must publish it.")
    ]
    client.post(STUDIES, values | {"confirm": "yes", f"digest-{study.pk}": digest})
    assert Study.objects.published().count() == 0


def test_index_has_our_headings_in_the_order_of_the_work(desk):
    page = desk.get("/admin/")
    assert [group["name"] for group in page.context["app_list"]] == [
        "Decide",
        "Bring in",
        "Studies",
        "Words and definitions",
        "Staff",
    ]
    html = page.content.decode()
    assert "ME/CFS Study Atlas — staff" in html
    assert '<a href="/">View site</a>' in html
