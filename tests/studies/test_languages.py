"""Pages in the reader's language: what is translated, what stays English and says so, and what never depends on it."""

import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import translation

from scripts.catalogues import LOCALE, entries
from studies import languages
from studies.canonical import canonical
from studies.models import CaseDefinition, Study, Topic
from studies.search import engine, index
from studies.snapshots import current

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]

LANGUAGES = ("de", "fr", "es", "nb", "nl")
PAGES = (
    "/",
    "/evidence/",
    "/evidence/?q=fatigue&pem=required",
    "/evidence/?q=zzzqqq",
    "/definitions/",
    "/preferences/",
)
MORE = (
    *("/topics/", "/retractions/", "/guides/", "/start/", "/contribute/", "/contribute/?kind=missing_paper"),
    *("/my-contribution/", "/figures/", "/pem/", "/changes/", "/about/", "/policies/privacy/", "/glossary/"),
    *("/questions/", "/map/", "/reading-list/", "/data/", "/nothing-here/"),
)
# Words that are the same in every language, or names.
NAMES = {"ME/CFS Study Atlas", "unAPI", "Markdown", "Vancouver", "Harvard", "BibTeX", "fatigue", "zzzqqq", "Deutsch"}
EMPTY = {"meta", "link", "input", "br", "img", "hr"}


class Words(HTMLParser):
    """The pieces of text of a page that are in the page's own language: `lang` inside it says otherwise of the rest."""

    def __init__(self, html):
        super().__init__()
        self.open, self.found = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag not in EMPTY:
            self.open.append((tag, dict(attrs).get("lang")))
        if self.is_own and dict(attrs).get("aria-label"):
            self.found.append(dict(attrs)["aria-label"])

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        text = " ".join(data.split())
        if self.is_own and re.search("[a-z]{3}", text) and not {"script", "title"} & {tag for tag, _ in self.open}:
            self.found.append(text)

    @property
    def is_own(self):
        named = [lang for _, lang in self.open if lang]
        return not named[1:] or named[-1] == named[0]


def read(client, path, language):
    client.cookies["look"] = f"language-{language}"
    html = client.get(path, follow=True).content.decode()
    assert f'<html lang="{language}" dir="ltr"' in html
    return html


def studies():
    texted = Study.objects.published().with_texts().order_by("slug")
    return [*texted[:4], *Study.objects.published().filter(summary="")[:1]]


def paths():
    some = [study.get_absolute_url() for study in studies()]
    form = f"/contribute/{some[0].split('/')[2]}/"
    return [*PAGES, *MORE, *some, f"{some[0]}history/", form, CaseDefinition.objects.all()[0].get_absolute_url()]


def journals():
    return {f", {study.journal}" for study in studies()}


def authors():
    return {author.collective or author.family for study in studies() for author in study.authors.all()}


