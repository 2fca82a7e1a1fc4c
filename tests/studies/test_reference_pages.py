"""Case definitions, PEM explained, topics, retractions and the list of changes, as readers get them."""

import re
from datetime import date

import pytest
from django.test import Client

from studies.models import CaseDefinition, PublicState
from studies.pem import RULES
from studies.pem_rules import EVERY_BADGE
from studies.vocabulary import Pem, StaffRole
from tests.studies.factories import CODED, TEXTS, make_study, published_study
from tests.studies.pages import change, queries, text_of

pytestmark = pytest.mark.django_db


# --- Case definitions


def rows_of(client: Client, sort: str) -> list[str]:
    return [row.definition.slug for row in client.get("/definitions/", {"sort": sort}).context["rows"]]


def test_definitions_lists_every_definition_once(client):
    assert sorted(rows_of(client, "")) == sorted(CaseDefinition.objects.values_list("slug", flat=True))


def test_definitions_count_only_published_studies_that_applied_it_once_each(client):
    published_study(**TEXTS, **CODED)
    make_study(definitions=[{"definition": "fukuda-1994"}])
    twice = [{"definition": "ccc-2003", "role": "alternative", "cohort": group} for group in ("ME", "CFS")]
    named = [{"definition": "fukuda-1994", "role": "mentioned"}, {"definition": "oxford-1991", "role": "comparator"}]
    published_study(**TEXTS, design="case_control", definitions=[*twice, *named])
    rows = client.get("/definitions/").context["rows"]
    assert {row.definition.slug: row.studies for row in rows if row.studies} == {"fukuda-1994": 1, "ccc-2003": 1}


@pytest.mark.parametrize(
    ("sort", "column", "direction"),
    [
        ("", "Name", "ascending"),
        ("name", "Name", "ascending"),
        ("-name", "Name", "descending"),
        ("year", "Year", "ascending"),
        ("-year", "Year", "descending"),
        ("pem", "What it says of PEM", "ascending"),
        ("studies", "Studies that used it", "descending"),
        ("-studies", "Studies that used it", "ascending"),
        ("nonsense\x00", "Name", "ascending"),
    ],
)
def test_definitions_say_how_they_are_sorted(client, sort, column, direction):
    headings = client.get("/definitions/", {"sort": sort}).context["headings"]
    assert {heading.label: heading.aria_sort for heading in headings if heading.aria_sort} == {column: direction}


def test_definitions_sort_by_each_column_in_both_directions(client):
    published_study(**TEXTS, **CODED)
    names = list(CaseDefinition.objects.values_list("name", "slug"))
    assert rows_of(client, "name") == [slug for _, slug in sorted(names, key=lambda row: row[0].casefold())]
    assert rows_of(client, "-name") == rows_of(client, "name")[::-1]
    years = dict(CaseDefinition.objects.values_list("slug", "year"))
    given = sorted(year for year in years.values() if year)
    none = [None] * (len(years) - len(given))
    assert [years[slug] for slug in rows_of(client, "year")] == given + none
    assert [years[slug] for slug in rows_of(client, "-year")] == given[::-1] + none
    assert rows_of(client, "studies")[0] == rows_of(client, "-studies")[-1] == "fukuda-1994"
    says = dict(CaseDefinition.objects.values_list("slug", "pem"))
    assert list(dict.fromkeys(says[slug] for slug in rows_of(client, "pem"))) == [
        "required",
        "partial",
        "optional",
        "not_mentioned",
        "variable",
    ]


def test_definitions_sorted_column_links_to_the_other_direction(client):
    addresses = {each.label: each.address for each in client.get("/definitions/?sort=year").context["headings"]}
    assert addresses["Year"] == "?sort=-year"
    assert addresses["Name"] == "?sort=name"


def test_definitions_say_the_order_in_words(client):
    said = [text_of(client.get(f"/definitions/?sort={sort}")) for sort in ("studies", "-studies", "year", "-name")]
    orders = ("most first", "fewest first", "oldest first", "Z to A")
    assert [[order for order in orders if order in page] for page in said] == [[order] for order in orders]


