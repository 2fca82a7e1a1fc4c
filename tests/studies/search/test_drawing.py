"""The list page is drawn once with gaps: what fills them must give the page that its template gives."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from atlas_site.pages import site
from studies.gaps import filled
from studies.search import drawing, engine

ADDRESSES = (
    "/evidence/",
    "/evidence/?page=3&sort=title",
    "/evidence/?q=fatigue&pem=required&topic=immune&year_from=2010",
    "/evidence/?q=%22%3Cb%3E%26%00quot%22+-x&synonyms=off",
    "/evidence/?q=zzzqqq&year_to=1990",
)
LOOKS = ("", "theme-dim.size-large", "language-de", "language-nb.plain-on.theme-light")


def plainly(request):
    """The page by its template alone, with all that every template of the site gets."""
    filters, notices = engine.read(dict(request.GET.lists()))
    page = engine.find(filters)
    said = [*notices, *page.notices]
    fixed, gaps = drawing.parts(page, site=site(request), notices=said, ways_on=engine.ways_on(page))
    return render_to_string(drawing.TEMPLATE, {**fixed, **gaps}, request=request)


@pytest.mark.django_db
@pytest.mark.usefixtures("sample_atlas", "fresh_search")
@pytest.mark.parametrize("look", LOOKS)
def test_the_kept_page_is_what_its_template_gives(look):
    client = Client()
    if look:
        client.cookies["look"] = look
    language = look.partition("language-")[2][:2] or "en"
    for address in [*ADDRESSES, *ADDRESSES]:
        response = client.get(address)
        with translation.override(language):
            assert response.content.decode() == plainly(response.wsgi_request)


def test_gaps_are_filled_with_escaped_text():
    given = {"site_name": "A <i> & \x00site_name\x00"}
    plain = render_to_string("includes/mark.html", given)
    assert filled("includes/mark.html", fixed={"section": "<b>"}, gaps=given) == plain
    assert plain.count("A &lt;i&gt; &amp; \x00site_name\x00") == 1


def test_each_set_of_fixed_values_has_its_own_page():
    menus = [filled("includes/navigation.html", fixed={"section": section}, gaps={}) for section in ("topics", "pem")]
    assert menus == [render_to_string("includes/navigation.html", {"section": each}) for each in ("topics", "pem")]
    assert menus[0] != menus[1]


def test_gaps_may_stand_within_one_value():
    pages = {"number": 2, "last": 3, "before": "?a=1&b=2", "first_address": "?", "last_address": "?page=3"}
    plain = render_to_string("includes/pagination.html", {"pages": pages})
    assert filled("includes/pagination.html", fixed={}, gaps=pages, within="pages") == plain
    assert "?a=1&amp;b=2" in plain and 'rel="next"' not in plain
