"""The list page on the sample atlas."""

import gzip
import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies import revisions
from studies.models import Abstract, Flag, Study, Topic
from studies.search import documents, engine, index
from studies.snapshots import current
from studies.vocabulary import Pem, Reason, RevisionKind, StaffRole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas", "fresh_search")]

fixed = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def page(client, *pairs, **parameters):
    response = client.get("/evidence/?" + urlencode([*pairs, *parameters.items()], doseq=True))
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def status(text):
    (line,) = re.findall(r'<p role="status">(.*?)</p>', text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", line).strip()


def total(text):
    return int(re.match(r"(\d+) stud(?:y|ies)\b", status(text))[1])


def links(text):
    """Addresses of the studies listed, in order."""
    (found,) = re.findall(r"<ol class=\"results.*?</ol>", text, re.DOTALL) or [""]
    return re.findall(r'<h3 class="card-title"><a href="([^"]+)"', found)


def notices(text):
    found = re.search(r'<ul class="notices">(.*?)</ul>', text, re.DOTALL)
    return [html.unescape(each) for each in re.findall(r"<li>(.*?)</li>", found[1])] if found else []


def chips(text):
    found = re.findall(r'<a href="([^"]*)">(Remove filter: [^<]*)</a>', text)
    return {html.unescape(name): html.unescape(to) for to, name in found}


def counts(text, facet):
    found = re.findall(rf'name="{facet}" value="([^"]+)"(?: checked)?> .*? \((\d+)\)</label>', text)
    return {value: int(number) for value, number in found}


def test_all_studies_are_listed_twenty_a_page(client):
    text = page(client)
    assert status(text) == "913 studies, page 1 of 46"
    assert len(links(text)) == 20
    assert "<title>All studies –" in text


def test_one_study_is_one_study(client):
    title = Study.objects.get(slug=links(page(client))[0].split("/")[2]).title
    assert status(page(client, q=f'"{title}"')) == "1 study"


def test_the_query_stands_in_the_title_the_box_and_the_echo(client):
    text = page(client, ("pem", "required"), q="LDN -mice")
    assert re.search(r"<title>“LDN -mice”, PEM required: \d+ stud(y|ies) –", text)
    assert 'name="q" type="search" value="LDN -mice"' in text
    echo = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", re.search(r'<p class="echo">(.*?)</p>', text, re.DOTALL)[1]))
    assert html.unescape(echo).strip() == (
        "Searched for: LDN, also as low-dose naltrexone · without: mice. Search for these words only"
    )


def test_synonyms_can_be_switched_off_and_on_again(client):
    wide = page(client, q="LDN")
    exact = page(client, q="LDN", synonyms="off")
    assert "?q=LDN&amp;synonyms=off" in wide
    assert "also as" not in exact
    assert '<input type="hidden" name="synonyms" value="off">' in exact
    assert '<a href="?q=LDN">' in exact
    assert total(exact) <= total(wide)


def test_words_are_marked_in_the_results(client):
    assert "<mark>naltrexone</mark>" in page(client, q="naltrexone").lower()


def test_an_abstract_without_an_open_licence_is_searched_but_never_shown(client):
    study = Study.objects.published().filter(abstract__isnull=True, summary="").first()
    abstract = Abstract.objects.create(
        study=study, sections=[{"label": "", "text": "A zyxomorph was seen."}], license="", sha256="0" * 64
    )
    documents.refresh([study.pk])
    engine.forget()
    text = page(client, q="zyxomorph")
    assert links(text) == [study.get_absolute_url()]
    assert "was seen" not in text
    assert "Found in: Abstract, which we may search but not show." in text
    Abstract.objects.filter(pk=abstract.pk).update(license="CC-BY")
    assert "A <mark>zyxomorph</mark> was seen." in page(client, q="zyxomorph")


def test_a_choice_makes_a_chip_that_takes_it_back(client):
    text = page(client, ("pem", "required"), ("pem", "unclear"), year_from="2020")
    assert chips(text) == {
        "Remove filter: PEM required": "?pem=unclear&year_from=2020",
        "Remove filter: PEM unclear": "?pem=required&year_from=2020",
        "Remove filter: 2020 or later": "?pem=required&pem=unclear",
    }


def test_counts_of_the_page_are_those_of_the_lists_behind_them(client):
    text = page(client, q="fatigue")
    for value, number in counts(text, "pem").items():
        assert total(page(client, q="fatigue", pem=value)) == number, value
    assert sum(counts(text, "pem").values()) == sum(counts(text, "text").values()) == total(text)


def test_a_facet_is_counted_without_its_own_choice(client):
    free, chosen = page(client), page(client, pem="required")
    assert counts(chosen, "pem") == counts(free, "pem")
    assert sum(counts(chosen, "text").values()) == total(chosen)


def test_long_facets_are_shortened_and_keep_their_choice_in_sight(client):
    topic = Topic.objects.filter(studies__isnull=False).last()
    text = page(client, topic=topic.slug)
    fieldset = re.search(r"<fieldset><legend>Topic</legend>(.*?)</fieldset>", text, re.DOTALL)[1]
    in_sight, _, behind = fieldset.partition("<details>")
    assert f'value="{topic.slug}" checked' in in_sight
    assert "more</summary>" in behind


def test_filters_are_closed_and_need_no_script(client):
    text = page(client)
    assert '<details class="filters"><summary>Filter the studies</summary>' in text
    assert '<button type="submit">Apply filters</button>' in text
    (form,) = re.findall(r'<form class="find".*?</form>', text, re.DOTALL)
    assert "<script" not in form and not re.search(r"\son\w+=", text)


def test_the_form_carries_the_order_and_the_page_starts_anew(client):
    text = page(client, sort="title", page="3")
    assert '<input type="hidden" name="sort" value="title">' in text
    assert 'name="page"' not in text


def test_sorted_by_title(client):
    text = page(client, sort="title")
    assert '<b aria-current="true">Title</b>' in text
    titles = re.findall(r'<h3 class="card-title"><a [^>]*>(.*?)</a>', text)
    assert titles == sorted(titles, key=lambda title: re.sub(r"^\W+", "", html.unescape(title)).casefold())


@pytest.mark.parametrize(
    "parameters, said",
    [
        ({"page": "0"}, ["There is no page “0”. The first page is shown."]),
        ({"page": "9999"}, ["There is no page 9999. The last page is shown."]),
        ({"page": "9" * 30}, ["There is no page 999999999. The last page is shown."]),
        ({"pem": "maybe"}, ["The filter PEM criterion does not have “maybe”; that was ignored."]),
        ({"year_from": "9" * 25}, ["“9999999999999999999999999” is not a year with four digits; it was ignored."]),
        ({"q": '"'}, ["There was no word to search for in the search box, so it was ignored."]),
        ({"q": "*(-"}, ["There was no word to search for in the search box, so it was ignored."]),
        ({"q": 'fatigue "pain'}, ["A quotation mark was not closed. It was read as closed at the end."]),
        ({"q": "fatigue\x00\x1b"}, ["Characters that cannot be read were left out."]),
        ({"sort": "best"}, ["The list cannot be sorted by “best”; that was ignored."]),
        ({"q": "10.9999/nowhere"}, ["No study in the atlas has the DOI 10.9999/nowhere."]),
    ],
)
def test_what_is_ignored_is_said_on_an_ordinary_page(client, parameters, said):
    assert notices(page(client, **parameters)) == said


def test_ten_kilobytes_of_text_are_cut_and_said(client):
    assert notices(page(client, q="fatigue " * 1300)) == [
        "The search text was too long. Only its first 500 characters were used.",
        "Only the first 24 words were used.",
    ]


def test_bytes_that_are_no_text_are_an_ordinary_page(client):
    assert client.get("/evidence/?q=%ff%fe%00&page=%80&pem=%c3%28&year_to=%00").status_code == 200


def test_an_identifier_goes_straight_to_its_study(client):
    study = Study.objects.published().exclude(doi=None).exclude(pmid=None).exclude(pmcid=None).first()
    for text in [
        study.doi,
        f"https://doi.org/{study.doi}",
        f"https://pubmed.ncbi.nlm.nih.gov/{study.pmid}/",
        f"PMID: {study.pmid}",
        study.pmcid,
    ]:
        response = client.get("/evidence/", {"q": text})
        assert (response.status_code, response.headers.get("Location")) == (302, study.get_absolute_url()), text


def test_no_result_says_what_was_searched_and_gives_three_ways_on(client):
    text = page(client, ("pem", "required"), q="naltrexoen")
    assert status(text) == "0 studies"
    assert "<h2>No study fits</h2>" in text
    assert 'value="naltrexoen"' in text
    assert re.search(r'Did you mean <a href="\?q=naltrexone&amp;pem=required">naltrexone</a>\?', text)
    ways = re.search(r"<p>Ways on:</p>\s*<ul>(.*?)</ul>", text, re.DOTALL)[1]
    assert len(re.findall("<li>", ways)) >= 3


def test_no_result_because_of_filters_says_how_many_there_are_without(client):
    found = total(page(client, q="naltrexone"))
    text = page(client, q="naltrexone", year_to="1950")
    assert status(text) == "0 studies"
    assert f'<a href="?q=naltrexone">Remove all filters</a>: {found} studies.' in text


def test_a_flag_is_seen_in_the_list_as_soon_as_it_is_public(client):
    study = Study.objects.get(slug=links(page(client))[0].split("/")[2])
    assert "Notice:" not in page(client)
    before = current([study.pk])[study.pk]
    Flag.objects.create(study=study, kind="contested", reason="A letter disputes it.")
    act = revisions.Act(RevisionKind.CHANGE, Reason.OTHER, StaffRole.EDITOR, note="Disputed.")
    revisions.record(study=study, before=before, act=act)
    assert "Notice: contested. A letter disputes it." in page(client)


def queries(client, **parameters):
    with CaptureQueriesContext(connection) as found:
        page(client, **parameters)
    return len(found)


@pytest.mark.parametrize(
    "parameters", [{}, {"q": "fatigue"}, {"q": "naltrexone"}, {"q": "zzzqqq"}, {"sort": "title"}], ids=str
)
def test_a_list_takes_few_queries_even_at_the_start_of_the_process(client, parameters):
    engine.forget()
    assert queries(client, **parameters) <= 14


def test_a_list_of_one_takes_the_queries_of_a_list_of_twenty(client):
    """The state; for words the studies and the documents; then studies, authors and flags of cards not yet drawn."""
    newest = index.current().newest.ids
    title = Study.objects.get(pk=newest[500]).title
    assert queries(client, page="3") == 4
    assert queries(client, year_from="1987", year_to="1987") == 4
    assert queries(client, page="3") == 1
    assert queries(client, q=f'"{title}"') == 6


def test_the_page_is_light(client):
    for parameters in [{}, {"q": "fatigue"}, {"text": "with"}, {"q": "ME/CFS", "text": "with"}]:
        text = page(client, **parameters).encode()
        assert len(text) <= 40_000, (parameters, len(text))
        assert len(gzip.compress(text)) <= 10_000, parameters


# --- Whatever a reader types -------------------------------------------------------------------------------------------

TEXT = st.text(max_size=80) | st.text(alphabet="fatigue pain-\"“”*():^~\\'NOT AND OR 12 ME/CFS\x00", max_size=60)
NUMBERS = st.integers().map(str) | st.sampled_from(["0", "-0", "1e9", "٣", "9" * 30, "2020", ""]) | TEXT
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "q": TEXT,
        "pem": st.lists(st.sampled_from(Pem.values) | TEXT, max_size=4),
        "design": st.lists(st.sampled_from(["cohort", "case_control", "not_classified"]) | TEXT, max_size=4),
        "definition": st.lists(st.sampled_from(["fukuda-1994", "ccc-2003"]) | TEXT, max_size=3),
        "topic": st.lists(st.sampled_from(["immune-system", "long-covid"]) | TEXT, max_size=3),
        "level": st.lists(TEXT, max_size=2),
        "peer_review": st.lists(TEXT, max_size=2),
        "retraction": st.lists(st.sampled_from(["none", "retracted"]) | TEXT, max_size=2),
        "text": st.lists(st.sampled_from(["with", "without"]) | TEXT, max_size=2),
        "year_from": NUMBERS,
        "year_to": NUMBERS,
        "sort": st.sampled_from(["relevance", "newest", "changed", "title"]) | TEXT,
        "synonyms": st.sampled_from(["off", "on"]) | TEXT,
        "page": NUMBERS,
    },
)