def test_definition_page_says_what_is_not_checked_and_who_coded_it_first(client):
    unchecked = CaseDefinition.objects.filter(verified=False).first()
    checked = CaseDefinition.objects.filter(verified=True).first()
    note = "Not yet checked against the original text."
    assert [note in text_of(client.get(each.get_absolute_url())) for each in (unchecked, checked)] == [True, False]
    page = client.get(checked.get_absolute_url())
    assert "doi:10.1186/s12967-020-02683-4" in text_of(page)


def test_definition_page_links_its_paper(client):
    page = client.get("/definitions/fukuda-1994/").content.decode()
    fukuda = CaseDefinition.objects.get(slug="fukuda-1994")
    assert f'href="https://doi.org/{fukuda.doi}"' in page
    assert f'href="https://pubmed.ncbi.nlm.nih.gov/{fukuda.pmid}/"' in page


def test_definition_page_lists_its_studies_with_role_and_badge(client):
    rows = [{"definition": "fukuda-1994", "role": "alternative"}, {"definition": "ccc-2003", "role": "alternative"}]
    study = published_study(**TEXTS, design="case_control", definitions=rows)
    published_study(**TEXTS, design="case_control", definitions=[{"definition": "ccc-2003"}])
    page = client.get("/definitions/fukuda-1994/")
    assert list(page.context["studies"]) == [study]
    said = text_of(page)
    assert "Here: one of several, any one suffices." in said
    assert 'href="/evidence/?definition=fukuda-1994"' in page.content.decode()
    assert "PEM required for some participants" in said


def test_definition_page_says_that_nothing_used_it(client):
    assert "No study in the atlas is coded as having used it." in text_of(client.get("/definitions/ramsay-1986/"))


@pytest.mark.parametrize("path", ["/definitions/nothing/", "/topics/nothing/", "/policies/nothing/"])
def test_unknown_names_are_not_found(client, path):
    assert client.get(path).status_code == 404


# --- PEM explained


def test_pem_page_gives_every_badge_its_count_and_a_link_to_its_studies(client):
    published_study(**TEXTS, **CODED)
    make_study(**CODED)
    published_study()
    page = client.get("/pem/")
    found = {value: count for value, count, _ in page.context["badges"]}
    assert found == dict.fromkeys(Pem.values, 0) | {"not_required": 1, "not_coded": 1}
    assert (page.context["total"], page.context["assessed"]) == (2, 1)
    links = re.findall(r'href="(/evidence/\?pem=[^"]+)"', page.content.decode())
    assert links == ["/evidence/?pem=not_required", "/evidence/?pem=not_coded"]


def test_pem_page_gives_every_rule_of_the_derivation(client):
    said = text_of(client.get("/pem/"))
    assert [sentence for sentence in RULES.values() if sentence not in said] == []
    assert said.count(RULES[EVERY_BADGE]) == 1


# --- Topics


def test_topics_count_published_studies(client):
    published_study(**TEXTS, **CODED, topics=["long-covid", "epidemiology"])
    make_study(topics=["long-covid"])
    rows = {topic.slug: count for topic, count in client.get("/topics/").context["rows"] if count}
    assert rows == {"long-covid": 1, "epidemiology": 1}


def test_topic_lists_its_studies_newest_paper_first_in_pages_of_twenty(client):
    days = [date(2020, 1, 1 + number) for number in range(21)]
    studies = [published_study(topics=["long-covid"], published_on=day) for day in days]
    first, second = client.get("/topics/long-covid/"), client.get("/topics/long-covid/?page=2")
    assert list(first.context["studies"]) == studies[:0:-1]
    assert list(second.context["studies"]) == studies[:1]
    assert 'href="/evidence/?topic=long-covid"' in first.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "9999", "9" * 400, "x", "١", " 1 ", "\x00", ""])
