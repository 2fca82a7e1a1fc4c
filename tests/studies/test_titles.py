"""Titles and abstracts with markup, as services really send them."""

import pytest

from studies.formats.readers.titles import clean_title, is_garbled, plain_sections, plain_text, without_mark


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Ecology of\n      <i>Meta bourneti</i>\n   (Araneae)", "Ecology of Meta bourneti (Araneae)"),
        ("&amp;lt;i&amp;gt;Foo&amp;lt;/i&amp;gt; &amp;amp; bar", "Foo & bar"),
        ("<sup>1</sup>H and PtF<sub>6</sub>", "¹H and PtF6"),
        ("10<sup>-3</sup> of all", "10⁻³ of all"),
        ("A<sup>n+</sup> ion, x<sup>n</sup>", "Aⁿ⁺ ion, xn"),
        ("p<0.05, a<b and b>a", "p<0.05, a<b and b>a"),
        ('a <a href="https://x.org/?q=1&amp;b">link</a>', "a link"),
        ("<unknown>kept</unknown>", "<unknown>kept</unknown>"),
        ("<mml:msup><mml:mn>10</mml:mn><mml:mrow><mml:mn>3</mml:mn></mml:mrow></mml:msup> cells", "10³ cells"),
        ("<mml:math><mml:mi>x</mml:mi><mml:annotation>\\alpha</mml:annotation></mml:math>-ray", "x-ray"),
        ("e\u0301tude", "étude"),
        ("<i>never closed", "never closed"),
        ("</sup>only closed", "only closed"),
    ],
)
def test_title_becomes_one_line_of_plain_text(sent, shown):
    assert clean_title(sent) == shown


def test_plain_text_keeps_paragraphs_as_lines():
    assert (
        plain_text("<jats:p>One\n  <jats:italic>two</jats:italic>.</jats:p><jats:p>Three.</jats:p>")
        == "One two.\nThree."
    )


def test_line_of_a_label_stays_a_line():
    assert (
        plain_text("<jats:p>Background: One.\r\nwrapped\r\nMethod:\xa0Two.</jats:p>")
        == "Background: One. wrapped\nMethod: Two."
    )


def test_sections_follow_marked_headings():
    jats = (
        "<jats:title>Abstract</jats:title><jats:sec><jats:title>Background:</jats:title><jats:p>One.</jats:p></jats:sec>"
        "<jats:sec><jats:title>Methods</jats:title><jats:p>Two.</jats:p><jats:p>Three.</jats:p></jats:sec>"
    )
    assert plain_sections(jats) == (("Background", "One."), ("Methods", "Two.\nThree."))
    assert plain_sections("Before.<h4>Aims</h4>One.") == (("", "Before."), ("Aims", "One."))
    assert plain_sections("<jats:p>No heading.</jats:p>") == (("", "No heading."),)
    assert plain_sections("<jats:title>Abstract</jats:title>") == ()


@pytest.mark.parametrize(
    ("title", "left", "word"),
    [
        ("RETRACTED: A title", "A title", "retracted"),
        ("RETRACTED ARTICLE: A title", "A title", "retracted"),
        ("WITHDRAWN—A title", "A title", "withdrawn"),
        ("Retraction—A title", "Retraction—A title", ""),
        ("Retracted papers and their fate", "Retracted papers and their fate", ""),
        ("RETRACTED:", "RETRACTED:", ""),
    ],
)
def test_mark_before_a_title_is_told_apart(title, left, word):
    assert without_mark(title) == (left, word)


@pytest.mark.parametrize(
    "text", ["LaniÅ¡nik", "CastaÃ±o", "17Î²-hydroxysteroid", "AragonÃ©s", "BeliÄ\x8d", "lost \ufffd letter"]
)
def test_letters_in_the_wrong_encoding_are_noticed(text):
    assert is_garbled(text) is True


@pytest.mark.parametrize(
    "text",
    ["Lanišnik", "Müller–Ünal", "Spaß»", "Łąkomska", "Öçü", "17β-hydroxysteroid", "«été»", "Ωμέγα", "Žižek’s “work”"],
)
def test_ordinary_letters_are_not_garbled(text):
    assert is_garbled(text) is False


def test_a_million_open_elements_are_read_quickly():
    assert clean_title("<i>" * 200_000 + "end") == "end"
