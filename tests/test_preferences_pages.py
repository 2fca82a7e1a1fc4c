"""/preferences/ and the panel of every page: what is chosen is kept in one cookie, and nobody else gets one."""

import re
import zlib
from http.cookies import SimpleCookie

import pytest
from django.conf import settings as configured
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from atlas_site.origins import local_path
from atlas_site.preferences import CHOICES, COOKIE, DRAWN, FRAMES, Look
from atlas_site.preferences_pages import WORDS, offered_languages
from tests.studies.pages import text_of

pytestmark = pytest.mark.django_db
PAGE = "/preferences/"
CHANGES = [(name, value) for name, values in CHOICES.items() for value in values[1:]]
HOSTILE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "http:evil.example",
    "javascript:alert(1)", "evil.example", "/\t/evil.example", "/a\nLocation: x", "/%0d\r\n", " //evil.example", "",
    "/" + "a" * 2000,
    "/\u2028/evil.example",
]  # fmt: skip


def with_look(text: str, **options) -> Client:
    client = Client(**options)
    client.cookies = SimpleCookie({COOKIE: text})
    return client


def head_of(html: str) -> str:
    return re.search(r"<html [^>]*>", html)[0]


# What is kept


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_choice_is_kept_and_ticked(client, name, value):
    answer = client.post(PAGE, {name: value})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}?saved=yes")
    assert client.cookies[COOKIE].value == f"{name}-{value}"
    page = client.get(PAGE).content.decode()
    assert page.count(f'name="{name}" value="{value}" checked>') == 1
    assert page.count(" checked>") == len(CHOICES)


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_choice_is_drawn_from_the_first_byte_on(name, value):
    html = with_look(f"{name}-{value}").get("/about/").content.decode()
    drawn = f' data-{name}="{value}"' if name in DRAWN else ""
    language = value if name == "language" else "en"
    assert head_of(html) == f'<html lang="{language}" dir="ltr"{drawn}>'
    assert html.count("css/look.css") == (1 if name in DRAWN else 0)


def test_cookie_is_first_party_for_a_year_and_not_for_scripts(client):
    client.post(PAGE, {"theme": "dim", "size": "large"})
    cookie = client.cookies[COOKIE]
    found = {name: cookie[name] for name in ("max-age", "path", "domain", "samesite", "httponly", "secure")}
    expected = {"max-age": 31_536_000, "path": "/", "domain": "", "samesite": "Lax", "httponly": True, "secure": ""}
    assert (cookie.value, found) == ("theme-dim.size-large", expected)


def test_cookie_goes_over_https_alone_where_there_is_https(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    client.post(PAGE, {"theme": "dim"})
    assert client.cookies[COOKIE]["secure"] is True


def test_one_button_changes_one_thing():
    client = with_look("theme-dim.size-large")
    client.post(PAGE, {"size": "largest", "next": "/about/"})
    assert client.cookies[COOKIE].value == "theme-dim.size-largest"


@pytest.mark.parametrize("sent", [{"reset": "yes"}, {"reset": "yes", "theme": "dark"}, {"theme": "system"}])
def test_defaults_delete_the_cookie(sent):
    client = with_look("theme-dim")
    client.post(PAGE, sent)
    assert (client.cookies[COOKIE].value, client.cookies[COOKIE]["max-age"]) == ("", 0)


@pytest.mark.parametrize("path", ["/", "/evidence/", "/about/", "/nothing/here/", PAGE])
def test_reader_without_a_choice_gets_no_cookie_and_no_mark(client, path):
    answer = client.get(path)
    html = answer.content.decode()
    assert (answer.cookies, head_of(html)) == ({}, '<html lang="en" dir="ltr">')
    assert (html.count("csrfmiddlewaretoken"), html.count("css/look.css")) == (0, 0)


# Bad values


@pytest.mark.parametrize("name", CHOICES)
def test_bad_value_is_named_and_nothing_is_lost(name):
    other = "theme" if name != "theme" else "size"
    client = with_look("font-serif")
    answer = client.post(PAGE, {name: "pink", other: CHOICES[other][2], "plain": "on"} | {name: "pink"})
    html = answer.content.decode()
    assert (answer.status_code, answer.cookies) == (422, {})
    assert (html.count("<title>Error: "), html.count(f'<a href="#{name}">')) == (1, 1)
    assert html.count(f'name="{other}" value="{CHOICES[other][2]}" checked>') == 1
    assert head_of(html) == '<html lang="en" dir="ltr" data-font="serif">'


def test_unknown_settings_are_left_out(client):
    client.post(PAGE, {"theme": "dark", "sound": "loud", "__class__": "x"})
    assert client.cookies[COOKIE].value == "theme-dark"


def test_several_values_of_one_setting_count_as_the_last(client):
    client.post(PAGE, {"theme": ["light", "dark"]})
    assert client.cookies[COOKIE].value == "theme-dark"


def test_page_takes_no_other_method(client):
    assert (client.put(PAGE).status_code, client.head(PAGE).status_code) == (405, 200)


# Where it leads


@pytest.mark.parametrize("onward", ["/", "/evidence/?q=pacing&page=2", "/evidence/caf%C3%A9/", "/a//b"])
def test_reader_comes_back_to_the_page(client, onward):
    assert client.post(PAGE, {"theme": "dark", "next": onward}).headers["Location"] == onward


@pytest.mark.parametrize("onward", HOSTILE)
def test_nobody_is_led_elsewhere(client, onward):
    assert local_path(onward) == ""
    answer = client.post(PAGE, {"theme": "dark", "next": onward})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}?saved=yes")
    page = client.get(PAGE, {"back": onward, "saved": "yes"}).content.decode()
    assert page.count("Go back to the page you came from") == 0


