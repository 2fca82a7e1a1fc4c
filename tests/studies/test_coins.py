from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qs

from hypothesis import given

from studies.formats import coins
from studies.formats.notes import marked_title
from studies.records import Collective, Person, Record
from tests.studies.records import MANSOUBI, records


class Spans(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def parsed(record):
    reader = Spans()
    reader.feed(coins.render(record))
    ((tag, attributes),) = reader.found
    assert (tag, attributes["class"]) == ("span", "Z3988")
    return parse_qs(attributes["title"], strict_parsing=True)


def test_reader_gets_back_what_was_written():
    assert parsed(MANSOUBI) == {
        "ctx_ver": ["Z39.88-2004"],
        "rft_val_fmt": ["info:ofi/fmt:kev:mtx:journal"],
        "rft.genre": ["article"],
        "rft.atitle": [MANSOUBI.title],
        "rft.jtitle": ["British Medical Journal Open"],
        "rft.stitle": ["BMJ Open"],
        "rft.aulast": ["Mansoubi"],
        "rft.aufirst": ["Maedeh"],
        "rft.au": ["Mansoubi, Maedeh", "Martín-Martínez, Jean-Paul", "the RECOVER {Consortium} & friends"],
        "rft.date": ["2025-04-02"],
        "rft.volume": ["15"],
        "rft.issue": ["4"],
        "rft.spage": ["1085"],
        "rft.epage": ["1094"],
        "rft.issn": ["2044-6055"],
        "rft_id": ["info:doi/10.1136/bmjopen-2024_094658", "info:pmid/40180399"],
        "rfr_id": ["info:sid/atlas.example"],
    }


def test_retracted_paper_says_so_in_its_title():
    assert parsed(replace(MANSOUBI, retraction_status="retracted"))["rft.atitle"] == [f"RETRACTED: {MANSOUBI.title}"]


def test_missing_parts_are_left_out():
    assert set(parsed(Record(title="A"))) == {"ctx_ver", "rft_val_fmt", "rft.genre", "rft.atitle"}
    assert parsed(Record(title="A", year=2020, day=4))["rft.date"] == ["2020"]


def test_group_as_first_author_is_not_split():
    record = replace(MANSOUBI, authors=(Collective("RECOVER Consortium"), Person("Smith", "Ann")))
    assert parsed(record)["rft.au"] == ["RECOVER Consortium", "Smith, Ann"]
    assert "rft.aulast" not in parsed(record)


def test_markup_in_a_title_stays_text():
    hostile = Record(title='"><script>alert(1)</script>&amp;')
    assert "<script" not in coins.render(hostile)
    assert parsed(hostile)["rft.atitle"] == [hostile.title]


@given(records)
def test_any_record_comes_back(record):
    fields = parsed(record)
    assert fields["rft.atitle"] == [marked_title(record)]
    assert len(fields.get("rft.au", [])) == len(record.authors)
