"""XML files that are broken, huge or meant to do harm."""

import gzip
import hashlib
import io
import tracemalloc
import zlib

import pytest

from studies.formats.readers import jats, pubmed_xml, xml_stream
from studies.formats.readers.elements import one_line
from studies.formats.readers.formulas import formula
from studies.formats.readers.xml_stream import xml_records
from tests.formats.reading import content, read, until_stopped

ARTICLE = (
    b"<PubmedArticle><MedlineCitation><PMID>%d</PMID><Article><ArticleTitle>Title</ArticleTitle></Article>"
    b"</MedlineCitation></PubmedArticle>\n"
)
SET = b"<PubmedArticleSet>\n%s</PubmedArticleSet>"
PUBMED_DOCTYPE = (
    b'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" '
    b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">\n'
)


def articles(*numbers: int) -> bytes:
    return b"".join(ARTICLE % number for number in numbers)


def test_doctype_of_pubmed_is_harmless():
    assert len(read(pubmed_xml, PUBMED_DOCTYPE + SET % articles(1, 2))) == 2


LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<PubmedArticleSet>&c;</PubmedArticleSet>"
)
OWN_TYPE = "The file declares a document type of its own; such files are not read. No record stands before that place."


@pytest.mark.parametrize(
    "declared",
    [
        LAUGHS,
        b'<!DOCTYPE x [<!ENTITY big "'
        + b"a" * 100_000
        + b'">]><PubmedArticleSet>'
        + b"&big;" * 1000
        + b"</PubmedArticleSet>",
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><PubmedArticleSet>&f;</PubmedArticleSet>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]><PubmedArticleSet/>',
        b'<!DOCTYPE x [<!ATTLIST PubmedArticle a CDATA "aaaa">]><PubmedArticleSet/>',
        b"<!DOCTYPE PubmedArticleSet []><PubmedArticleSet/>",
    ],
    ids=["laughs", "blowup", "external", "parameter", "defaults", "empty"],
)
def test_declarations_of_the_file_itself_are_refused(declared):
    assert until_stopped(pubmed_xml, declared) == ([], OWN_TYPE)


def test_entity_of_a_journal_is_known_and_another_is_refused():
    doctype = b'<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS.dtd">'
    text = (
        b"<article><front><article-meta><title-group><article-title>The %s effect</article-title></title-group>"
        b"</article-meta></front></article>"
    )
    assert read(jats, doctype + text % b"&beta;")[0].record.title == "The β effect"
    found, message = until_stopped(jats, doctype + text % b"&own;")
    assert found == []
    assert message == (
        "Line 1, character 122: it uses an entity that it does not define. No record stands before that place."
    )


def test_file_that_was_cut_gives_what_stands_before():
    data = SET % articles(1, 2, 3)
    found, message = until_stopped(pubmed_xml, data[: data.index(b"<PMID>3")])
    assert [paper.record.pmid for paper in found] == ["1", "2"]
    assert message == "Line 4, character 33: the file ends too early. The 2 records before that place can be read."


def test_fault_after_one_record_names_its_place():
    found, message = until_stopped(pubmed_xml, SET % (articles(1) + b"<PubmedArticle></Wrong>"))
    assert [paper.record.pmid for paper in found] == ["1"]
    assert message == "Line 3, character 18: an end tag does not fit its start tag. One record before it can be read."


def test_second_document_in_one_file_is_named():
    found, message = until_stopped(pubmed_xml, SET % articles(1) + b"\n<?xml version='1.0'?>" + SET % articles(2))
    assert len(found) == 1
    assert message == (
        "Line 4, character 1: something follows after the end of the document. One record before it can be read."
    )


def test_blanks_before_the_declaration_do_no_harm():
    assert len(read(pubmed_xml, b"\n \n<?xml version='1.0'?>" + SET % articles(1))) == 1
    assert len(read(pubmed_xml, b"\xef\xbb\xbf<?xml version='1.0'?>" + SET % articles(1))) == 1


@pytest.mark.parametrize(("encoding", "letter"), [("utf-16", "é"), ("iso-8859-1", "é"), ("us-ascii", "&#233;")])
def test_declared_encodings_are_read(encoding, letter):
    body = (SET % articles(1)).decode().replace(">Title<", f">Caf{letter}<")
    data = f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(encoding)
    assert pubmed_xml.looks_like(data)
    assert read(pubmed_xml, data)[0].record.title == "Café"


def test_wrong_encoding_is_named_with_its_place():
    data = b'<?xml version="1.0" encoding="UTF-8"?>' + SET % articles(1).replace(b">Title<", b">Caf\xe9<")
    found, message = until_stopped(pubmed_xml, data)
    assert found == []
    assert message == (
        "Line 2, character 73: this is no sound XML, or the letters are not in the encoding that the file declares. "
        "No record stands before that place."
    )


def test_letters_damaged_by_a_wrong_declaration_are_remarked():
    title = "Cañón".encode()
    data = b'<?xml version="1.0" encoding="iso-8859-1"?>' + SET % articles(1).replace(b">Title<", b">" + title + b"<")
    [paper] = read(pubmed_xml, data)
    assert paper.problems == ("Some letters were damaged before they came into this file: check title and names.",)