def test_panel_leads_to_all_settings_and_keeps_none_of_its_own(client):
    answer = client.post(PAGE, {"all": "yes", "next": "/evidence/?q=a&b=c"})
    assert (answer.headers["Location"], answer.cookies) == ("/preferences/?back=%2Fevidence%2F%3Fq%3Da%26b%3Dc", {})
    assert client.post(PAGE, {"all": "yes", "next": "//evil.example"}).headers["Location"] == PAGE


def test_page_before_is_shown_nowhere(client):
    page = client.get(PAGE, headers={"referer": "http://testserver/evidence/?q=secret"}).content.decode()
    assert page.count("secret") == 0


def test_saved_page_leads_back_to_where_the_reader_was(client):
    page = client.get(PAGE, {"back": "/evidence/?q=a&b=c"}).content.decode()
    onward = "/preferences/?saved=yes&amp;back=%2Fevidence%2F%3Fq%3Da%26b%3Dc"
    assert page.count(f'<input type="hidden" name="next" value="{onward}">') == 1
    answer = client.post(PAGE, {"theme": "dark", "next": onward.replace("&amp;", "&")}, follow=True)
    assert answer.content.decode().count('<a href="/evidence/?q=a&amp;b=c">Go back to the page you came from</a>') == 1


# Who may send


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 302),
        ({"sec-fetch-site": "same-origin", "origin": "https://testserver"}, 302),  # a proxy took the TLS away
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://testserver"}, 302),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 302),
    ],
)
def test_other_sites_cannot_choose(headers, status):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(PAGE, {"theme": "dark"}, headers=headers)
    assert (answer.status_code, list(answer.cookies)) == (status, [COOKIE] if status == 302 else [])
    if status == 403:
        assert answer.content.decode().count('name="theme" value="dark" checked>') == 1


# Caches


@pytest.mark.parametrize("path", ["/", "/about/", "/evidence/", "/nothing/here/"])
def test_page_says_that_it_depends_on_the_cookie(client, path):
    assert client.get(path).headers["Vary"].split(", ")[-1] == "Cookie"
    assert "Cache-Control" not in client.get(path).headers


def test_page_drawn_for_a_choice_is_kept_by_no_shared_cache():
    answer = with_look("theme-dim").get("/about/")
    assert (answer.headers["Vary"], answer.headers["Cache-Control"]) == ("Cookie", "private")
    assert "Cache-Control" not in with_look("theme-pink").get("/about/").headers


def test_redirects_and_the_admin_say_nothing_of_it(client):
    assert "Vary" not in client.get("/about").headers
    html = with_look("theme-dim").get(f"/{configured.ADMIN_PATH}login/").content.decode()
    assert html.count("data-theme") == 0


def test_pages_of_contributors_follow_the_look_too():
    answer = with_look("theme-dark").get("/contribute/")
    assert head_of(answer.content.decode()) == '<html lang="en" dir="ltr" data-theme="dark">'
    assert "no-store" in answer.headers["Cache-Control"]


# Words and frames


@pytest.mark.parametrize("theme", CHOICES["theme"])
def test_frame_of_the_browser_has_the_colours_of_the_theme(theme):
    html = with_look(f"theme-{theme}").get("/about/").content.decode()
    found = re.findall(r'<meta name="(color-scheme|theme-color)"[^>]* content="([^"]+)">', html)
    system = [("color-scheme", "light dark"), ("theme-color", "#f6f2e9"), ("theme-color", "#1c2022")]
    chosen = FRAMES.get(theme)
    assert found == ([("color-scheme", chosen[1]), ("theme-color", chosen[0])] if chosen else system)


def test_panel_uses_the_words_and_values_of_the_page():
    html = with_look("theme-dim.size-larger").get("/about/").content.decode()
    for name in ("theme", "size"):
        found = re.findall(rf'<button name="{name}" value="(\w+)" aria-pressed="(\w+)">([^<]+)</button>', html)
        chosen = {"theme": "dim", "size": "larger"}[name]
        words = zip(CHOICES[name], WORDS[name][2], strict=True)
        assert found == [(value, str(value == chosen).lower(), str(label)) for value, label in words]


def test_panel_is_small():
    """It is on every page, which has 8 kB."""
    html = render_to_string("includes/display.html", {"theme": "system", "size": "normal"})
    assert len(zlib.compress(html.encode())) <= 500


def test_panel_leads_back_to_the_page_with_its_query(client):
    html = client.get("/evidence/?q=a&b=%22c").content.decode()
    assert html.count('<input type="hidden" name="next" value="/evidence/?q=a&amp;b=%22c">') == 1


def test_languages_are_those_of_the_settings(settings):
    assert [code for code, _ in offered_languages()] == list(CHOICES["language"])
    settings.LANGUAGES = [("en-gb", "English")]
    assert reverse("preferences") == PAGE
    assert 'name="language"' not in Client().get(PAGE).content.decode()


def test_choices_of_the_drawn_settings_have_rules():
    css = (configured.BASE_DIR / "static" / "css" / "look.css").read_text(encoding="utf-8")
    missing = [
        (name, value)
        for name in DRAWN
        for value in CHOICES[name][1:]
        if f"[data-{name}={value}]" not in css and f"[data-{name}]" not in css
    ]
    assert missing == []


def test_page_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert text_of(client.get(PAGE)).startswith("Display settings Choose what is easiest on you.")


def test_defaults_are_the_first_of_the_choices():
    assert Look().attributes() == ""
