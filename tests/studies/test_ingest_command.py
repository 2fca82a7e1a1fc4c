"""`manage.py ingest`: files of references from the command line to drafts, with a report and an exit code."""

import io
import json
import lzma
import os
import pty
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from scripts.benching import files
from studies import importing
from studies.formats.readers.detection import READERS
from studies.holdings import Holdings
from studies.importing import import_file, import_files
from studies.management.progress import bar
from studies.models import Abstract, Author, PossibleDuplicate, Study
from studies.vocabulary import State
from tests.formats.files import FOLDER, content
from tests.peak import telling
from tests.running import ROOT, bare_environment

pytestmark = pytest.mark.django_db

SAMPLE = FOLDER / "bibtex" / "bibaudit_sample.bib"
RIS = "TY  - JOUR\nTI  - {title}\nAU  - {author}\nJO  - J Test\nPY  - 2020\nDO  - {doi}\nER  - \n"


def run(*words, **options):
    """(exit code, what was printed)."""
    out, code = io.StringIO(), 0
    try:
        call_command("ingest", *map(str, words), stdout=out, **options)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue()


def run_json(*words):
    code, out = run(*words, "--json")
    return code, json.loads(out)


def made(path, *records):
    path.write_text("".join(RIS.format(title=title, author=author, doi=doi) for title, author, doi in records))
    return path


def counts(report):
    """Read, created, updated, duplicates, notices, refused."""
    names = ("read", "created", "updated", "duplicates", "notices")
    return [*(report[name] for name in names), len(report["refused"])]


def rows():
    return [model.objects.count() for model in (Study, Author, Abstract, PossibleDuplicate)]


def test_report_tells_of_every_record_that_needs_eyes():
    code, out = run(SAMPLE)
    assert code == 0
    assert out == (
        f"{SAMPLE}: BibTeX, 13 records: 10 created, 0 updated, 1 already there, 0 notices about other papers, 2 refused.\n"
        "  Refused:\n"
        "  - record 6, line 30: This is a book (“book”), and the atlas holds papers. [Methods in Biobanking]\n"
        "  - record 13, line 74: The entry is not closed: a brace or a quotation mark is missing. "
        "[An entry whose closing brace was never typed]\n"
        "  Already there:\n"
        "  - record 10: Record 9 is the same paper. Record 9 has the same DOI (10.5678/shared.doi). "
        "[Second copy of a duplicated entry; alonso-2021-first-copy]\n"
        "  Created, with remarks:\n"
        "  - record 12: Record 11 has the same key (dupkey2022). "
        "[The entry that gets discarded; impostor-2022-entry-gets]\n"
    )
    assert rows() == [10, 11, 0, 0]
    assert set(Study.objects.values_list("state", flat=True)) == {State.DRAFT}


def test_report_can_be_short():
    assert run(SAMPLE, verbosity=0)[1].count("\n") == 1


def test_json_has_the_documented_shape():
    code, data = run_json(SAMPLE)
    (report,) = data["files"]
    assert (code, data["dry_run"]) == (0, False)
    assert list(report) == [
        "file", "format", "fault", "read", "created", "updated", "duplicates", "notices", "refused", "possible_duplicates",
        "records", "problems",
    ]  # fmt: skip
    assert counts(report) == [13, 10, 0, 1, 0, 2]
    assert (report["file"], report["format"], report["fault"]) == (str(SAMPLE), "bibtex", None)
    assert report["refused"][0] == {
        "record": 6,
        "line": 30,
        "title": "Methods in Biobanking",
        "reason": "This is a book (“book”), and the atlas holds papers.",
        "study": None,
        "remarks": [],
    }
    assert [(record["record"], record["fate"], record["study"]) for record in report["records"]] == [
        (10, "duplicate", "alonso-2021-first-copy"),
        (12, "created", "impostor-2022-entry-gets"),
    ]


def test_drafts_hold_what_the_file_says(tmp_path):
    run(made(tmp_path / "a.ris", ("A <i>title</i>", "van der Berg, Ann", "https://doi.org/10.1000/X")))
    study = Study.objects.get()
    assert (study.title, study.journal, study.doi, study.year, study.bibliography_source) == (
        "A title", "J Test", "10.1000/x", 2020, "RIS file",
    )  # fmt: skip
    assert [(author.family, author.given) for author in study.authors.all()] == [("van der Berg", "Ann")]


