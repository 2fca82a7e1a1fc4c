"""The header `Link`: what a reader parses back, and what cannot break out of it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from studies.formats.link_header import Link, header

ONE = re.compile(r'<([^>]*)>((?:; [a-z]+="(?:[^"\\]|\\.)*")*)(?:, |$)')


def read(text: str) -> list[tuple[str, str]]:
    return ONE.findall(text)


def test_header_holds_each_link_with_its_attributes():
    links = [
        Link("https://atlas.example/a/", "cite-as"),
        Link("https://atlas.example/a.json", "describedby", type="application/json", anchor="https://doi.org/10.1/x"),
    ]
    assert header(links) == (
        '<https://atlas.example/a/>; rel="cite-as", '
        '<https://atlas.example/a.json>; rel="describedby"; type="application/json"; anchor="https://doi.org/10.1/x"'
    )


@given(
    st.lists(st.builds(Link, st.text(min_size=1), st.text(min_size=1), title=st.text(), anchor=st.text()), min_size=1)
)
def test_nothing_in_a_link_ends_it_early_or_breaks_the_header(links):
    text = header(links)
    assert (len(read(text)), "\n" in text, "\r" in text) == (len(links), False, False)
