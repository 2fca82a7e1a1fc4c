"""Whole files made to keep a reader busy: twice the file takes about twice the time, in every format that is read.

Time is that of the processor; a small file that is read at once is no measure. A faulty reader takes four times as long for
twice the file, or sixteen for four times, however fast the machine is.
"""

import gzip
import io
import time
from itertools import islice

import pytest

from studies.formats.readers import bibtex, csl, detection, drafts, jats, nbib, pubmed_xml, ris, tabular
from studies.formats.readers.refusals import Refusal, Unreadable
from studies.sources.entries import read_json

SIZE = 60_000
WORTH_A_LOOK = 0.3  # seconds; less is noise of the clock, and harmless
MOST = 300_000  # what a reader may say of one such file

ODD = {
    "nul": b"\0",
    "half a pair": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe",
    "line ends": b"\r",
    "blanks": b" ",
    "lines": b"\n",
    "digits": b"9",
    "overrides": "\u202e".encode(),
    "marks": "\u0335".encode(),
    "mixed": "é".encode() + "é".encode("latin-1"),
}
MADE = {
    "ris": (
        ris,
        b"TY  - JOUR\n",
        b"\nER  - \n",
        [b"TI  - a\n", b"AU  - A, B\n", b"TY  - JOUR\n", b"ER  - \n", b"XX  - ", b"AB  - a\n  b\n"],
    ),
    "bibtex": (
        bibtex,
        b"@article{a,\n",
        b"}\n",
        [
            b"{",
            b"}",
            b'"',
            b"@article{",
            b"title = {a},\n",
            b"a = ",
            b"@string{a = b # ",
            b"a # ",
            b"% ",
            b"\\",
            b"@comment",
            b"= {",
            b"${\\",
        ],
    ),
    "csl_json": (
        csl,
        b"",
        b"",
        [
            b"[",
            b"{",
            b'{"a":',
            b'"',
            b'"\\u',
            b"[{},",
            b"9",
            b"-",
            b"[1,",
            b"\\ud800",
            b"}",
            b",",
            b'{"title": "a", "type": "book"}',
        ],
    ),
    "csl in a list": (
        csl,
        b'[{"title": "',
        b'", "type": "book"}]',
        [
            b"a",
            b"\\ud800",
            b"<i>",
            b"&amp;",
            b'", "title": "a',
            b'", "author": [{"family": "a"}], "x": "',
            b'", "a": {"b": "c"}, "x": "',
        ],
    ),
    "drafts": (drafts, b'{"drafts": [', b"]}", [b"[", b"{", b"{},", b'{"study": "a"},', b'"']),
    "nbib": (
        nbib,
        b"PMID- 1\nTI  - a\n",
        b"\n",
        [b"TI  - a\n", b"FAU - A, B\n", b"      a\n", b"PMID- 1\n", b"AB  - ", b"-", b"PMID", b"\n\n"],
    ),
    "pubmed_xml": (
        pubmed_xml,
        b"<PubmedArticleSet>",
        b"</PubmedArticleSet>",
        [
            b"<PubmedArticle>",
            b"<a>",
            b"<a/>",
            b"</a>",
            b"<!--",
            b"<![CDATA[",
            b"&amp;",
            b"&a;",
            b"<PubmedArticle/>",
            b"<a a='",
            b"<a b='c'/>",
            b"<?a ?>",
            b"<PubmedArticle><MedlineCitation></MedlineCitation></PubmedArticle>",
        ],
    ),
    "jats": (
        jats,
        b"<article><front><article-meta><title-group><article-title>",
        b"</article-title></title-group></article-meta></front></article>",
        [b"<i>", b"<i/>", b"<sup>a</sup>", b"</i>", b"<mml:math>", b"<xref/>", b"a", b"&lt;", b"<title/>"],
    ),
    "csv": (
        tabular,
        b"title,year,doi\n",
        b"\n",
        [b",", b'"', b'"a",', b"a,2020,\n", b'a"', b"\t", b";", b"'=", b'""', b'"\n', b"a\n"],
    ),
    "header of a table": (tabular, b"title,year", b"\nx,2020\n", [b",", b",a", b",title", b',"', b"\t", b";a", b"-"]),
}


