import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.markdown import render, words


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Plain.", "<p>Plain.</p>\n"),
        ("# One\n\n## Two\n\n###### Six", "<h3>One</h3>\n<h4>Two</h4>\n<h5>Six</h5>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("[PEM](/pem/)", '<p><a href="/pem/">PEM</a></p>\n'),
        ("[paper](https://doi.org/10.1000/1)", '<p><a href="https://doi.org/10.1000/1">paper</a></p>\n'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("a <b onclick='x'>b</b>", "<p>a &lt;b onclick='x'&gt;b&lt;/b&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](http://example.org/)", "<p><a>x</a></p>\n"),
        ("![picture](https://example.org/a.png)", '<p>!<a href="https://example.org/a.png">picture</a></p>\n'),
    ],
)
def test_render_gives_safe_html(text, html):
    assert render(text) == html


@given(st.text(max_size=200))
def test_render_lets_no_script_and_no_foreign_tag_through(text):
    html = render(text).lower()
    assert [
        bad for bad in ("<script", "<img", "<iframe", "<style", " onclick=", 'href="javascript') if bad in html
    ] == []


def test_words_counts_what_is_read():
    assert words("# Two words\n\n**Three** [more words](/pem/).") == 5