def test_unknown_encoding_is_named():
    found, message = until_stopped(pubmed_xml, b'<?xml version="1.0" encoding="klingon"?>' + SET % articles(1))
    assert (found, message) == (
        [],
        "The file declares an encoding that is not known. No record stands before that place.",
    )


def test_many_bytes_encoding_is_refused():
    found, message = until_stopped(pubmed_xml, b'<?xml version="1.0" encoding="gb2312"?>' + SET % articles(1))
    assert (found, message) == (
        [],
        "The file declares an encoding that is not known. No record stands before that place.",
    )


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (b"<i>" * 1000, "Line 2: elements stand more than 150 deep in each other."),
        (b"<a/>" * 200_001, "Line 2: the record has more than 200000 elements."),
        (b"a" * (21 << 20), "One record, or what stands between two, is larger than 20 MB."),
        (b"<!--" + b"-a" * (11 << 20) + b"-->", "One record, or what stands between two, is larger than 20 MB."),
    ],
    ids=["deep", "many", "large", "comment"],
)
def test_record_beyond_all_measure_is_refused(inside, reason):
    data = SET % (articles(1).replace(b">Title<", b">" + inside + b"<"))
    found, message = until_stopped(pubmed_xml, data)
    assert (found, message) == ([], f"{reason} No record stands before that place.")


def test_blanks_that_unpack_without_end_are_refused():
    packed = gzip.compress(b"<PubmedArticleSet>" + b" " * (30 << 20))
    assert len(packed) < 40_000
    _, message = until_stopped(pubmed_xml, packed)
    assert message == (
        "The packed file unpacks to more than 60 times its size; such files are not read. No record stands before that place."
    )


def packed_with(filling: bytes, times: int) -> bytes:
    """Articles with other parts between them, packed as they are made."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    parts = [b"<PubmedArticleSet>", *(b"<x>" + filling + b"</x>" for _ in range(times))]
    return b"".join(packer.compress(part) for part in parts) + packer.flush()


@pytest.mark.full
def test_packed_file_of_more_than_200_megabytes_is_left_before_it_fills_anything(monkeypatch):
    """It is read in pieces: of what came out before, nothing is kept."""
    monkeypatch.setattr(xml_stream, "MOST_BYTES", 1 << 40)
    packed = packed_with(b"".join(hashlib.sha256(b"%d" % n).hexdigest().encode() for n in range(1 << 10)) * 16, 205)
    assert len(packed) > (200 << 20) // xml_stream.MOST_TIMES
    tracemalloc.start()
    _, message = until_stopped(pubmed_xml, packed)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert message == "The packed file holds more than 200 MB. Send it in parts. No record stands before that place."
    assert most < 20 << 20


def test_damaged_packed_file_is_named():
    packed = gzip.compress(SET % articles(*range(100)))
    found, message = until_stopped(pubmed_xml, packed[:-20])
    assert message.startswith("The packed file is damaged. ")
    assert all(paper.record.title == "Title" for paper in found)


class Endless(io.RawIOBase):
    """A file of real articles over and over, made while it is read."""

    def __init__(self, data: bytes, times: int) -> None:
        self.parts = iter([b"<PubmedArticleSet>", *[data] * times, b"</PubmedArticleSet>"])
        self.rest = b""

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size:
            part = next(self.parts, None)
            if part is None:
                break
            self.rest += part
        found, self.rest = self.rest[:size], self.rest[size:]
        return found


def test_memory_does_not_grow_with_the_file():
    forty = (
        content("pubmed_xml/p1m_pubmed_result_292.xml").split(b"<PubmedArticleSet>")[1].split(b"</PubmedArticle>")[:40]
    )
    part = b"".join(article + b"</PubmedArticle>" for article in forty)
    tracemalloc.start()
    count = sum(1 for _ in pubmed_xml.read(Endless(part, 15)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, len(part) * 15 > 5_000_000) == (600, True)
    assert peak < 16_000_000


def element(text: str):
    [(_, found)] = xml_records(io.BytesIO(text.encode()), {"x", "math"})
    return found


@pytest.mark.parametrize(
    ("maths", "text"),
    [
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x²"),
        ("<msub><mi>x</mi><mn>1</mn></msub>", "x₁"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x₁²"),
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>", "(a+b)/c"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "³√(x)"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x\u0304"),
        ("<mfenced><mi>x</mi></mfenced>", "(x)"),
        ("<mmultiscripts><mi>F</mi><mprescripts/><none/><mn>18</mn></mmultiscripts>", "¹⁸F"),
        ("<mmultiscripts/>", ""),
        ("<semantics><mi>y</mi><annotation>\\y</annotation></semantics>", "y"),
        ("<mi>a</mi><mspace/><mtext> b </mtext>", "a b"),
        ("<msup><mi>x</mi></msup>", "x"),
        ("plain", "plain"),
    ],
)
def test_formula_becomes_one_line(maths, text):
    assert formula(element(f"<math>{maths}</math>")) == text


def test_text_of_an_element_keeps_numbers_apart_and_leaves_notes_out():
    found = element(
        '<x>At 10<sup>6</sup> <i>in vitro</i><xref ref-type="fn">a</xref> <b>p</b> &lt; 0.05 &amp;lt; &lt;b&gt;1&lt;/b&gt;'
        " <tex-math>$x$</tex-math></x>"
    )
    assert one_line(found) == "At 10⁶ in vitro p < 0.05 < 1"
