"""Notices from the table of Retraction Watch."""

import io
from datetime import date

import pytest

from studies.formats.readers.refusals import Refusal, Unreadable
from studies.records import Relation
from studies.sources import retraction_watch
from studies.sources.faults import Unreachable
from studies.sources.retraction_watch import Notice, notices_of, parse, refresh, standing_of
from tests.sources.asking import client_for
from tests.sources.recordings import recording, recordings

(TABLE,) = recordings("retraction_watch")


@pytest.fixture()
def table():
    return io.BytesIO(recording(TABLE))


def test_every_row_is_a_notice_or_refused(table):
    found = list(parse(table))
    refused = [(each.number, each.reason) for each in found if isinstance(each, Refusal)]
    reason = "The row names neither DOI nor PubMed number of the paper."
    assert (len(found), refused) == (19, [(14, reason), (15, reason)])


def test_row_becomes_a_notice_and_a_relation(table):
    notice = list(parse(table))[1]
    assert (notice.doi, notice.pmid, notice.nature, notice.on) == (
        "10.1016/s0140-6736(97)11096-0", "9500320", "retraction", date(2010, 2, 6),
    )  # fmt: skip
    assert notice.relation == Relation(
        "retracted_by", "10.1016/s0140-6736(10)60175-4", "20137807", "Retraction Watch 4036", date(2010, 2, 6)
    )
    assert (len(notice.reasons), notice.journal, notice.problems) == (7, "Lancet", ())


@pytest.mark.parametrize(
    ("identifier", "status", "row", "was_reinstated"),
    [
        ("doi:10.1016/s0140-6736(97)11096-0", "retracted", "4036", False),
        ("pmid:9500320", "retracted", "4036", False),
        ("doi:10.1371/journal.pone.0064723", "expression_of_concern", "33598", False),
        ("doi:10.1016/j.heliyon.2023.e18637", "none", "65838", True),
        ("doi:10.1002/ana.24658", "retracted", "8988", False),  # a later correction of the notice undoes nothing
        ("doi:10.1371/journal.pone.0058088", "expression_of_concern", "45638", False),
        ("doi:10.1308/rcsann.2020.0038", "expression_of_concern", "36305", True),
        ("doi:10.9999/reinstated-paper", "none", "90002", True),
        ("doi:10.1093/ageing/28.3.265", "retracted", "21659", False),
        ("doi:10.3390/nano14090769", "corrected", "70570", False),
        ("doi:10.9999/blank-nature-paper", "none", None, False),
    ],
)
def test_all_notices_of_a_paper_come_to_one_standing(table, identifier, status, row, was_reinstated):
    (notices,) = notices_of(table, [identifier]).values()
    found = standing_of(notices)
    assert (found.status, found.notice and found.notice.record_id, found.was_reinstated) == (
        status,
        row,
        was_reinstated,
    )


def test_doi_of_the_notice_is_not_taken_for_that_of_the_paper(table):
    (notices,) = notices_of(table, ["pmid:31636039"]).values()
    assert (notices[0].doi, notices[0].pmid) == ("", "31636039")
    table.seek(0)
    assert notices_of(table, ["doi:10.1016/j.ymthe.2023.01.020"]) == {}


def test_row_that_does_not_say_what_it_is_has_no_relation(table):
    (notices,) = notices_of(table, ["doi:10.9999/blank-nature-paper"]).values()
    assert (notices[0].nature, notices[0].relation) == ("", None)
    assert notices[0].problems == ("The row does not say whether it is a retraction, a concern or a correction.",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is no table of Retraction Watch: it has no column “Record ID”."),
        (b"<html>Sign in</html>", "This is no table of Retraction Watch: it has no column “Record ID”."),
        (recording(TABLE)[:700], "The table cannot be read on from line 2."),
    ],
)
def test_other_or_broken_table_is_unreadable(content, sentence):
    with pytest.raises(Unreadable) as caught:
        list(parse(io.BytesIO(content)))
    assert str(caught.value) == sentence


def test_row_that_breaks_off_and_wrong_letters_are_refused_or_read(table):
    content = table.read().replace("Émile".encode(), b"\xc9mile")
    cut = content[: content.index(b"Not Able to Replace")]
    found = list(parse(io.BytesIO(cut.rsplit(b"\n", 1)[0] + b"\n33598,Adult \xc9 bone\n")))
    assert found[-1] == Refusal(3, "The row has 2 cells where the table has 21 columns.")


def test_table_of_the_stand_in_is_fetched_once_and_read(stub, tmp_path):
    target = tmp_path / "table.csv"
    paper = stub.shelves.papers[3].record
    stub.shelves.notice(paper.doi, kind="retracted_by", doi="10.1000/notice", on=date(2026, 3, 4))
    client = client_for(stub)
    assert (refresh(client, target=target), refresh(client, target=target)) == (True, False)
    with target.open("rb") as stream:
        found = notices_of(stream, [f"doi:{paper.doi}", f"pmid:{paper.pmid}"])
    assert list(found) == [f"doi:{paper.doi}", f"pmid:{paper.pmid}"]
    assert standing_of(found[f"doi:{paper.doi}"]).status == "retracted"
    assert found[f"doi:{paper.doi}"][0].on == date(2026, 3, 4)
    stub.misbehave("truncated", always=True)
    before = target.read_bytes()
    with pytest.raises(Unreachable):
        refresh(client, target=target)
    assert target.read_bytes() == before


def test_notice_is_what_the_module_offers():
    assert {retraction_watch.NAME, retraction_watch.LABEL} == {"retraction_watch", "Retraction Watch"}
    assert Notice.__dataclass_params__.frozen is True
