"""Tasks from sources while studies, sources and clocks go on moving."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from studies import integrity, proposals, publishing
from studies.models import Finding, IntegrityCheck, Override, Study
from studies.observing import Observation, observe
from studies.records import Record
from studies.vocabulary_desk import FindingState, Source
from tests.signing_in import sign_in
from tests.sources.stub import serving
from tests.studies.factories import make_user, published_study
from tests.studies.test_concurrency import PATIENCE, at_once
from tests.studies.test_integrity import open_findings, run, set_by_hand, study_of

NOTICE = {"retraction_status": "retracted", "retraction_on": "2026-03-01", "retraction_notice_doi": "10.1000/r"}


@pytest.fixture
def stub():
    with serving(number=3) as running:
        yield running


@pytest.fixture
def study(db, stub):
    return study_of(stub.shelves.papers[0].record)


def tell(study, *observations, source=Source.PUBMED, evidence_url=""):
    return integrity.take_down(
        study=study, source=source, observations=observations, evidence_url=evidence_url, at=timezone.now()
    )


def retracted(source_says=NOTICE):
    return Observation("retracted", "retraction_status", {"retraction_status": "none"}, source_says)


def applied(proposal, by=None):
    by = by or make_user("editor")
    return proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=by)


def proposed(finding):
    finding.refresh_from_db()
    return integrity.propose(finding=finding, version=finding.version, note="As it is.", by=make_user("editor"))


def withdrawn(study):
    withdraw = {"study": study, "note": "It is no study.", "reason": "correction", "by": make_user("lead")}
    return applied(publishing.withdraw(**withdraw))


def test_study_changed_while_the_source_was_asked_is_compared_as_it_is_now(stub, study, monkeypatch):
    stub.shelves.change(study.doi, journal="Another Journal")
    ask = integrity.hold

    def change_first(**options):
        monkeypatch.setattr(integrity, "hold", ask)
        set_by_hand(study, journal="Another Journal")
        return ask(**options)

    monkeypatch.setattr(integrity, "hold", change_first)
    run(stub)
    assert open_findings() == []


def test_study_withdrawn_while_the_source_was_asked_is_left_alone(stub, study, monkeypatch):
    stub.shelves.change(study.doi, journal="Another Journal")
    ask = integrity.hold

    def withdraw_first(**options):
        withdrawn(study)
        return ask(**options)

    monkeypatch.setattr(integrity, "hold", withdraw_first)
    report, _ = run(stub)
    assert (report.compared, report.failed, Finding.objects.count()) == (0, 0, 0)


def test_tasks_of_a_withdrawn_study_do_not_wait_for_anybody(study, client):
    tell(study, retracted())
    assert integrity.waiting().count() == 1
    withdrawn(study)
    assert integrity.waiting().count() == 0
    sign_in(client, make_user("moderator"))
    assert client.get("/admin/studies/finding/").context["cl"].result_count == 0
    assert client.get("/admin/studies/finding/?state=all").context["cl"].result_count == 1


def test_list_begins_with_the_gravest_task(study, client):
    kinds = ["differs", "not_found", "corrected", "retracted", "concern"]
    tell(study, *(Observation(kind, "", {}, {"journal": "Another Journal"}) for kind in kinds))
    sign_in(client, make_user("moderator"))
    listed = client.get("/admin/studies/finding/").context["cl"].result_list
    assert [each.kind for each in listed] == ["retracted", "concern", "corrected", "not_found", "differs"]


def test_applied_retraction_settles_what_other_sources_say_alike(study):
    tell(study, retracted())
    tell(study, retracted(NOTICE | {"retraction_on": "2026-03-09"}), source=Source.CROSSREF)
    tell(study, retracted(NOTICE | {"retraction_notice_doi": "10.1000/other"}), source=Source.RETRACTION_WATCH)
    applied(proposed(Finding.objects.get(source="pubmed")))
    states = dict(Finding.objects.values_list("source", "state"))
    assert states == {"pubmed": "settled", "crossref": "settled", "retraction_watch": "open"}


def test_dismissed_number_is_asked_about_again_once_it_is_another(study):
    def absent(number):
        return Observation("not_found", "pmid", {"pmid": number})

    tell(study, absent("1"))
    integrity.dismiss(finding=Finding.objects.get(), version=0, note="It is new.", by=make_user("editor"))
    assert (tell(study, absent("1")).new, tell(study, absent("2")).new) == (0, 1)


def test_evidence_too_long_for_a_link_is_left_out(study):
    tell(study, retracted(), evidence_url="https://doi.org/10.1000/" + "x" * 500)
    assert Finding.objects.get().evidence_url == ""
    assert proposed(Finding.objects.get()).changes["retraction_status"] == ["none", "retracted"]


def test_clock_that_went_wrong_keeps_no_study_from_being_compared(stub, study):
    run(stub)
    year = timedelta(days=365)
    IntegrityCheck.objects.update(due_at=timezone.now() + year, checked_at=timezone.now() + year)
    assert run(stub, everything=False)[0].compared == 1
    assert run(stub, everything=False)[0].compared == 0


def test_changed_study_is_compared_again_at_once(stub, study):
    run(stub)
    assert run(stub, everything=False)[0].compared == 0
    IntegrityCheck.objects.update(checked_at=timezone.now() - timedelta(minutes=1))
    set_by_hand(study, journal="The Right Journal")
    assert run(stub, everything=False)[0].compared == 1
    assert run(stub, everything=False)[0].compared == 0


def test_source_that_agreed_with_a_field_set_by_hand_and_changes_its_mind_is_news(stub, study):
    stub.shelves.change(study.doi, journal="The Right Journal")
    set_by_hand(study, journal="The Right Journal")
    assert run(stub)[0].tally == integrity.Tally()
    assert Override.objects.get().theirs == {"pubmed": {}}
    stub.shelves.change(study.doi, journal="Something New")
    assert run(stub)[0].tally == integrity.Tally(new=1)


def test_each_source_is_known_for_what_it_said_itself(study):
    set_by_hand(study, journal="The Right Journal")

    def says(journal, source):
        return tell(study, Observation("differs", "journal", {}, {"journal": journal}), source=source).new

    assert [says("A", Source.PUBMED), says("B", Source.CROSSREF), says("A", Source.PUBMED)] == [0, 0, 0]
    assert says("B", Source.PUBMED) == 1


def test_taking_back_what_a_finding_led_to_is_setting_it_by_hand(study):
    tell(study, Observation("differs", "journal", {}, {"journal": "Another Journal"}))
    revision = applied(proposed(Finding.objects.get()))
    assert Override.objects.count() == 0
    back = proposals.revert(revision=revision, by=make_user("editor"), note="The source has it wrong.")
    again = applied(back)
    assert Override.objects.values_list("field", "reason").get() == ("journal", "The source has it wrong.")
    applied(proposals.revert(revision=again, by=make_user("editor"), note="It was right."))
    assert Override.objects.count() == 0


def test_preprint_under_the_number_of_an_article_never_empties_a_field():
    ours = Record(title="Small fibres", journal="The Journal", doi="10.1000/1", pmid="1")
    theirs = Record(title="Small fibres", journal="medRxiv", doi="10.1101/2020.01.01.20000001", pmid="1")
    assert [(each.field, dict(each.theirs)) for each in observe(ours, theirs)] == [
        ("preprint_doi", {"preprint_doi": "10.1101/2020.01.01.20000001"})
    ]


@pytest.mark.usefixtures("committing")
def test_comparison_and_change_at_once_wait_for_each_other_and_both_end():
    study, people = published_study(), [make_user("editor") for _ in range(2)]
    set_by_hand(study, journal="The Right Journal")
    tell(study, Observation("differs", "volume", {}, {"volume": "7"}))
    change = {"reason": "correction", "note": "Read again.", "by": people[0]}
    proposal = proposals.propose(study=study, values={"journal": "A Better One", "volume": "7"}, **change)

    def compare():
        with transaction.atomic():
            held = integrity.hold(study_id=study.pk, source=Source.PUBMED)
            tell(held, Observation("differs", "journal", {}, {"journal": "Another"}))
            return Study.objects.filter(pk=study.pk).update(bibliography_checked_on=timezone.localdate())

    results = at_once([compare, lambda: applied(proposal, people[1]), compare])
    assert [type(result).__name__ for result in results] == ["int", "Revision", "int"]
    assert Study.objects.get(pk=study.pk).journal == "A Better One"
    assert not Finding.objects.filter(field="volume", state=FindingState.OPEN).exists()


@pytest.mark.postgres
@pytest.mark.parametrize("second", ["comparison", "change"])
@pytest.mark.usefixtures("committing")
def test_who_comes_second_waits_before_any_finding_is_locked(second):
    """A finding that is written meanwhile is locked by neither, so each could wait for what the other has."""
    study, people = published_study(), [make_user("editor") for _ in range(2)]
    change = {"reason": "correction", "note": "Read again.", "by": people[0]}
    proposal = proposals.propose(study=study, values={"journal": "A Better One"}, **change)

    def compare():
        with transaction.atomic():
            return integrity.hold(study_id=study.pk, source=Source.PUBMED).pk

    acts = {"comparison": compare, "change": lambda: applied(proposal, people[1])}
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            integrity.hold(study_id=study.pk, source=Source.PUBMED)
            result = pool.submit(in_own_connection(acts[second]))
            assert awaited(lambda: waits_of_others() or result.done()) == ["advisory"]
        assert type(result.result(timeout=PATIENCE)).__name__ == {"comparison": "int", "change": "Revision"}[second]


def in_own_connection(act):
    def run():
        try:
            return act()
        finally:
            connection.close()

    return run


def awaited(look):
    end = time.monotonic() + PATIENCE
    while not (seen := look()) and time.monotonic() < end:
        time.sleep(0.01)
    return seen


def waits_of_others():
    """What is waited for, now: unlike `pg_stat_activity` this is never a copy that the transaction keeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT locktype FROM pg_locks WHERE NOT granted")
        return [kind for (kind,) in cursor.fetchall()]
