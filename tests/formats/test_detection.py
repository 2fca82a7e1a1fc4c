"""The format of a file is seen in its content; what is none says why; nothing else comes out than records and refusals."""

import gzip
import io
import lzma
import os
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.formats.readers.detection import READERS, open_file
from studies.formats.readers.refusals import Refusal, Unreadable
from tests.formats.files import content

SAMPLES = {
    "ris": content("ris/asreview_dataset_1.ris"),
    "bibtex": content("bibtex/bibaudit_sample.bib"),
    "csl_json": content("csl_json/bibaudit_zotero_csl_export.json"),
    "drafts": b'[{"bibliography": {"title": "A title"}, "texts": {}, "design": "cohort", "basis": "abstract"}]',
    "csv": b"title,authors,journal,year\nA title,Li A,J,2020\nAnother,Doe B,J,2021\n",
    "nbib": b"PMID- 1\nTI  - A title.\nFAU - Li, Ann\nDP  - 2020 Jan\nJT  - J Test\n\nPMID- 2\nTI  - Another.\nDP  - 2021\n",
    "pubmed_xml": b"<?xml version='1.0'?><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article>"
    b"<ArticleTitle>A title.</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
    "jats": b"<article xmlns:xlink='http://www.w3.org/1999/xlink'><front><article-meta><article-id pub-id-type='doi'>10.1000/x"
    b"</article-id><title-group><article-title>A title</article-title></title-group></article-meta></front></article>",
}


def refused(data, **limits):
    with pytest.raises(Unreadable) as refusal:
        list(open_file(io.BytesIO(data), **limits)[1])
    return str(refusal.value)


def test_every_format_has_a_sample():
    assert set(SAMPLES) == set(READERS)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("encoding", ["as it is", "utf-8-sig", "utf-16"])
def test_format_is_seen_in_the_content(name, encoding):
    data = SAMPLES[name] if encoding == "as it is" else SAMPLES[name].decode().encode(encoding)
    found, items = open_file(io.BytesIO(data))
    assert (found, isinstance(next(items), Refusal)) == (name, False)


@pytest.mark.parametrize("name", SAMPLES)
def test_only_tables_and_drafts_share_their_claim(name):
    """A table is asked for last, since a line of any format may hold the names of columns; drafts come before other JSON."""
    claims = [key for key, reader in READERS.items() if reader.looks_like(SAMPLES[name][:4096])]
    assert [key for key in claims if key != "csv" or name == "csv"] == (
        ["drafts", "csl_json"] if name == "drafts" else [name]
    )


UNPACK = "Unpack it and send what is inside."
WEB_PAGE = "This is a web page, not a file of references. Perhaps the site asked for a sign-in: export the file again."
LIST = (
    "This is the list of Retraction Watch. It names papers that were retracted, most of them about something else: "
    "it is used to check the studies of the atlas and not imported."
)
RATHER = "Export the references as RIS, NBIB or BibTeX instead."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n\n", "The file is empty."),
        (gzip.compress(SAMPLES["ris"]), f"The file is packed (gzip). {UNPACK}"),
        (lzma.compress(SAMPLES["ris"]), f"The file is packed (xz). {UNPACK}"),
        (b"PK\x03\x04rest", "This is a ZIP file or a document of an office program. Unpack it, or save the table as CSV."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is a document of an office program. Save the table as CSV and send that."),
        (b"%PDF-1.7\n%\xe2", "This is a PDF. Send the references instead, for example as RIS."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\r", "The file holds no text."),
        (b"<!DOCTYPE html><html><title>Sign in</title>", WEB_PAGE),
        (b"\n<html lang='en'>TY  - no", WEB_PAGE),
        (b"FN Clarivate Analytics\nVR 1.0\nPT J\n", f"This is the plain text of Web of Science. {RATHER}"),
        (b"%0 Journal Article\n%T A title\n", f"This is the tagged format of EndNote. {RATHER}"),
        (b"<?xml version='1.0'?><xml><records/></xml>", f"This is XML of a kind that the atlas does not read. {RATHER}"),
        (b"Record ID,Title,Subject,Journal,RetractionDate,RetractionDOI,OriginalPaperDate,OriginalPaperDOI\n",
         LIST),
        (b"Dear editor, I have a title and a journal for you.\n",
         f"The format is not known. The atlas reads {', '.join(reader.name for reader in READERS.values())}."),
    ],
)  # fmt: skip
def test_what_is_no_file_of_references_says_why(data, reason):
    assert refused(data) == reason


def test_file_that_is_too_large_is_refused_at_once(tmp_path):
    """The file has holes and holds nothing: reading it would take longer than asking for its size."""
    path = tmp_path / "large.ris"
    with path.open("wb") as file:
        file.write(b"TY  - JOUR\n")
        os.truncate(file.fileno(), 200_000_000)
    begin = time.process_time()
    with pytest.raises(Unreadable) as refusal:
        open_file(path)
    assert time.process_time() - begin < 1
    assert str(refusal.value) == (
        "The file has more than 100 MB, the most that is read at once. Split it, for example by year."
    )


def test_limit_is_the_callers(tmp_path):
    assert refused(SAMPLES["ris"], most=1000) == (
        "The file has more than 1000 bytes, the most that is read at once. Split it, for example by year."
    )


def test_stream_that_cannot_be_rewound_is_read():
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "wb") as pipe:
        pipe.write(SAMPLES["csv"])
    with os.fdopen(read_end, "rb") as pipe:
        found, items = open_file(pipe)
        assert (found, [item.record.title for item in items]) == ("csv", ["A title", "Another"])


def test_file_is_closed_after_its_last_record(tmp_path):
    """An unclosed file would raise a warning, which is an error here."""
    path = tmp_path / "a file without a helpful name"
    path.write_bytes(SAMPLES["bibtex"])
    found, items = open_file(path)
    assert (found, len(list(items))) == ("bibtex", 13)
    unread, _ = open_file(path)
    assert unread == "bibtex"


@st.composite
def damaged(draw):
    """A sound file with parts cut out, doubled, replaced or put into another place."""
    data = bytearray(draw(st.sampled_from(list(SAMPLES.values()))))
    for _ in range(draw(st.integers(0, 5))):
        begin, length = draw(st.integers(0, len(data))), draw(st.integers(0, 200))
        part = bytes(data[begin : begin + length])
        data[begin : begin + length] = draw(
            st.sampled_from([b"", part * 2, b"\xff", b"}", b'"', b"\n", b"\0"]) | st.binary(max_size=20)
        )
    return bytes(data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged() | st.binary(max_size=500))
def test_nothing_but_a_refusal_comes_of_a_damaged_file(data):
    try:
        for item in open_file(io.BytesIO(data))[1]:
            assert isinstance(item, Refusal) or item.record.title
    except Unreadable as refusal:
        assert str(refusal).endswith(".")


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are counted in other units elsewhere")
@pytest.mark.parametrize("name", ["ris", "bibtex", "csl_json", "csv", "nbib"])
def test_endless_line_is_read_in_bounded_memory(name):
    """What follows the sound beginning is one line of 30 MB; the reader may not hold it many times over."""
    import tracemalloc

    data = SAMPLES[name].rstrip(b"]\n") + b" a" * 15_000_000
    tracemalloc.start()
    try:
        for item in open_file(io.BytesIO(data))[1]:
            assert isinstance(item, Refusal) or item.record.title
    except Unreadable:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 200_000_000
