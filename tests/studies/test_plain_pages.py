"""The site's own words are easy to read: grade, average and longest sentence of every public page.

Texts of studies, names and tables are left out: they are content, and the wording check advises on them.
A page with fewer than 30 sentences has no exact grade (McLaughlin 1969). It is reported, and does not fail.
"""

import re

import pytest
from django.utils.html import strip_tags

from contributions.vocabulary import Kind
from studies.models import CaseDefinition, Guide, Topic
from tests.contributions.pages import form_of, send_form
from tests.readability import longest_sentence, sentences, smog
from tests.studies.factories import CODED, TEXTS, published_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]

GRADE, POLICY_GRADE = 9, 11
ENOUGH = 30  # sentences
AVERAGE, LONGEST = 20, 26  # words of a sentence
PLAIN = {name: ["It is so."] if isinstance(text, list) else "It is so." for name, text in TEXTS.items()}

# What is no sentence of the site: names, numbers, forms that are filled, texts of papers.
CONTENT = (
    r"<nav.*?</nav>",
    r"<table.*?</table>",
    r"<svg.*?</svg>",
    r"<select.*?</select>",
    r"<textarea.*?</textarea>",
    r"<blockquote.*?</blockquote>",
    r'<article class="card.*?</article>',
    r'<p class="citation".*?</p>',
    r'<p class="source-line".*?</p>',
    r"<pre.*?</pre>",
    r"<code.*?</code>",
    r'<li><a href="/(?:feeds|topics|definitions)/[^"]*">[^<]*</a>[^<]*</li>',
    r'<ol class="results.*?</ol>',
    r'<div class="facets".*?</div>',
)
ENDS = r"</(?:p|li|dt|dd|h\d|label|legend|button|summary|caption|a(?=</li>))>|<br>"


def words_of(response):
    """The sentences of the page's main part; a heading, a label or a line of a list counts as one."""
    main = "<main" + response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    for pattern in CONTENT:
        main = re.sub(pattern, "", main, flags=re.DOTALL)
    return " ".join(strip_tags(re.sub(ENDS, ".\n\n", main)).replace("&nbsp;", " ").split(" "))


def read(client):
    """Name of the page to its words."""
    study = published_study(title="Rest", **{**TEXTS, **CODED, **PLAIN})
    bare = published_study(title="Rest")
    at = study.get_absolute_url()
    paths = [
        *("/", "/evidence/", "/evidence/?q=zzzqqq", "/evidence/?pem=required&year_from=x", "/definitions/", "/pem/"),
        *("/topics/", "/retractions/", "/changes/", "/about/", "/figures/", "/my-contribution/", "/preferences/"),
        *("/map/", "/map/?by=years", "/reading-list/", "/guides/", "/start/", "/questions/", "/glossary/", "/data/"),
        *("/feeds/", "/data/columns/", "/nothing-here/", "/contribute/", f"/contribute/{study.slug}/"),
        *(at, f"{at}?print=one-page", f"{at}history/", f"{at}v/1/", bare.get_absolute_url()),
        *(f"/contribute/?kind={kind}" for kind in Kind),
        *(f"/policies/{slug}/" for slug in ("editorial", "privacy", "accessibility")),
        *(f"/guides/{guide}/" for guide in Guide.objects.filter(kind="guide").values_list("slug", flat=True)),
        *(f"/start/{path}/" for path in Guide.objects.filter(kind="start").values_list("slug", flat=True)),
        *(each.get_absolute_url() for each in (CaseDefinition.objects.all()[0], Topic.objects.all()[0])),
    ]
    found = {path: words_of(client.get(path)) for path in paths}
    found["receipt"] = words_of(send_form(client, form_of(client.get("/contribute/?kind=other")), text="Rest helps."))
    return found


@pytest.fixture
def pages(client):
    found = read(client)
    assert [path for path, text in found.items() if not sentences(text)] == []
    return found


def test_every_page_has_a_low_grade(pages):
    grades = {path: round(smog(text), 1) for path, text in pages.items()}
    exact = {path: grade for path, grade in grades.items() if len(sentences(pages[path])) >= ENOUGH}
    most = {path: POLICY_GRADE if path.startswith("/policies/") else GRADE for path in exact}
    short = sorted((grade, path) for path, grade in grades.items() if path not in exact and grade > GRADE)
    hard = {path: grade for path, grade in exact.items() if grade > most[path]}
    assert hard == {}, f"Too short for an exact grade, but hard: {short}"
    assert len(exact) >= 15


def test_sentences_are_short_on_average(pages):
    averages = {
        path: sum(len(re.findall(r"[\w’'-]+", each)) for each in sentences(text)) / len(sentences(text))
        for path, text in pages.items()
    }
    assert {path: round(average, 1) for path, average in averages.items() if average > AVERAGE} == {}


def test_no_sentence_is_long(pages):
    long = {path: longest_sentence(text) for path, text in pages.items() if not path.startswith("/policies/")}
    assert {path: words for path, words in long.items() if words > LONGEST} == {}
