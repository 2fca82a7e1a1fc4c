"""The tag `translate` of this project says what Django's says, and looks up once what stands in the template."""

import pytest
from django.conf import settings
from django.template import engines
from django.utils import translation
from django.utils.safestring import SafeString

from studies import languages

TAGS = (
    '"Menu"',
    "'Menu'",
    '"Back to the start of the page"',
    '"Nobody translated this"',
    '"Surely 100% of it"',
    r'"With \"quotes\" & <b>marks</b>"',
    '""',
    '"Menu" noop',
    '"Menu" as menu',
    '"Menu" context "of a restaurant"',
    '"Menu"|upper',
    '_("Menu")',
    "word",
)


@pytest.fixture(autouse=True)
def fresh():
    languages._said.cache_clear()


def drawn(text):
    return engines["django"].from_string(text).render({"word": "Menu & <more>"})


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_the_tag_says_what_that_of_django_says(tag, language):
    text = f"{{% translate {tag} %}}, {{{{ menu }}}}"
    with translation.override(language):
        assert drawn(text) == drawn(text) == drawn("{% load i18n %}" + text)


def test_each_reader_has_their_language():
    page = engines["django"].from_string('{% translate "Menu" %}')
    said = []
    for language in ("de", "en-gb", "de", "es"):
        with translation.override(language):
            said.append(page.render({}))
            assert said[-1] == translation.gettext("Menu")
    assert said[0] == said[2]
    assert len(set(said)) == 3


def test_words_of_a_template_are_looked_up_once_for_a_language(monkeypatch):
    sought = []
    monkeypatch.setattr(languages, "gettext", lambda words: sought.append(words) or words)
    page = engines["django"].from_string('{% for each in "1234" %}{% translate "Menu" %}{% endfor %}')
    for _ in range(3):
        page.render({})
    assert sought == ["Menu"]


def test_what_somebody_may_have_typed_is_not_kept():
    assert drawn("{{ word|local }}") == "Menu &amp; &lt;more&gt;"
    assert languages._said.cache_info().currsize == 0


@pytest.mark.parametrize("kinds", [(SafeString, str), (str, SafeString)])
def test_what_is_safe_html_is_kept_apart_from_text(kinds):
    assert [type(languages.said(kind("Fish & <b>chips</b>"))) for kind in kinds] == list(kinds)
