"""What sources say against published studies: from a comparison to a task, a decision and a changed page."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from studies import checking, integrity, proposals
from studies.errors import Problems, Stale
from studies.models import Finding, IntegrityCheck, Override, PublicState, Study
from studies.observing import Observation, observe
from studies.records import Collective, Person, Record
from studies.roles import NotAllowed
from studies.vocabulary_desk import FindingState, Source
from tests.signing_in import sign_in
from tests.sources.asking import client_for
from tests.sources.stub import serving
from tests.studies.factories import make_user, published_study
from tests.studies.filling import send

OURS = Record(
    title="Small fibres in ME/CFS",
    authors=(Person("Adams", "Barbara"), Collective("The Group")),
    journal="The Journal",
    year=2024,
    month=5,
    day=6,
    doi="10.1000/1",
    pmid="1",
)


def said(**changed):
    return Record(**({name: getattr(OURS, name) for name in Record.__dataclass_fields__} | changed))


@pytest.mark.parametrize(
    ("changed", "kind", "field", "theirs"),
    [
        ({"journal": "Another Journal"}, "differs", "journal", {"journal": "Another Journal"}),
        ({"volume": "7"}, "differs", "volume", {"volume": "7"}),
        ({"pmcid": "PMC7"}, "differs", "pmcid", {"pmcid": "PMC7"}),
        (
            {"year": 2025, "month": None},
            "differs",
            "year",
            {"published_on": "2025-01-01", "published_precision": "year"},
        ),
        (
            {"authors": (Person("Baker", "Carl"),)},
            "differs",
            "authors",
            {"authors": [{"family": "Baker", "given": "Carl"}], "authors_complete": "yes"},
        ),
        (
            {"title": "Iron in cows", "authors": (Person("Young", "A"),)},
            "other_title",
            "title",
            {"title": "Iron in cows"},
        ),
        (
            {"retraction_status": "retracted", "retraction_on": date(2026, 3, 1), "retraction_notice_doi": "10.1000/r"},
            "retracted",
            "retraction_status",
            {"retraction_status": "retracted", "retraction_on": "2026-03-01", "retraction_notice_doi": "10.1000/r"},
        ),
        (
            {"retraction_status": "expression_of_concern"},
            "concern",
            "retraction_status",
            {"retraction_status": "expression_of_concern", "retraction_on": None, "retraction_notice_doi": None},
        ),
        (
            {"retraction_status": "corrected"},
            "corrected",
            "retraction_status",
            {"retraction_status": "corrected", "retraction_on": None, "retraction_notice_doi": None},
        ),
    ],
)
def test_observe_names_what_is_said_otherwise(changed, kind, field, theirs):
    assert [(each.kind, each.field, each.theirs) for each in observe(OURS, said(**changed))] == [(kind, field, theirs)]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"journal": ""},
        {"title": "Small fibres in <i>ME/CFS</i>."},
        {"authors": (Person("Adams", "B"), Collective("the group"))},
        {"authors": (Person("Adams", "B"),), "authors_complete": False},
    ],
)
def test_observe_is_quiet_about_spelling_and_silence(changed):
    assert observe(OURS, said(**changed)) == []


def test_lighter_notice_says_nothing_against_a_graver_one():
    retracted = said(retraction_status="retracted", retraction_notice_doi="10.1000/r")
    assert observe(retracted, said(retraction_status="corrected")) == []
    assert observe(retracted, OURS) == []


@pytest.fixture
def stub():
    with serving(number=3) as running:
        yield running


@pytest.fixture
def study(db, stub):
    """A published study of the first paper that the stand-in holds, word for word."""
    return study_of(stub.shelves.papers[0].record)


def study_of(record):
    authors = [
        {"collective": author.name}
        if isinstance(author, Collective)
        else {"family": author.family, "given": author.given, "orcid": author.orcid}
        for author in record.authors
    ]
    return published_study(
        title=record.title,
        journal=record.journal,
        volume=record.volume,
        issue=record.issue,
        pages=record.pages,
        doi=record.doi,
        pmid=record.pmid,
        pmcid=record.pmcid or None,
        authors=authors,
        published_on=date(record.year, record.month or 1, record.day or 1),
        published_precision="day" if record.day else "month" if record.month else "year",
    )


def run(stub, source=Source.PUBMED, **options):
    told = []
    report = checking.check(
        client=client_for(stub), source=source, **({"limit": None, "everything": True} | options), tell=told.append
    )
    return report, told


def open_findings():
    return [(each.kind, each.field) for each in Finding.objects.filter(state=FindingState.OPEN).order_by("field")]


def test_paper_as_the_source_has_it_gives_no_finding(slowly, stub, study):
    for source in (Source.PUBMED, Source.CROSSREF):
        report, told = run(stub, source)
        assert (report.compared, report.failed, report.fault, told) == (1, 0, "", [])
    assert open_findings() == []
    study.refresh_from_db()
    assert study.bibliography_checked_on == timezone.localdate()


def test_day_of_a_comparison_is_a_public_write_once_a_day(slowly, stub, study):
    before = PublicState.objects.get().counter
    moved = [(run(stub, source)[0].compared, PublicState.objects.get().counter - before) for source in checking.USUAL]
    assert moved == [(1, 1), (1, 1)]


def test_journal_that_differs_is_a_task_until_the_source_agrees(stub, study):
    stub.shelves.change(study.doi, journal="Another Journal")
    assert run(stub)[0].tally == integrity.Tally(new=1)
    assert run(stub)[0].tally == integrity.Tally(seen_again=1)
    assert open_findings() == [("differs", "journal")]
    stub.shelves.change(study.doi, journal=study.journal)
    assert run(stub)[0].tally == integrity.Tally(settled=1)
    assert open_findings() == []


def test_paper_that_the_source_lost_is_a_task(stub, study):
    stub.shelves.forget(study.doi)
    run(stub)
    assert open_findings() == [("not_found", "pmid")]


def test_compared_study_is_due_again_after_thirty_days(stub, study):
    run(stub, everything=False)
    assert run(stub, everything=False)[0].compared == 0
    IntegrityCheck.objects.update(due_at=timezone.now())
    assert run(stub, everything=False)[0].compared == 1


def test_fault_of_the_source_leaves_the_study_for_tomorrow_and_no_finding(stub, study):
    stub.misbehave("status:500", always=True)
    report, told = run(stub)
    assert (report.compared, report.failed) == (0, 1)
    assert told[0].startswith(f"{study.slug}: PubMed ")
    check = IntegrityCheck.objects.get()
    assert (check.faults, check.checked_at) == (1, None)
    assert Finding.objects.count() == 0
    stub.behave()
    assert run(stub)[0].compared == 1


def test_source_that_is_down_is_not_asked_on(stub, db, monkeypatch):
    for held in stub.shelves.papers:
        study_of(held.record)
    monkeypatch.setattr(checking, "GIVE_UP_AFTER", 2)
    stub.misbehave("status:500", always=True)
    report, _ = run(stub)
    assert (report.failed, report.fault) == (2, "PubMed gave no usable answer 2 times in a row.")


@pytest.mark.parametrize("source", [Source.PUBMED, Source.CROSSREF])
def test_retraction_becomes_a_task_a_decision_a_banner_and_a_marked_citation(stub, study, client, source):
    stub.shelves.notice(study.doi, kind="retracted_by", doi="10.1000/retraction", on=date(2026, 3, 1))
    run(stub, source)
    (finding,) = Finding.objects.filter(kind="retracted")
    first, second = make_user("moderator"), make_user("editor")
    proposal = integrity.propose(finding=finding, version=finding.version, note="The journal retracted it.", by=first)
    assert (proposal.high_impact, proposal.reason) == (True, "retraction")
    assert "Do not rely on its findings" not in client.get(study.get_absolute_url()).content.decode()
    with pytest.raises(NotAllowed):
        proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=first)
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=second)
    finding.refresh_from_db()
    assert finding.state == FindingState.SETTLED
    assert "Do not rely on its findings" in client.get(study.get_absolute_url()).content.decode()
    assert "RETRACTED" in client.get(f"/evidence/{study.slug}.ris").content.decode()
    assert run(stub, source)[0].tally.new == 0


def test_refused_proposal_opens_the_task_again(stub, study):
    stub.shelves.change(study.doi, journal="Another Journal")
    run(stub)
    finding = Finding.objects.get()
    proposal = integrity.propose(finding=finding, version=0, note="As PubMed has it.", by=make_user("editor"))
    assert run(stub)[0].tally == integrity.Tally(seen_again=1)
    proposals.refuse(proposal=proposal, edition=proposal.edition, by=make_user("editor"), note="No.")
    assert open_findings() == [("differs", "journal")]


def test_dismissed_values_do_not_come_up_again_but_others_do(stub, study):
    stub.shelves.change(study.doi, journal="Another Journal")
    run(stub)
    integrity.dismiss(finding=Finding.objects.get(), version=0, note="A typing error there.", by=make_user("editor"))
    assert run(stub)[0].tally == integrity.Tally()
    stub.shelves.change(study.doi, journal="A Third Journal")
    assert run(stub)[0].tally == integrity.Tally(new=1)


def test_two_people_cannot_decide_one_task(stub, study):
    stub.shelves.change(study.doi, journal="Another Journal")
    run(stub)
    finding, person = Finding.objects.get(), make_user("editor")
    integrity.dismiss(finding=finding, version=0, note="x", by=person)
    with pytest.raises(Stale):
        integrity.propose(finding=finding, version=0, note="x", by=person)
    with pytest.raises(Problems, match="Say why"):
        integrity.dismiss(finding=finding, version=1, note=" ", by=person)


def test_what_only_needs_looking_into_is_not_proposed(stub, study):
    stub.shelves.change(study.doi, title="Iron in the blood of cows", authors=(Person("Young", "Ann"),))
    run(stub)
    (finding,) = Finding.objects.all()
    assert finding.kind == "other_title"
    with pytest.raises(Problems, match="cannot be proposed"):
        integrity.propose(finding=finding, version=0, note="x", by=make_user("editor"))


def set_by_hand(study, **values):
    proposal = proposals.propose(
        study=study, values=values, reason="correction", note="PubMed has a typing error.", by=make_user("editor")
    )
    return proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("editor"))


def test_field_set_by_hand_says_so_in_public_and_is_not_asked_about_again(stub, study, client):
    set_by_hand(study, journal="The Right Journal")
    assert Override.objects.values_list("field", "revision_number").get() == ("journal", 2)
    page = client.get(study.get_absolute_url()).content.decode()
    assert "Journal: set by hand in version 2, against the source. PubMed has a typing error." in page
    assert run(stub)[0].tally == integrity.Tally()
    stub.shelves.change(study.doi, journal="Something New")
    assert run(stub)[0].tally == integrity.Tally(new=1)


def test_following_the_source_again_ends_the_override(stub, study):
    set_by_hand(study, journal="The Right Journal")
    run(stub)
    stub.shelves.change(study.doi, journal="Something New")
    run(stub)
    proposal = integrity.propose(
        finding=Finding.objects.get(), version=0, note="It was renamed.", by=make_user("editor")
    )
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("editor"))
    assert Override.objects.count() == 0
    assert Study.objects.get(pk=study.pk).journal == "Something New"


def test_taking_the_change_back_ends_the_override(study):
    revision = set_by_hand(study, journal="The Right Journal")
    proposal = proposals.revert(revision=revision, by=make_user("editor"), note="It was right.")
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("editor"))
    assert Override.objects.count() == 0


HEAD = (
    "Record ID,Title,Subject,Institution,Journal,Publisher,Country,Author,URLS,ArticleType,RetractionDate,RetractionDOI,"
    "RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason,Paywalled,Notes\n"
)


def table(path, study, *rows):
    lines = [
        f"{number},T,S,I,J,P,C,A,U,Research,{day} 0:00,{doi},0,1/1/2020 0:00,{study.doi},0,{nature},+R;,No,\n"
        for number, (day, doi, nature) in enumerate(rows, start=1)
    ]
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    return path


def test_table_of_retraction_watch_makes_tasks_and_takes_them_back(study, tmp_path):
    path = tmp_path / "rw.csv"
    retraction = ("3/1/2026", "10.1000/r", "Retraction")
    report = checking.check_notices(table=table(path, study, retraction), at=timezone.now())
    assert (report.compared, report.tally) == (1, integrity.Tally(new=1))
    assert open_findings() == [("retracted", "retraction_status")]
    back = ("4/1/2026", "10.1000/b", "Reinstatement")
    checking.check_notices(table=table(path, study, retraction, back), at=timezone.now())
    assert open_findings() == []


def test_reinstatement_of_a_paper_shown_as_retracted_is_a_task(db, tmp_path):
    study = published_study(doi="10.1000/1", retraction_status="retracted", retraction_notice_doi="10.1000/r")
    rows = [("3/1/2026", "10.1000/r", "Retraction"), ("4/1/2026", "10.1000/b", "Reinstatement")]
    checking.check_notices(table=table(tmp_path / "rw.csv", study, *rows), at=timezone.now())
    assert open_findings() == [("reinstated", "retraction_status")]


def test_observation_of_another_process_is_not_written_twice(study):
    observation = Observation("differs", "journal", {"journal": "A"}, {"journal": "B"})
    told = {
        "study": study,
        "source": Source.PUBMED,
        "observations": [observation],
        "evidence_url": "",
        "at": timezone.now(),
    }
    assert integrity.take_down(**told).new == 1
    assert integrity.take_down(**told) == integrity.Tally(seen_again=1)
    assert Finding.objects.count() == 1


def test_command_reports_each_source_and_exits_1_when_one_is_down(stub, study, settings, capsys, tmp_path):
    settings.ATLAS_SOURCE_ADDRESSES, settings.ATLAS_SOURCES_LOOPBACK = stub.addresses, True
    settings.ATLAS_CONTACT, settings.DATA_DIR = "editor@example.org", tmp_path
    stub.shelves.change(study.doi, journal="Another Journal")
    call_command("check_integrity", "pubmed", "crossref", "retraction_watch")
    assert capsys.readouterr().out.splitlines() == [
        "PubMed: 1 compared, 1 new findings, 0 seen again, 0 settled, 0 not answered.",
        "Crossref: 1 compared, 1 new findings, 0 seen again, 0 settled, 0 not answered.",
        "Retraction Watch: 1 compared, 0 new findings, 0 seen again, 0 settled, 0 not answered.",
    ]
    stub.misbehave("status:404", always=True, where="retraction_watch")
    with pytest.raises(SystemExit) as stopped:
        call_command("check_integrity", "retraction_watch")
    assert stopped.value.code == 1
    for wrong in (["nowhere"], ["pubmed", "--limit", "0"]):
        with pytest.raises(CommandError):
            call_command("check_integrity", *wrong)


@pytest.mark.parametrize("count", [1, 30])
def test_list_of_tasks_takes_the_same_queries_for_any_number(client, django_assert_max_num_queries, count, db):
    for number in range(count):
        Finding.objects.create(
            study=published_study(), source="pubmed", kind="differs", field="journal", ours={"journal": "A"},
            theirs={"journal": str(number)}, found_at=timezone.now(), seen_at=timezone.now(),
        )  # fmt: skip
    sign_in(client, make_user("moderator"))
    with django_assert_max_num_queries(9):
        assert client.get("/admin/studies/finding/").status_code == 200


def test_moderator_proposes_and_dismisses_on_the_page_of_the_task(client, stub, study):
    stub.shelves.change(study.doi, journal="Another Journal", volume="99")
    run(stub)
    sign_in(client, make_user("moderator"))
    journal, volume = (Finding.objects.get(field=name) for name in ("journal", "volume"))
    page = client.get(f"/admin/studies/finding/{journal.pk}/change/").content.decode()
    assert "Another" in page
    assert (
        send(client, f"/admin/studies/finding/{journal.pk}/propose/", holding="note", note="As it is.").status_code
        == 302
    )
    assert (
        send(client, f"/admin/studies/finding/{volume.pk}/dismiss/", holding="note", note="Ours is right.").status_code
        == 302
    )
    journal.refresh_from_db()
    volume.refresh_from_db()
    assert (journal.state, journal.proposal.changes["journal"][1], volume.state, volume.note) == (
        "proposed", "Another Journal", "dismissed", "Ours is right.",
    )  # fmt: skip
    stale = client.post(f"/admin/studies/finding/{journal.pk}/dismiss/", {"digest": "0", "note": "Mine too."})
    assert (stale.status_code, "Mine too." in stale.content.decode()) == (409, True)
