"""The sample atlas in the database is what its files say, no more and no less."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from studies.definitions import read_coding, shipped
from studies.incoming import clean
from studies.ingest import Holdings, ingest
from studies.management.commands.load_sample import BATCH, load_batch
from studies.models import Abstract, Author, Revision, Study, StudyLink, TextProvenance
from studies.pem import derive
from studies.sample_files import FOLDER, listed_papers
from studies.vocabulary import Drafter, EvidenceLevel, Pem, StaffRole, State
from tests.clock import PATIENCE
from tests.studies.factories import make_study

ROOT = Path(__file__).parents[2]
ITEMS = json.loads((FOLDER / "sample_studies.json").read_text(encoding="utf-8"))
TEXTS = ("question", "key_point", "main_limitation", "summary", "significance", "limitations")
LISTS = ("findings", "conclusions", "open_questions", "strengths")
SHARED_DOIS = [
    "10.3390/nu17111802",
    "10.3390/jcm11020413",
    "10.1097/qco.0000000000000854",
    "10.1172/jci.insight.160989",
    "10.1016/j.dsx.2021.04.007",
]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]


def study_of(item):
    return Study.objects.get(pmcid=item["bibliography"]["pmcid"])


def test_load_sample_publishes_913_studies_of_which_34_have_texts():
    assert Study.objects.published().count() == Study.objects.filter(is_sample=True).count() == 913
    assert Study.objects.published().with_texts().count() == 34
    assert set(Study.objects.values_list("version", flat=True)) == {1}


def test_load_sample_publishes_in_the_name_of_the_import_alone():
    assert set(Revision.objects.values_list("number", "approver_role")) == {(1, StaffRole.SAMPLE_IMPORT)}
    assert Revision.objects.count() == 913


def test_load_sample_again_creates_nothing_and_moves_no_version():
    before = list(Study.objects.order_by("pk").values_list("pk", "version", "newest_hash"))
    said = StringIO()
    call_command("load_sample", stdout=said)
    assert list(Study.objects.order_by("pk").values_list("pk", "version", "newest_hash")) == before
    assert said.getvalue() == (
        "Sample atlas: 0 studies created, 913 were already there, 0 not created because a study has their identifier, "
        "0 possible duplicates among the created.\n"
    )


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["pmcid"])
def test_load_sample_keeps_texts_and_bibliography_word_for_word(item):
    study, paper = study_of(item), item["bibliography"]
    assert {name: getattr(study, name) for name in TEXTS} == {name: item["texts"][name] for name in TEXTS}
    assert {name: getattr(study, name) for name in LISTS} == {name: item["texts"][name] for name in LISTS}
    alike = ("title", "journal", "journal_abbreviation", "issn", "volume", "issue", "pages", "pmid", "license_url")
    assert [getattr(study, name) for name in alike] == [paper[name] or "" for name in alike]
    assert study.doi == paper["doi"].lower()
    day = study.published_on.isoformat()
    assert day[: len(paper["published_on"])] == paper["published_on"]
    assert study.published_precision == {7: "month", 10: "day"}[len(paper["published_on"])]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["pmcid"])
def test_load_sample_keeps_definitions_with_quotes_and_locators(item):
    words = ("role", "cohort", "modification", "quote", "locator")
    expected = [(row["definition"], *(row[word] or "" for word in words)) for row in item["case_definitions"]]
    rows = study_of(item).definitions.order_by("position")
    assert list(rows.values_list("definition__slug", *words)) == expected
    assert set(rows.values_list("checked_by", "basis")) <= {(None, item["basis"])}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["pmcid"])
def test_load_sample_derives_the_badge(item):
    coding = read_coding(item, shipped())
    badge = derive(design=coding.design, rows=coding.rows, statement=coding.statement)
    study = study_of(item)
    assert (study.pem, study.pem_rule) == (badge.value, badge.rule)
    given = item["pem_statement"] or {"claim": "", "quote": "", "locator": ""}
    assert {name: getattr(study, f"pem_{name}") for name in given} == given


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["pmcid"])
def test_load_sample_keeps_classification_and_authors(item):
    study = study_of(item)
    alike = ("design", "peer_review", "patients", "controls", "population_label", "method_flags", "pem_measured_by")
    assert {name: getattr(study, name) for name in alike} == {name: item[name] for name in alike}
    assert study.evidence_level == (item["evidence_level"] or EvidenceLevel.UNRATED)
    assert sorted(study.topics.values_list("slug", flat=True)) == sorted(item["topics"])
    people = study.authors.values("family", "given", "collective", "orcid")
    empty = {"family": "", "given": "", "collective": "", "orcid": ""}
    assert list(people) == [empty | author for author in item["bibliography"]["authors"]]


def test_load_sample_marks_each_text_with_its_basis_and_as_a_sample():
    rows = TextProvenance.objects.order_by().values_list("drafter", "basis", "approver_role", "drafted_by").distinct()
    assert list(rows) == [(Drafter.SAMPLE, "full_text", StaffRole.SAMPLE_IMPORT, None)]
    fields = [name for item in ITEMS for name in (*TEXTS, *LISTS) if item["texts"][name]]
    assert TextProvenance.objects.count() == len(fields)


def test_load_sample_stores_a_symmetric_link_once_and_shows_it_from_both_ends():
    link = StudyLink.objects.get()
    assert link.source_id < link.target_id
    assert {link.source.doi, link.target.doi} == {"10.3390/jcm14155363", "10.3389/fpsyt.2025.1623288"}
    assert link.label_from(link.source_id) == link.label_from(link.target_id) == "shares participants with"


def test_load_sample_invents_nothing_for_papers_that_nobody_has_read():
    listed = Study.objects.filter(summary="")
    coded = ("design", "peer_review", "evidence_level", "pem", "patients", "controls", "basis", *TEXTS[:3], *TEXTS[4:])
    values = listed.order_by().values_list(*coded).distinct()
    assert list(values) == [
        ("not_classified", "not_classified", "not_classified", "not_coded", None, None, "", *[""] * 5)
    ]
    assert listed.filter(topics__isnull=False).count() == listed.filter(definitions__isnull=False).count() == 0
    assert listed.count() == 879
    assert Study.objects.filter(pem=Pem.NOT_CODED).count() == 879


def test_load_sample_never_codes_a_retraction_from_a_title():
    assert set(Study.objects.values_list("retraction_status", flat=True)) == {"none"}


def test_load_sample_keeps_every_listed_paper_with_its_authors_and_numbers():
    lines = (FOLDER / "mecfs.jsonl").read_text(encoding="utf-8").splitlines()
    coded = {item["pmcid"] for item in ITEMS}
    papers = [paper for paper in map(json.loads, lines) if paper["pmcid"] not in coded]
    expected = sorted((" ".join(clean(p["title"]).split()), p["year"], len(p["authors"])) for p in papers if p["year"])
    studies = Study.objects.filter(summary="", published_on__isnull=False).annotate(Count("authors"))
    assert sorted(studies.values_list("title", "published_on__year", "authors__count")) == expected
    for kind in ("pmid", "pmcid"):
        kept = set(Study.objects.filter(summary="", **{f"{kind}__isnull": False}).values_list(kind, flat=True))
        assert kept == {paper[kind] for paper in papers if paper[kind]}


def test_load_sample_stores_only_abstracts_that_may_be_shown():
    assert set(Abstract.objects.values_list("license", flat=True)) <= {"CC-BY", "CC0"}
    lines = (FOLDER / "mecfs.jsonl").read_text(encoding="utf-8").splitlines()
    listed = {paper["pmcid"] for paper in map(json.loads, lines) if paper["abstract"]}
    assert set(Abstract.objects.values_list("study__pmcid", flat=True)) == listed | {item["pmcid"] for item in ITEMS}


def test_load_sample_knows_groups_from_people():
    group = Author.objects.get(collective__startswith="Innovative Support")
    assert (group.family, group.given) == ("", "")
    assert not Author.objects.filter(family__contains=",").exists()


def test_load_sample_history_verifies():
    call_command("verify_history", stdout=StringIO())


def test_load_sample_refuses_a_database_with_other_studies():
    make_study(title="A real study of our own")
    with pytest.raises(CommandError) as refusal:
        call_command("load_sample")
    assert str(refusal.value) == (
        "This database holds 1 studies that are not samples, so nothing was loaded. "
        "Load the sample atlas into a database of its own, or add --force."
    )
    said = StringIO()
    call_command("load_sample", "--force", stdout=said)
    assert said.getvalue().startswith("Sample atlas: 0 studies created, 913 were already there")


@pytest.mark.full
def test_load_sample_with_all_finds_5042_more_papers_and_five_that_share_a_doi():
    papers = list(listed_papers(everything=True))
    outcome = ingest(papers, holdings=Holdings(), is_sample=True, with_notices=True, cautious=True)
    assert (len(outcome.created), len(outcome.duplicates), len(outcome.refused)) == (5042, 879, 5)
    assert len(outcome.possible) == 21
    assert [papers[line.number - 1].record.doi for line in outcome.refused] == SHARED_DOIS


@pytest.mark.full
def test_load_sample_with_all_publishes_5955_studies():
    said = StringIO()
    call_command("load_sample", "--all", stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[0] == (
        "Sample atlas: 5042 studies created, 913 were already there, 5 not created because a study has their identifier, "
        "21 possible duplicates among the created."
    )
    assert lines[1] == "Not created, a study has the same identifier:"
    assert [line.partition(" “")[0] for line in lines[3:13:2]] == ["  Its DOI is that of"] * 5
    assert Study.objects.published().count() == 5955
    said = StringIO()
    call_command("load_sample", "--all", stdout=said, verbosity=0)
    assert said.getvalue().startswith("Sample atlas: 0 studies created, 5955 were already there, 5 not created")
    call_command("verify_history", stdout=StringIO())


@pytest.mark.full
@pytest.mark.sqlite
def test_load_sample_continues_after_it_was_killed(tmp_path):
    source = Path(os.environ["ATLAS_DATA_DIR"]) / "test.sqlite3"
    target = tmp_path / "atlas.sqlite3"
    with closing(sqlite3.connect(source)) as empty, closing(sqlite3.connect(target)) as copy:
        empty.backup(copy)
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{target}"}
    command = [sys.executable, str(ROOT / "manage.py"), "load_sample"]
    # It steps back for this process, which has to look before all batches are there.
    slow = ["nice", "-n", "19", *command]
    first = subprocess.Popen(slow, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    wait_for_first_batch(target, first)
    os.killpg(first.pid, signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    kept = published_in(target)
    assert 0 < kept < 913
    assert kept % BATCH == 0
    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert second.stdout.startswith(f"Sample atlas: {913 - kept} studies created, {kept} were already there")
    assert published_in(target) == 913


def wait_for_first_batch(database, process):
    until = time.monotonic() + PATIENCE
    while not published_in(database):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)


def published_in(database):
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as reader:
        return reader.execute("select count(*) from studies_study where state = 'published'").fetchone()[0]


def test_load_sample_batch_publishes_what_it_creates():
    outcome = load_batch(list(listed_papers(everything=True))[:3], Holdings())
    assert Study.objects.filter(pk__in=outcome.created, state=State.PUBLISHED, version=1).count() == 3
