import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.markdown import LONGEST, links, render, words


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


def test_text_beyond_the_longest_stands_as_it_was_typed():
    text = "**<b>** [a](/pem/) " * (LONGEST // 18)
    assert len(text) > LONGEST
    assert (render(text), links(text)) == (f"<p>{text.replace('<', '&lt;').replace('>', '&gt;')}</p>\n", [])
    assert words(text) == len(text.split())


@pytest.mark.parametrize(
    "piece", ["[", "](", "*a_", "`a``", "> ", "- ", "<a ", "&#x", "![[", "|a", "~~~\n", "[a]: b\n"]
)
def test_reading_takes_four_times_as_long_for_four_times_the_text(piece):
    """A worse growth would take sixteen times as long. Processor time, the best of three."""

    def seconds(length):
        text, taken = (piece * length)[:length], []
        for _ in range(3):
            start = time.process_time()
            render(text)
            taken.append(time.process_time() - start)
        return min(taken)

    assert seconds(20_000) < 10 * seconds(5_000) + 0.05


def test_words_counts_what_is_read():
    assert words("# Two words\n\n**Three** [more words](/pem/).") == 5