def content(name: str, part: bytes, size: int) -> bytes:
    _, start, end, _ = MADE[name]
    return start + part * (size // len(part)) + end


def read(reader, data: bytes) -> list:
    """What a reader gives up to where it stops; nothing else than Unreadable may stop it."""
    found = []
    try:
        found.extend(islice(reader.read(io.BytesIO(data)), MOST))
    except Unreadable as error:
        assert str(error)
    return found


def seconds(name: str, part: bytes, size: int) -> float:
    data = content(name, part, size)
    begin = time.process_time()
    MADE[name][0].looks_like(data[: detection.HEAD])
    read(MADE[name][0], data)
    return time.process_time() - begin


def size_for(name: str, part: bytes) -> int:
    """Bytes of the smaller file. A part that makes many small records takes long for its size anyway; a sixth is enough to see
    how its time grows."""
    return SIZE // 6 if seconds(name, part, SIZE // 6) > WORTH_A_LOOK / 6 else SIZE


def grows(name: str, part: bytes, size: int) -> bool:
    """Whether four times the file takes more than ten times as long, three times in a row: machines are disturbed."""
    return all(
        (long := seconds(name, part, 4 * size)) > WORTH_A_LOOK and long > 10 * seconds(name, part, size)
        for _ in range(3)
    )


@pytest.mark.full
@pytest.mark.parametrize("name", MADE)
def test_four_times_the_file_takes_about_four_times_as_long(name):
    slow = {}
    for part in [*MADE[name][3], *ODD.values()]:
        size = size_for(name, part)
        spent = seconds(name, part, size)
        if spent > 10 or grows(name, part, size):
            slow[part] = spent
    assert slow == {}


@pytest.mark.parametrize("name", MADE)
def test_short_hostile_files_are_survived(name):
    for part in [*MADE[name][3], *ODD.values()]:
        for item in read(MADE[name][0], content(name, part, 3_000)):
            assert not isinstance(item, Refusal) or item.reason


def test_fuzz_meets_every_reader():
    assert {reader for reader, *_ in MADE.values()} == {
        ris,
        bibtex,
        csl,
        drafts,
        nbib,
        pubmed_xml,
        jats,
        tabular,
    }
    assert set(detection.READERS) <= set(MADE)


DEEP = 200_000


@pytest.mark.parametrize("reader", [csl, drafts])
@pytest.mark.parametrize(
    "data", [b"[" * DEEP, b'{"a":' * DEEP, b'[{"title":' + b"[" * DEEP, b'{"drafts":' + b"[" * DEEP]
)
def test_json_as_deep_as_you_like_is_refused_in_words(reader, data):
    with pytest.raises(Unreadable, match=r"nested too deeply|not JSON|cannot be read|not closed|no "):
        list(reader.read(io.BytesIO(data)))


@pytest.mark.parametrize(
    "data", [b"[" * DEEP, b'{"a":' * DEEP, b'{"a":' + b"9" * 5_000 + b"}", b"9" * 5_000, b"\xff", b"", b"{" * 9]
)
def test_answer_of_a_source_that_is_no_json_is_refused_in_words(data):
    with pytest.raises(Unreadable):
        read_json(data)


def test_table_of_a_hundred_thousand_columns_is_read_or_refused_soon():
    wide = b"title," + b"a," * 100_000 + b"doi\n" + (b"x," * 100_002 + b"\n") * 3
    begin = time.process_time()
    assert len(read(tabular, wide)) <= 3
    assert time.process_time() - begin < 20


def test_packed_file_in_a_packed_file_is_not_opened():
    packed = gzip.compress(gzip.compress(b"<PubmedArticleSet></PubmedArticleSet>"))
    with pytest.raises(Unreadable):
        list(detection.open_file(io.BytesIO(packed))[1])


def test_archive_is_not_opened():
    with pytest.raises(Unreadable, match="ZIP"):
        detection.open_file(io.BytesIO(b"PK\x03\x04" + b"\0" * 5_000))