def content():
    """What stands on the pages as it is recorded: names of definitions and topics that are no part of a sentence."""
    return set(CaseDefinition.objects.values_list("name", flat=True)) | set(
        Topic.objects.values_list("label", flat=True)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_the_pages_show_is_translated_or_marked_as_english(client, language):
    """Every page in German; in the others, whose templates are the same, those that are read most."""
    known = NAMES | journals() | authors() | content()
    left = {}
    for path in paths() if language == "de" else (*PAGES, studies()[0].get_absolute_url()):
        english = set(Words(read(client, path, "en")).found)
        same = [text for text in Words(read(client, path, language)).found if text in english and text not in known]
        left[path] = [text for text in same if not is_translation(text, language)]
    assert {path: found for path, found in left.items() if found} == {}


@cache
def catalogue(language):
    return entries((LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8"))


@cache
def is_translation(text, language):
    """Whether the text is a translation that happens to be the same words, such as "Normal" or "4 studies"."""
    text = re.sub(r"^: | \(\d+\)$", "", text)
    forms = "\0".join(catalogue(language).values()).split("\0")
    patterns = (re.sub(r"%\\\(\w+\\\)s", "[^ ]+", re.escape(form)) for form in forms if form[-1:] == text[-1:])
    return any(re.fullmatch(pattern, text) for pattern in patterns)


def test_the_150_most_seen_strings_are_translated_into_every_language(client):
    shown = Counter(text for path in paths() for text in Words(read(client, path, "en")).found)
    marked = {key for language in LANGUAGES for key in catalogue(language)}
    seen = [text for text, _ in shown.most_common() if text in marked]
    assert len(seen[:150]) == 150
    missing = {language: [text for text in seen[:150] if text not in catalogue(language)] for language in LANGUAGES}
    assert missing == {language: [] for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_say_once_that_nobody_has_reviewed_the_translation(client, language):
    with translation.override(language):
        said = translation.gettext(
            "This translation is machine-assisted and not yet reviewed. Texts about studies are in English."
        )
    pages = [read(client, path, language) for path in PAGES]
    assert [page.count(said) for page in pages] == [1] * len(PAGES)
    assert [page.index(said) > page.index("</main>") for page in pages] == [True] * len(PAGES)
    assert [read(client, path, "en").count("machine-assisted") for path in PAGES] == [0] * len(PAGES)


def test_texts_of_studies_stay_english_and_say_so(client):
    study = studies()[0]
    html = read(client, study.get_absolute_url(), "de")
    assert f'<p lang="en" dir="ltr">{study.key_point}</p>' in html
    assert f'<h1 lang="en">{study.title}</h1>' in html
    assert f"<h1>{study.title}</h1>" in read(client, study.get_absolute_url(), "en")


def test_only_the_readers_own_choice_decides(client):
    html = client.get("/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="en" dir="ltr"' in html
    assert "Machine" not in html
    assert languages.current() == "en"


def test_the_admin_stays_english(client):
    client.cookies["look"] = "language-de"
    assert 'lang="en' in client.get("/admin/login/").content.decode()


def test_a_language_does_not_stay_behind_in_the_process(client):
    first = client.get("/evidence/").content
    read(client, "/evidence/", "de")
    del client.cookies["look"]
    assert client.get("/evidence/").content == first
    assert languages.current() == "en"


def test_kept_parts_are_kept_for_each_language(client):
    lists = {language: read(client, "/evidence/", language) for language in ("en", *LANGUAGES)}
    again = {language: read(client, "/evidence/", language) for language in lists}
    assert again == lists
    assert len(set(lists.values())) == len(lists)


def test_search_labels_are_english_where_they_are_kept():
    with translation.override("de"):
        labels = index.catalogue().labels
    assert labels["pem"]["required"] == "PEM required"
    assert labels["text"]["with"] == "With a summary"


def test_numbers_in_drawings_have_a_point_in_every_language(client):
    for path in ("/", "/map/"):
        drawings = re.findall("<svg.*?</svg>", read(client, path, "de"), re.DOTALL)
        assert [piece for piece in drawings if re.search(r'(?:x|y|width|height)="\d+,\d', piece)] == []


# What programs read and what is stored


def files_of(client):
    base = studies()[0].get_absolute_url().rstrip("/")
    suffixes = ("ris", "bib", "nbib", "csl.json", "json", "md", "txt")
    found = {suffix: client.get(f"{base}.{suffix}") for suffix in suffixes}
    found |= {path: client.get(path) for path in ("/api/v1/studies/", "/oai/?verb=Identify", "/feeds/new.atom")}
    return {
        name: re.sub(rb"<responseDate>.*?</responseDate>", b"", answer.getvalue()) for name, answer in found.items()
    }


def test_files_for_programs_are_the_same_for_readers_of_every_language(client):
    before = files_of(client)
    client.cookies["look"] = "language-de"
    assert files_of(client) == before


def test_files_by_negotiation_are_the_same_too(client):
    address, kind = studies()[0].get_absolute_url(), {"accept": "application/x-bibtex"}
    before = client.get(address, headers=kind).content
    client.cookies["look"] = "language-de"
    assert client.get(address, headers=kind).content == before


def test_snapshots_and_hashes_do_not_depend_on_the_language():
    ids = [study.pk for study in studies()]
    before = canonical({str(pk): values for pk, values in current(ids).items()})
    with translation.override("de"):
        after = canonical({str(pk): values for pk, values in current(ids).items()})
        told = StringIO()
        call_command("verify_history", stdout=told)
    assert after == before
    assert "Verl" not in told.getvalue()


def test_search_finds_the_same_in_every_language():
    def ids():
        filters, _ = engine.read({"q": ["post-exertional malaise"]})
        return list(engine.find(filters).ids)

    before = ids()
    with translation.override("de"):
        assert ids() == before != []


def test_what_is_made_in_english_is_english_whoever_asks():
    made = languages.in_english(lambda: translation.gettext("All studies"))
    with translation.override("de"):
        assert (made(), translation.gettext("All studies")) == ("All studies", "Alle Studien")
