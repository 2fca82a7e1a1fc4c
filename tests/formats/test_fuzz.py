"""Whatever bytes come, readers of PubMed and JATS files give papers, refusals, or say that the file cannot be read."""

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.formats.readers import jats, nbib, pubmed_xml
from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming
from tests.formats.reading import content, names, until_stopped

READERS = (pubmed_xml, nbib, jats)
SMALL = [content(name) for name in [*names("pubmed_xml"), *names("nbib"), *names("jats"), *names("made")]]
SMALL = [gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data for data in SMALL]
SMALL = [data[:40_000] for data in SMALL]
ODD = [
    *(
        b"<",
        b">",
        b"&",
        b"&amp;lt;sup&amp;gt;",
        b"</sup>",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"\0",
        b"\xff",
        b"\xc3",
        b"\r",
    ),
    *(b"\n\n", b"\nPMID- ", b"\nFAU - ", b"\nDP  - 9999 Feb 31", b"0000", b"99999999999999999999", b"\xe2\x80\xae"),
    *(b"\xed\xa0\x80", b"<i>" * 50, b"<Year>-1</Year>", b"<Year>\xd9\xa3\xd9\xa3</Year>", b"<Month>99</Month>"),
    *(b"10.1000/" + b"(" * 300, b"[" * 500, b"<mml:math>"),
]
PIECES = [
    *ODD,
    *(b"<PubmedArticle>", b"<MedlineCitation>", b"<Article>", b"<ArticleTitle>x", b"</ArticleTitle>", b"TI  - a\n"),
    b"</Article></MedlineCitation></PubmedArticle>",
    b"<article><front><article-meta><title-group><article-title>",
]

calm = settings(
    max_examples=150, deadline=5_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real file with some of its bytes removed, doubled, swapped or replaced."""
    data = draw(st.sampled_from(SMALL))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 200)))
        middle = draw(
            st.one_of(st.just(b""), st.just(data[start:end] * 2), st.sampled_from(ODD), st.binary(max_size=20))
        )
        data = data[:start] + middle + data[end:]
    return data


def check(data: bytes) -> None:
    for reader in READERS:
        reader.looks_like(data[:4096])
        found, _ = until_stopped(reader, data)
        for number, each in enumerate(found, start=1):
            if isinstance(each, Refusal):
                assert (each.number, bool(each.reason)) == (number, True)
            else:
                check_paper(each)


def check_paper(paper: Incoming) -> None:
    """What a study can hold and a database takes."""
    record = paper.record
    texts = [record.title, record.journal, record.pages, *map(repr, record.authors), *record.keywords, *paper.problems]
    texts += [text for section in (paper.abstract.sections if paper.abstract else ()) for text in section]
    assert not [text for text in texts if "\0" in text or any(0xD800 <= ord(letter) < 0xE000 for letter in text)]
    assert any(letter.isalnum() for letter in record.title)
    assert record.year is None or 1500 <= record.year <= 2199
    assert len(record.title) <= 2000
    assert len(record.journal) <= 500
    assert len(record.pages) <= 80


@calm
@given(st.binary(max_size=2_000))
def test_any_bytes_are_survived(data):
    check(data)


@calm
@given(damaged())
def test_damaged_files_are_survived(data):
    check(data)


@calm
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_shuffled_pieces_are_survived(pieces):
    check(b"<PubmedArticleSet>" + b"".join(pieces))
    check(b"PMID- 1\n" + b"".join(pieces))


@pytest.mark.parametrize("cut", range(0, 100, 7))
def test_file_cut_anywhere_gives_its_first_records(cut):
    for data in (content("made/pubmed.xml"), content("jats/made.xml"), content("nbib/biopython_pubmed_result2.txt")):
        check(data[: len(data) * cut // 100])