def test_abstract_without_a_licence_is_stored_and_may_not_be_shown(tmp_path):
    path = tmp_path / "a.ris"
    path.write_text("TY  - JOUR\nTI  - A title\nJO  - J\nAB  - Background: Why.\nResults: What.\nER  - \n")
    run(path)
    abstract = Abstract.objects.get()
    assert (abstract.sections, abstract.may_be_shown) == (
        [{"label": "Background", "text": "Why."}, {"label": "Results", "text": "What."}], False,
    )  # fmt: skip


def test_again_changes_nothing(tmp_path):
    files = [SAMPLE, FOLDER / "ris" / "asreview_dataset_1.ris", FOLDER / "csl_json" / "bibaudit_zotero_csl_export.json"]
    first = run_json(*files)[1]["files"]
    before = rows()
    again = run_json(*files)[1]["files"]
    assert rows() == before
    assert [counts(report) for report in again] == [
        [report["read"], 0, 0, report["created"] + report["duplicates"], 0, len(report["refused"])] for report in first
    ]


def test_trial_tells_the_same_and_writes_nothing():
    files = [SAMPLE, SAMPLE, FOLDER / "ris" / "asreview_dataset_1.ris", FOLDER / "ris" / "asreview_dataset_2.ris"]
    _, trial = run_json("--dry-run", *files)
    assert rows() == [0, 0, 0, 0]
    _, written = run_json(*files)
    assert (trial["dry_run"], written["dry_run"]) == (True, False)
    assert trial["files"] == written["files"]


def test_trial_says_so():
    assert run("--dry-run", SAMPLE)[1].splitlines()[0] == "This was a trial: nothing was written."


def test_file_that_cannot_be_read_stops_no_other(tmp_path):
    page, text, folder = tmp_path / "page.ris", tmp_path / "notes.txt", tmp_path / "folder"
    page.write_text("<!DOCTYPE html><html></html>")
    text.write_text("Dear editor\n")
    folder.mkdir()
    good = made(tmp_path / "good.ris", ("A title", "Li, A", "10.1000/x"))
    code, data = run_json(tmp_path / "missing.ris", page, text, folder, good)
    assert code == 1
    assert [report["fault"] for report in data["files"]] == [
        "The file cannot be opened: No such file or directory.",
        "This is a web page, not a file of references. Perhaps the site asked for a sign-in: export the file again.",
        f"The format is not known. The atlas reads {', '.join(reader.name for reader in READERS.values())}.",
        "The file cannot be opened: Is a directory.",
        None,
    ]
    assert Study.objects.count() == 1


def test_file_of_which_every_record_is_refused_is_read():
    path = FOLDER / "bibtex" / "colrev_unknown_source_bib.bib"
    assert (run(path)[0], Study.objects.count()) == (0, 0)


def test_file_that_breaks_off_writes_nothing(tmp_path):
    items = [{"type": "article-journal", "title": f"Title {n}", "DOI": f"10.1000/{n}"} for n in range(3)]
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(items)[:-1] + ', {"title"')
    code, data = run_json(path)
    assert (code, Study.objects.count()) == (1, 0)
    assert data["files"][0]["fault"] == (
        "Line 1: this is not JSON (expecting ':' delimiter). It breaks off after record 3, and nothing of it was taken in."
    )


def test_file_larger_than_the_setting_is_refused(settings, tmp_path):
    settings.ATLAS_IMPORT_MEGABYTES = 1
    path = tmp_path / "large.ris"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 1_000_001)
    assert run_json(path)[1]["files"][0]["fault"] == (
        "The file has more than 1 MB, the most that is read at once. Split it, for example by year."
    )


def test_two_papers_with_one_doi_are_named_with_both_numbers(tmp_path):
    path = made(
        tmp_path / "a.ris",
        ("Fatigue after exercise in adults", "Li, A", "10.1000/x"),
        ("Sleep in children with pain", "Doe, B", "10.1000/X"),
    )
    (report,) = run_json(path)[1]["files"]
    told = [*report["refused"], *report["records"]]
    assert [(line["record"], line["remarks"]) for line in told] == [(2, ["Record 1 has the same DOI (10.1000/x)."])]
    assert counts(report)[:2] == [2, 1]


def test_repeats_are_seen_across_batches(monkeypatch, tmp_path):
    monkeypatch.setattr(importing, "BATCH", 2)
    records = [(f"Fatigue study number {n}", "Li, A", f"10.1000/{n}") for n in range(5)]
    (report,) = run_json(made(tmp_path / "a.ris", *records, records[0]))[1]["files"]
    assert counts(report) == [6, 5, 0, 1, 0, 0]
    assert report["records"][-1]["remarks"] == ["Record 1 has the same DOI (10.1000/0)."]


