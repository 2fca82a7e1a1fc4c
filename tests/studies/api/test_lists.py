"""Lists of studies: the filters of the list page, pages by cursor that no write shifts, members by choice."""

import pytest

from studies import proposals, publishing
from studies.models import Study
from studies.search import engine
from studies.vocabulary import Pem, Sort
from tests.studies.api.asking import ask
from tests.studies.factories import CODED, TEXTS, make_user, published_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas", "fresh_search")]

ALWAYS = {"slug", "sample", "retraction", "flags", "pem", "main_limitation"}


@pytest.fixture
def fresh_search():
    engine.forget()
    yield
    engine.forget()


def walked(query, limit=100):
    """The slugs of a whole list, page by page, and the number of pages."""
    page, slugs, pages = ask(f"studies?{query}&limit={limit}&fields=slug"), [], 1
    slugs += [study["slug"] for study in page["studies"]]
    while page["next"]:
        page, pages = ask(page["next"].partition("/api/v1/")[2]), pages + 1
        slugs += [study["slug"] for study in page["studies"]]
    return slugs, pages


def listed(query):
    """What the list page shows, page by page."""
    slugs, number, last = [], 1, 1
    while number <= last:
        parameters = dict(pair.split("=") for pair in f"{query}&page={number}".split("&") if pair)
        page = engine.find(engine.read({name: [value] for name, value in parameters.items()})[0])
        found = Study.objects.in_bulk(list(page.ids))
        slugs += [found[each].slug for each in page.ids]
        number, last = number + 1, page.pages.last
    return slugs


def withdraw(slug):
    why = {"reason": "other", "note": "Out.", "by": make_user("lead")}
    proposal = publishing.withdraw(study=Study.objects.get(slug=slug), **why)
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("lead"))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sort=title",
        "sort=changed",
        "q=fatigue",
        "q=fatigue&sort=newest",
        "pem=unclear",
        "text=with&sort=title",
        "q=LDN",
    ],
)
@pytest.mark.parametrize("limit", [30, 100])
def test_pages_hold_the_list_page_s_studies_in_its_order(query, limit):
    slugs, pages = walked(query, limit)
    assert slugs == listed(query)
    assert pages == max(1, -(-len(slugs) // limit))
    assert ask(f"studies?{query}")["total"] == len(slugs)


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.CHANGED, Sort.TITLE])
def test_a_write_between_two_pages_shifts_nothing(sort):
    before, _ = walked(f"sort={sort}")
    first = ask(f"studies?sort={sort}&limit=50&fields=slug")
    gone = first["studies"][-1]["slug"]
    withdraw(gone)
    published_study(title="AAA, the first by title and by date", published_on="2099-01-01", slug="first-of-all")
    second = ask(first["next"].partition("/api/v1/")[2])
    expected = before[50:100]
    assert [each["slug"] for each in second["studies"]] == expected
    assert gone == before[49]


def test_best_matches_go_on_where_the_last_one_is_gone():
    before, _ = walked("q=fatigue", 20)
    first = ask("studies?q=fatigue&limit=20&fields=slug")
    withdraw(first["studies"][-1]["slug"])
    published_study(title="A new study of something else")
    second = ask(first["next"].partition("/api/v1/")[2])
    assert [each["slug"] for each in second["studies"]] == before[20:40]


@pytest.mark.parametrize("other", ["q=sleep", "pem=required", "sort=title"])
def test_a_cursor_fits_its_own_query_alone(other):
    cursor = ask("studies?limit=5")["next_cursor"]
    assert ask(f"studies?limit=9&cursor={cursor}").status == 200
    refused = ask(f"studies?{other}&cursor={cursor}")
    assert (refused.status, refused["type"].rpartition("#")[2]) == (404, "problem-unknown-cursor")


@pytest.mark.parametrize("cursor", ["", "x", "a.b", "%00", "WyJ4Il0.x", "9" * 1900, "é"])
def test_a_cursor_that_nobody_gave_is_no_page(cursor):
    assert ask(f"studies?cursor={cursor}").status == 404


def test_a_cursor_that_was_altered_is_refused():
    cursor = ask("studies?limit=5")["next_cursor"]
    for place in (0, 5, len(cursor) // 2):
        altered = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert ask(f"studies?limit=5&cursor={altered}").status == 404


def test_every_answer_holds_what_belongs_to_a_finding():
    for fields in ("slug", "title", "key_point", "texts", "slug,title,pem"):
        for study in ask(f"studies?text=with&fields={fields}&limit=5")["studies"]:
            assert set(study) == ALWAYS | set(fields.split(","))
            assert study["main_limitation"] != ""
            assert set(study["pem"]) >= {"value", "label", "rule"}


def test_list_names_everything_but_the_long_texts_where_nothing_is_chosen():
    study = ask("studies?text=with&limit=1")["studies"][0]
    assert set(study) == ALWAYS | {
        "title", "address", "state", "version", "changed_at", "bibliography", "identifiers", "classification", "definitions",
        "key_point",
    }  # fmt: skip


def test_counts_are_those_of_the_list():
    for pem in Pem.values:
        asked = ask(f"facets?pem={pem}")
        assert asked["total"] == ask(f"studies?pem={pem}&limit=1")["total"]
    facets = {
        each["name"]: {value["value"]: value["count"] for value in each["values"]} for each in ask("facets")["facets"]
    }
    assert list(facets) == ["pem", "design", "definition", "topic", "level", "peer_review", "retraction", "text"]
    assert sum(facets["pem"].values()) == 913
    asked = ask("facets?q=LDN")
    assert sum(each["count"] for each in asked["years"]) + asked["undated"] == asked["total"]


def test_what_the_words_were_read_as_is_said():
    assert ask("studies?q=%00a%07b&limit=1")["notices"] == ["Characters that cannot be read were left out."]
    assert ask("studies?year_from=2020&year_to=2010&limit=1")["notices"] == [
        "The first year was after the last. They were swapped."
    ]


def test_abstracts_and_notes_of_staff_stand_in_no_answer():
    study = published_study(**TEXTS, **CODED, editor_notes="A confidential word", abstract="An ubstract of quaxing")
    study.abstract.license = ""
    study.abstract.save()
    for path in (
        "studies?q=quaxing",
        f"studies/{study.slug}",
        f"studies/{study.slug}/revisions/1",
        "changes?since=913",
    ):
        answer = ask(path)
        assert answer.status == 200
        assert "bstract of quaxing" not in answer.response.content.decode()
        assert "onfidential" not in answer.response.content.decode()
    assert ask("studies?q=quaxing")["total"] == 1
