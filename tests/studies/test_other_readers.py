"""Every export of the sample atlas, read by software that other people wrote: the same title, authors, year and DOI."""

import csv
import io
import json
import re

import pytest
import rispy

from studies.bibliography import record_of
from studies.exporting import FORMATS, origin_now, stream
from studies.formats.cells import restored
from studies.formats.notes import marked_title, one_line
from studies.formats.readers import nbib as our_nbib
from studies.models import Study
from studies.records import Collective
from tests.formats.others import Read, by_bibtexparser, by_citation_js, by_lxml, by_nbib, by_rispy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]

FEWEST = 800
TITLE_END = re.compile(r"[.\s]+$")  # our reader takes off the stop that PubMed puts after a title


@pytest.fixture(scope="module")
def files():
    """Suffix to text, each written once for all tests here."""
    return {}


@pytest.fixture
def studies():
    return list(Study.objects.published().prefetch_related("authors").order_by("pk"))


@pytest.fixture
def file(files, studies):
    def file(suffix):
        if suffix not in files:
            ids = [study.pk for study in studies]
            files[suffix] = b"".join(stream(ids, FORMATS[suffix], origin_now())).decode()
        return files[suffix]

    return file


def expected(study, *, groups=True):
    record = record_of(study)
    people = tuple(
        one_line(each.name) if isinstance(each, Collective) else _person(each)
        for each in record.authors
        if groups or not isinstance(each, Collective)
    )
    return Read(marked_title(record), people, str(record.year or ""), record.doi)


def _person(author):
    family, given = one_line(author.family), one_line(author.given)
    return (family, given) if given else family


def compare(found, studies, *, groups=True):
    assert len(found) == len(studies) >= FEWEST
    wanted = [expected(study, groups=groups) for study in studies]
    assert [pair for pair in zip(found, wanted, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize(
    "suffix, read",
    [
        ("ris", by_rispy),
        ("ris", by_citation_js),
        pytest.param("bib", by_bibtexparser, marks=pytest.mark.full),  # it takes a second for a hundred entries
        ("bib", by_citation_js),
        ("csl.json", by_citation_js),
        ("mods", by_lxml),
    ],
)
def test_reader_of_others_gives_back_every_paper(file, studies, suffix, read):
    compare(read(file(suffix)), studies)


def test_nbib_reader_of_others_gives_back_every_paper_with_a_number(file, studies):
    """It keeps persons only, one group a record."""
    numbered = [study for study in studies if study.pmid]
    assert len(numbered) < len(studies)
    compare(by_nbib(file("nbib")), numbered, groups=False)


def test_our_own_nbib_reader_keeps_groups_too(file, studies):
    numbered = [study for study in studies if study.pmid]
    records = [incoming.record for incoming in our_nbib.read(io.BytesIO(file("nbib").encode()))]
    assert [(TITLE_END.sub("", each.title), each.authors, each.year, each.doi, each.pmid) for each in records] == [
        (TITLE_END.sub("", wanted.title), wanted.authors, wanted.year, wanted.doi, wanted.pmid)
        for wanted in map(record_of, numbered)
    ]


def test_csv_and_json_hold_every_study(file, studies):
    rows = list(csv.DictReader(io.StringIO(file("csv"), newline="")))
    data = json.loads(file("json"))
    assert data["meta"]["state"] == origin_now().counter
    assert [restored(row["title"]) for row in rows] == [study.title for study in studies]
    assert [(each["slug"], each["pem"]["value"]) for each in data["studies"]] == [
        (row["slug"], row["pem"]) for row in rows
    ]
    assert [row["doi"] for row in rows] == [study.doi or "" for study in studies]


def test_retracted_papers_say_so_in_every_format(studies):
    ids = [study.pk for study in studies[:40]]
    Study.objects.filter(pk__in=ids[::4]).update(retraction_status="retracted", retraction_notice_doi="10.1/notice")
    texts = {name: b"".join(stream(ids, form, origin_now())).decode() for name, form in FORMATS.items()}
    titles = [each["title"] for each in rispy.loads(texts["ris"])]
    assert [title.startswith("RETRACTED: ") for title in titles] == [place % 4 == 0 for place in range(40)]
    for suffix in ("ris", "bib", "csl.json", "mods", "md", "vancouver.txt", "apa.txt", "harvard.txt"):
        assert texts[suffix].count("RETRACTED: ") >= 10, suffix
        assert suffix == "md" or texts[suffix].count("https://doi.org/10.1/notice") >= 10, suffix
    rows = csv.DictReader(io.StringIO(texts["csv"], newline=""))
    assert [row["retraction_status"] == "retracted" for row in rows] == [place % 4 == 0 for place in range(40)]
    assert [each["retraction"]["notice_doi"] for each in json.loads(texts["json"])["studies"][:2]] == [
        "10.1/notice",
        None,
    ]
    assert texts["nbib"].count("PT  - Retracted Publication") == texts["nbib"].count(
        "RIN - RETRACTED https://doi.org/10.1"
    )