def test_fault_of_the_database_leaves_whole_batches(monkeypatch, tmp_path):
    """The third batch fails: the first two stay, and the next run takes in the rest."""
    monkeypatch.setattr(importing, "BATCH", 2)
    path = made(tmp_path / "a.ris", *((f"Fatigue study number {n}", "Li, A", f"10.1000/{n}") for n in range(6)))
    ingest, calls = importing.ingest, []

    def failing(items, **options):
        calls.append(len(items))
        if len(calls) == 3:
            raise DatabaseError("disk full")
        return ingest(items, **options)

    monkeypatch.setattr(importing, "ingest", failing)
    with pytest.raises(DatabaseError):
        run(path)
    assert Study.objects.count() == 4
    monkeypatch.setattr(importing, "ingest", ingest)
    assert counts(run_json(path)[1]["files"][0]) == [6, 2, 0, 4, 0, 0]


def test_stream_is_imported_like_a_file():
    """What the upload in the admin does: bytes instead of a path, the same report."""
    (report,) = import_files([("upload.bib", io.BytesIO(SAMPLE.read_bytes()))], dry_run=True)
    assert (report.name, report.format, report.fault, report.outcome.counts["created"]) == (
        "upload.bib",
        "bibtex",
        "",
        10,
    )
    assert Study.objects.count() == 0


def test_export_of_pubmed_with_292_articles_is_taken_in():
    data = lzma.decompress((FOLDER / "pubmed_xml" / "p1m_pubmed_result_292.xml.xz").read_bytes())
    report = import_file(io.BytesIO(data), "a file", Holdings(), len(data), lambda done, number: None)
    seen = report.outcome.counts
    assert (report.format, report.fault, len(report.outcome.lines), seen["refused"]) == ("pubmed_xml", "", 292, 0)
    assert Study.objects.count() == seen["created"]


def test_formula_of_a_table_is_stored_as_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('title,authors,journal,year\n"=HYPERLINK(""http://x"",""y"")",Li A,J,2020\n')
    run(path)
    assert Study.objects.get().title == '=HYPERLINK("http://x","y")'


@pytest.mark.parametrize("name", ["ris/scopus_60_records.ris.xz", "bibtex/xampl.bib", "bibtex/colrev_scopus_bib.bib"])
def test_real_file_goes_in_whole(name):
    (report,) = import_files([(name, io.BytesIO(content(name)))])
    (again,) = import_files([(name, io.BytesIO(content(name)))])
    assert (report.fault, Study.objects.count()) == ("", report.outcome.counts["created"])
    assert (again.outcome.counts["created"], again.outcome.counts["refused"]) == (0, report.outcome.counts["refused"])


def test_progress_goes_to_a_terminal():
    parent, child = pty.openpty()
    with os.fdopen(child, "w") as terminal:
        show = bar("a.ris", terminal)
        for done, number in ((500, 0), (500, 1000), (1000, 1000)):
            show(done, number)
        shown = ""
        while not shown.endswith("\n"):  # a terminal gives what it has, not all that was written
            shown += os.read(parent, 10_000).decode().replace("\r\n", "\n")
    os.close(parent)
    assert shown == (
        "\ra.ris [" + " " * 30 + "] reading, 500 records"
        "\ra.ris [" + "#" * 15 + " " * 15 + "] 500 of 1,000 records"
        "\ra.ris [" + "#" * 30 + "] 1,000 of 1,000 records\n"
    )


def test_progress_stays_out_of_logs(capfd):
    run(SAMPLE)
    assert capfd.readouterr().err == ""


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are counted in other units elsewhere")
def test_file_with_10000_records_needs_less_than_300_mb(tmp_path):
    """A process of its own, whose peak the system knows; its database is a file in a temporary folder."""
    path = tmp_path / "made.ris"
    files.write("ris", 10_000, path)
    environment = {
        **bare_environment(), "ATLAS_DATA_DIR": str(tmp_path), "ATLAS_LOCAL": "1", "SECRET_KEY": "only for this test " * 3,
    }  # fmt: skip
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    words = telling([*manage, "ingest", str(path), "--json"], tmp_path / "peak")
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, check=True)
    (report,) = json.loads(done.stdout)["files"]
    assert (report["read"], report["created"] + report["notices"]) == (10_000, 10_000)
    assert 20 * 1024 < int((tmp_path / "peak").read_text()) < 300 * 1024