def test_any_page_number_gives_a_page(client, page):
    published_study(topics=["long-covid"])
    shown = client.get("/topics/long-covid/", {"page": page})
    assert (shown.status_code, shown.context["pages"].number) == (200, 1)


# --- Retractions


def test_retractions_say_that_nothing_is_recorded(client):
    published_study()
    assert "No study in the atlas has a notice recorded." in text_of(client.get("/retractions/"))


def test_retractions_list_notices_latest_first_with_date_and_link(client):
    notice = {"retraction_status": "retracted", "retraction_notice_doi": "10.1000/notice"}
    old = published_study(**notice, retraction_on=date(2020, 3, 1))
    new = published_study(retraction_status="corrected", retraction_on=date(2024, 2, 9))
    undated = published_study(retraction_status="expression_of_concern")
    make_study(**notice)
    page = client.get("/retractions/")
    assert page.context["studies"] == [new, old, undated]
    said = text_of(page)
    assert "Retracted , 1 March 2020 . Notice: doi:10.1000/notice ." in said
    assert "Expression of concern , date of the notice not recorded. No link to the notice is recorded." in said


# --- Changes


def test_changes_leave_out_first_publications_until_asked(client):
    first, second = published_study(), published_study()
    change(first, title="A better title")
    shown = {kind: client.get("/changes/", {"kind": kind}).context["revisions"] for kind in ("", "new", "all", "odd")}
    assert [(each.study, each.number) for each in shown[""]] == [(first, 2)]
    assert shown["odd"] == shown[""]
    assert [(each.study, each.number) for each in shown["new"]] == [(second, 1), (first, 1)]
    assert [(each.study, each.number) for each in shown["all"]] == [(first, 2), (second, 1), (first, 1)]


def test_changes_say_what_why_and_who(client):
    study = published_study()
    change(study, title="A better title", patients=12, second=StaffRole.LEAD)
    said = text_of(client.get("/changes/"))
    assert "What Changed: Title, Number of patients. Why Correction of an error. The paper says so." in said
    assert "Evidence https://example.org/paper Approved by Editor; second person: Lead." in said
    assert f'href="/evidence/{study.slug}/diff/1/2/"' in client.get("/changes/").content.decode()


def test_changes_show_a_name_only_where_its_bearer_chose_to(client):
    study = published_study()
    change(study, title="A better title")
    approval = study.revisions.get(number=2).approvals.get()
    assert approval.user.username not in text_of(client.get("/changes/"))
    approval.shown_name = "Alex Berg"
    approval.save()
    assert "Approved by Editor (Alex Berg)." in text_of(client.get("/changes/"))


def test_changes_say_that_a_paper_was_retracted(client):
    change(published_study(), retraction_status="retracted")
    assert "RETRACTED: this paper has been taken back." in text_of(client.get("/changes/"))


def test_changes_page_keeps_the_chosen_kind(client):
    for _ in range(21):
        published_study()
    pages = client.get("/changes/?kind=all").context["pages"]
    assert (pages.number, pages.last, pages.after) == (1, 2, "?kind=all&page=2")


@pytest.mark.parametrize("path", ["/changes/", "/about/"])
def test_newest_code_of_the_history_is_shown(client, path):
    assert "There has been no public change yet." in text_of(client.get(path))
    published_study()
    newest = PublicState.objects.get().newest_hash
    assert f"The code of the newest one is {newest} ." in text_of(client.get(path))


# --- Bounds


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/definitions/", 2),
        ("/definitions/fukuda-1994/", 5),
        ("/pem/", 1),
        ("/topics/", 2),
        ("/topics/long-covid/", 4),
        ("/retractions/", 3),
        ("/changes/?kind=all", 4),
    ],
)
def test_queries_do_not_grow_with_the_rows(client, path, limit):
    rows = TEXTS | CODED | {"topics": ["long-covid"], "retraction_status": "corrected", "authors": ["Berg, Ann"]}
    published_study(**rows)
    one = queries(client, path)
    for _ in range(29):
        published_study(**rows)
    assert one == queries(client, path) <= limit