@fixed
@given(PARAMETERS)
def test_every_address_is_an_ordinary_page(parameters):
    response = Client().get("/evidence/?" + urlencode(parameters, doseq=True))
    assert response.status_code in {200, 302}
    if response.status_code == 200:
        assert total(response.content.decode()) >= 0


def test_few_studies_come_with_the_question_whether_another_word_was_meant(client):
    text = client.get("/evidence/?q=fatige&pem=not_coded").content.decode()
    assert total(text) == 1
    assert 'Did you mean <a href="?q=fatigue&amp;pem=not_coded">fatigue</a>?' in text


def test_a_paper_without_a_year_is_counted_beside_the_histogram(client):
    def counted(text):
        return sum(map(int, re.findall(r"</a> \((\d+)\)</li>", text)))

    whole, dated = (client.get(f"/evidence/{choice}").content.decode() for choice in ("", "?year_from=1900"))
    assert whole.count("No year recorded: 1 study.") == dated.count("No year recorded: 1 study.") == 1
    assert counted(whole) + 1 == total(whole) == 913
    assert counted(dated) == total(dated) == 912
    assert "No year recorded" not in client.get("/evidence/?text=with").content.decode()


@pytest.mark.parametrize("piece", ["a&", "pem=required&", "q=fatigue&", "year_from=x&", "topic=%00&", "page=&", "%22&"])
def test_ten_kilobytes_of_parameters_are_an_ordinary_page(client, piece):
    response = client.get("/evidence/?" + piece * (10_000 // len(piece)))
    assert response.status_code == 200
    assert total(response.content.decode()) >= 0


@fixed
@given(PARAMETERS)
def test_taking_back_a_choice_never_loses_a_study(parameters):
    filters = engine.read({name: [value] if isinstance(value, str) else value for name, value in parameters.items()})[0]
    found = engine.find(filters).result.bitmap
    without = [filters.without(facet, value) for facet, values in filters.values.items() for value in values]
    for wider in [*without, filters.without_years()]:
        alternatives = any(
            len(wider.values.get(facet, ())) for facet in filters.values if wider.values != filters.values
        )
        wide = engine.find(wider).result.bitmap
        assert alternatives or found & ~wide == 0


@fixed
@given(PARAMETERS)
def test_counts_add_up_whatever_is_chosen(parameters):
    filters = engine.read({name: [value] if isinstance(value, str) else value for name, value in parameters.items()})[0]
    result = engine.find(filters).result
    for facet in ("pem", "design", "level", "peer_review", "retraction", "text"):
        chosen = filters.values.get(facet) or tuple(result.counts[facet])
        assert sum(result.counts[facet].get(value, 0) for value in chosen) == result.total
