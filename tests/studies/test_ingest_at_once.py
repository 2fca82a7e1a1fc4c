"""Two processes bring the same papers at the same moment: each paper becomes one study, whoever is quicker."""

import tempfile
from dataclasses import replace
from functools import partial

import pytest

from studies import trials
from studies.holdings import Holdings
from studies.importing import import_files
from studies.incoming import Incoming
from studies.ingest import ingest
from studies.models import Author, Study, Topic
from studies.outcome import Outcome
from studies.records import Person, Record
from tests.studies.test_concurrency import at_once

pytestmark = pytest.mark.usefixtures("committing")

PAPERS = [
    Incoming(
        Record(title=f"A trial of rest, part {n}", authors=(Person("Li", "A"),), year=2020, doi=f"10.1000/{n}"), ""
    )
    for n in range(40)
]


def saying(paper: Incoming, **fields: str) -> Incoming:
    return replace(paper, record=replace(paper.record, **fields))


def fates(outcome: object) -> list[str]:
    assert isinstance(outcome, Outcome), outcome
    return [line.fate for line in outcome.lines]


@pytest.mark.parametrize("papers", [PAPERS[:1], PAPERS], ids=["one", "forty"])
def test_one_of_two_ingests_creates_each_paper_and_the_other_reports_it(papers) -> None:
    ours, theirs = Holdings(), Holdings()  # both looked before either wrote
    results = at_once([lambda: ingest(papers, holdings=ours), lambda: ingest(list(reversed(papers)), holdings=theirs)])
    assert sorted(map(fates, results)) == [["created"] * len(papers), ["duplicate"] * len(papers)]
    assert (Study.objects.count(), Author.objects.count()) == (len(papers), len(papers))


def test_others_write_while_a_trial_of_a_file_runs_and_the_trial_leaves_nothing(tmp_path) -> None:
    ingest(PAPERS[:1], holdings=Holdings())
    wrote: list[object] = []

    def told(done: int, number: int) -> None:
        """Records of the trial are written by now; it goes on after this."""
        if number:
            wrote.extend(at_once([lambda: Topic.objects.create(slug="new", label="New").slug]))

    file = tmp_path / "a.ris"
    record = "TY  - JOUR\nTI  - {}\nAU  - Li, A\nPY  - 2020\nDO  - {}\nVL  - 7\nER  - \n"
    file.write_text(record.format("A trial of rest, part 0", "10.1000/0") + record.format("Another", "10.1000/new"))
    (report,) = import_files([("a.ris", file)], dry_run=True, progress=lambda name: told)
    assert (wrote, [line.fate for line in report.outcome.lines]) == (["new"], ["updated", "created"])
    assert list(Study.objects.values_list("doi", "volume")) == [("10.1000/0", "")]
    assert Topic.objects.filter(slug="new").exists()


@pytest.mark.sqlite
def test_trial_of_a_file_removes_the_copy_that_a_killed_one_left(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (left := tmp_path / "atlas-trial-left").mkdir()
    (left / "copy.sqlite3").touch()
    with trials.apart():
        (own,) = tmp_path.iterdir()
        assert (own.name.startswith("atlas-trial-"), own == left) == (True, False)
    assert list(tmp_path.iterdir()) == []


def test_paper_without_identifiers_is_created_once() -> None:
    bare = [saying(PAPERS[0], doi="")]
    holdings = [Holdings() for _ in range(3)]
    results = at_once([partial(ingest, bare, holdings=mine) for mine in holdings])
    assert sorted(fates(result)[0] for result in results) == ["created", "duplicate", "duplicate"]
    assert Study.objects.count() == 1


def test_two_sources_complete_one_draft_at_the_same_moment() -> None:
    ingest(PAPERS[:1], holdings=Holdings())
    number, other = Holdings(), Holdings()
    results = at_once(
        [
            lambda: ingest([saying(PAPERS[0], pmid="1")], holdings=number),
            lambda: ingest([saying(PAPERS[0], pmcid="PMC1")], holdings=other),
        ]
    )
    assert list(map(fates, results)) == [["updated"], ["updated"]]
    study = Study.objects.get()
    assert (study.pmid, study.pmcid) == ("1", "PMC1")


def test_number_that_another_study_got_meanwhile_is_refused_and_nothing_is_lost() -> None:
    ingest(PAPERS[:2], holdings=Holdings())
    stale = Holdings()
    ingest([saying(PAPERS[0], pmid="7")], holdings=Holdings())
    outcome = ingest([saying(PAPERS[1], pmid="7"), PAPERS[2]], holdings=stale)
    assert fates(outcome) == ["refused", "created"]
    assert sorted(Study.objects.values_list("pmid", flat=True), key=str) == ["7", None, None]
