"""Files that editors send through the admin: tried, then written or left."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studies import incoming, uploads
from studies.formats.readers.detection import open_file
from studies.formats.readers.refusals import Refusal
from studies.models import Study, Upload
from studies.roles import NotAllowed
from studies.vocabulary_desk import UploadState
from tests.signing_in import sign_in
from tests.studies.factories import make_study, make_user

pytestmark = pytest.mark.django_db
ADD = "/admin/studies/upload/add/"
RIS = (
    "TY  - JOUR\r\nTI  - Small fibres in ME/CFS\r\nAU  - Adams, Barbara\r\nPY  - 2024\r\nDO  - 10.1000/new\r\nER  - \r\n"
    "TY  - JOUR\r\nTI  - Known already\r\nAU  - Baker, Carl\r\nPY  - 2020\r\nDO  - 10.1000/old\r\nER  - \r\n"
    "TY  - JOUR\r\nAU  - Nobody, No\r\nPY  - 2020\r\nER  - \r\n"
)


@pytest.fixture
def desk(client):
    sign_in(client, make_user("editor"))
    return client


def sent(desk, content=RIS, name="mine.ris"):
    data = content if isinstance(content, bytes) else content.encode()
    return desk.post(ADD, {"file": SimpleUploadedFile(name, data)})


def decide(desk, upload, what):
    address = f"/admin/studies/upload/{upload.pk}/{what}/"
    return desk.post(address, {"version": upload.version})


def test_sent_file_is_only_tried(desk):
    make_study(title="Known already", doi="10.1000/old", authors=["Baker, Carl"])
    before = Study.objects.count()
    answer = sent(desk)
    upload = Upload.objects.get()
    assert answer.headers["Location"] == f"/admin/studies/upload/{upload.pk}/change/"
    assert (Study.objects.count(), upload.state, upload.size, bytes(upload.content)) == (
        before, UploadState.TRIED, len(RIS), RIS.encode(),
    )  # fmt: skip
    counts = [upload.report[name] for name in ("read", "created", "updated", "duplicates")] + [
        len(upload.report["refused"])
    ]
    assert counts == [3, 1, 0, 1, 1]
    page = desk.get(answer.headers["Location"]).content.decode()
    assert "Would become drafts" in page
    assert "Write it" in page


def test_confirmed_file_becomes_drafts_and_its_bytes_go(desk):
    sent(desk)
    upload = Upload.objects.get()
    assert decide(desk, upload, "confirm").status_code == 302
    study = Study.objects.get(doi="10.1000/new")
    upload.refresh_from_db()
    assert (study.state, study.version, upload.state, upload.content) == ("draft", 0, UploadState.CONFIRMED, None)
    assert "Became drafts" in desk.get(f"/admin/studies/upload/{upload.pk}/change/").content.decode()


def test_left_file_writes_nothing(desk):
    sent(desk)
    assert decide(desk, Upload.objects.get(), "discard").status_code == 302
    upload = Upload.objects.get()
    assert (Study.objects.count(), upload.state, upload.content) == (0, UploadState.DISCARDED, None)


def test_file_that_nobody_decided_on_goes_after_thirty_days(desk):
    sent(desk)
    upload = Upload.objects.get()
    ends = upload.sent_at + uploads.UNDECIDED_FOR
    assert uploads.discard_forgotten(at=ends - timedelta(seconds=1)) == 0
    Upload.objects.update(decided_at=ends - timedelta(minutes=1))
    assert uploads.discard_forgotten(at=ends) == 0  # somebody writes it just now
    Upload.objects.update(decided_at=None)
    assert uploads.discard_forgotten(at=ends) == 1
    upload.refresh_from_db()
    assert (upload.state, upload.content, upload.report["read"]) == (UploadState.DISCARDED, None, 3)
    assert decide(desk, upload, "confirm").status_code in {302, 409}
    assert Study.objects.count() == 0


def test_one_person_has_ten_waiting_files_at_most(desk):
    for _ in range(uploads.MOST_UNDECIDED):
        assert sent(desk).status_code == 302
    page = sent(desk)
    said = "You have 10 files that wait for a decision. Write or leave one of them first."
    assert (page.content.decode().count(said) > 0, Upload.objects.count()) == (True, 10)
    decide(desk, Upload.objects.first(), "discard")
    assert sent(desk).status_code == 302


@pytest.mark.parametrize("second", ["confirm", "discard"])
def test_double_click_decides_once(desk, second):
    sent(desk)
    upload = Upload.objects.get()
    decide(desk, upload, "confirm")
    count = Study.objects.count()
    answer = decide(desk, upload, second)
    assert (answer.status_code, Study.objects.count()) == (409, count)
    assert "Somebody decided about this file already." in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The submitted file is empty."),
        (b"%PDF-1.7 ...", "This is a PDF."),
        (b"PK\x03\x04....", "This is a ZIP file"),
        (b"Nothing of that kind.", "The format is not known."),
        (b"<!DOCTYPE html><html></html>", "This is a web page"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_the_reason(desk, content, reason):
    answer = sent(desk, content)
    assert answer.status_code == 200
    assert reason in answer.content.decode()
    assert Upload.objects.count() == 0


def test_file_that_is_too_large_is_refused(desk, settings):
    settings.ATLAS_UPLOAD_MEGABYTES = 1
    answer = sent(desk, RIS * 6000)
    assert "The file is larger than 1 MB." in answer.content.decode()
    assert Upload.objects.count() == 0


def test_fault_while_writing_leaves_the_file_to_be_written_again(desk, monkeypatch):
    sent(desk)
    upload = Upload.objects.get()
    original = uploads.import_files

    def breaks(*args, **options):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(uploads, "import_files", breaks)
    with pytest.raises(RuntimeError):
        decide(desk, upload, "confirm")
    upload.refresh_from_db()
    assert (upload.state, bytes(upload.content)) == (UploadState.TRIED, RIS.encode())
    monkeypatch.setattr(uploads, "import_files", original)
    assert decide(desk, upload, "confirm").status_code == 302
    assert Study.objects.filter(doi="10.1000/new").count() == 1


def test_process_that_is_killed_while_writing_loses_nothing(desk, monkeypatch):
    sent(desk)
    began = timezone.now()
    Upload.objects.update(version=1, decided_at=began)  # what `confirm` had written when it was killed
    upload = Upload.objects.get()
    page = desk.get(f"/admin/studies/upload/{upload.pk}/change/").content.decode()
    assert ("Somebody began to write it" in page, "Leave it" in page) == (True, False)
    assert (decide(desk, upload, "confirm").status_code, decide(desk, upload, "discard").status_code) == (409, 409)
    Upload.objects.update(decided_at=began - uploads.WRITING_TAKES)
    assert decide(desk, upload, "confirm").status_code == 302
    upload.refresh_from_db()
    assert (upload.state, upload.content, Study.objects.count()) == (UploadState.CONFIRMED, None, 2)


def test_report_of_a_file_full_of_faults_stays_small(desk):
    number = uploads.MOST_ROWS + 7
    sent(desk, "".join(f"TY  - JOUR\r\nN1  - {each}\r\nER  - \r\n" for each in range(number)))
    upload = Upload.objects.get()
    assert (upload.report["counts"]["refused"], len(upload.report["refused"])) == (number, uploads.MOST_ROWS)
    page = desk.get(f"/admin/studies/upload/{upload.pk}/change/").content.decode()
    assert (page.count('<th scope="row">'), "7 more are not shown." in page) == (uploads.MOST_ROWS, True)


def test_long_texts_of_a_report_are_cut():
    title = "x" * 5000
    report = imported(drafted(bibliography={"title": title}, topics=["y" * 5000])).report
    assert report["refused"][0]["title"] == "x" * uploads.LONGEST_TEXT + " …"
    assert len(report["refused"][0]["reason"]) == uploads.LONGEST_TEXT + 2


def test_list_of_uploads_reads_neither_files_nor_reports(desk, django_assert_max_num_queries):
    sent(desk)
    with CaptureQueriesContext(connection) as queries:
        assert desk.get("/admin/studies/upload/").context["cl"].result_list[0].get_deferred_fields() == {
            "content", "report",
        }  # fmt: skip
    assert not [each for each in queries if '"content",' in each["sql"]]


def test_person_with_the_right_and_without_a_role_may_not_import(client):
    person = make_user("editor")
    person.user_permissions.set(person.groups.get().permissions.all())
    person.groups.clear()
    sign_in(client, person)
    assert (sent(client).status_code, Upload.objects.count()) == (403, 0)


def test_moderator_may_not_import(client):
    sign_in(client, make_user("moderator"))
    assert client.get(ADD).status_code == 403
    with pytest.raises(NotAllowed):
        uploads.try_out(name="x", file=SimpleUploadedFile("x", b"x"), most=10, by=make_user("triage"))


@pytest.mark.parametrize("count", [1, 30])
def test_list_takes_the_same_queries_for_any_number(desk, django_assert_max_num_queries, count):
    for _ in range(count):
        sent(desk)
    with django_assert_max_num_queries(9):
        assert desk.get("/admin/studies/upload/").status_code == 200


def drafted(**changed):
    texts = {
        "question": "Do people with ME/CFS have fewer small fibres?",
        "key_point": "In this small study they did, but nobody has repeated it.",
        "main_limitation": "The study does not show what causes it.",
        "summary": "The team looked at skin from 40 patients.",
        "significance": "It may help to understand pain.",
        "limitations": "One clinic, few people.",
    }
    paper = {
        "title": "Small fibres in ME/CFS",
        "authors": [{"family": "Adams", "given": "Barbara"}],
        "doi": "10.1000/new",
    }
    return {
        "bibliography": paper | {"published_on": "2024-05-06"},
        "design": "case_control",
        "basis": "full_text",
        "case_definitions": [{"definition": "fukuda-1994", "role": "inclusion"}],
        "texts": texts,
        "drafter": {"kind": "machine", "model": "Model A", "version": "1"},
    } | changed


def imported(*items):
    upload = uploads.try_out(
        name="drafts.json",
        file=SimpleUploadedFile("drafts.json", json.dumps(list(items)).encode()),
        most=1_000_000,
        by=make_user("editor"),
    )
    return uploads.confirm(upload=upload, version=0, most=1_000_000, by=make_user("editor"))


def test_machine_draft_enters_as_a_draft_that_says_so():
    upload = imported(drafted())
    study = Study.objects.get()
    told = {(row.drafter, row.model, row.model_version) for row in study.text_provenance.all()}
    assert (upload.format, study.state, study.version, study.drafted_by) == ("drafts", "draft", 0, None)
    assert (told, study.pem) == ({("machine", "Model A", "1")}, "not_required")


def test_drafted_texts_come_onto_a_draft_without_texts_and_onto_no_other():
    study = make_study(title="Small fibres in ME/CFS", doi="10.1000/new", authors=["Adams, Barbara"])
    assert imported(drafted()).report["updated"] == 1
    study.refresh_from_db()
    assert study.question == "Do people with ME/CFS have fewer small fibres?"
    other = drafted(texts=drafted()["texts"] | {"question": "Another question?"})
    report = imported(other).report
    assert (report["updated"], report["records"][0]["reason"]) == (
        0, "The draft has texts or a coding already, and they stay as they are.",
    )  # fmt: skip
    study.refresh_from_db()
    assert study.question == "Do people with ME/CFS have fewer small fibres?"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"design": "guess"}, "design: Value 'guess' is not a valid choice."),
        ({"topics": ["no-such"]}, "unknown topic: 'no-such'"),
        ({"case_definitions": [{"definition": "no-such", "role": "inclusion"}]}, "unknown case definition: 'no-such'"),
        (
            {"case_definitions": [{"definition": "fukuda-1994", "role": "chief"}]},
            "role: Value 'chief' is not a valid choice.",
        ),
        ({"drafter": {"kind": "machine"}}, "A machine drafted it, but `drafter` names no model."),
        ({"design": ""}, "It has no design."),
        ({"texts": {"headline": "x"}}, "Unknown texts: headline."),
        ({"bibliography": {"title": ""}}, "a record has no title"),
        ({"case_definitions": "Fukuda"}, "case_definitions is missing or no object."),
        ({"patients": "many"}, "patients:"),
    ],
)
def test_drafted_text_that_cannot_be_stored_is_refused_with_the_reason_and_the_rest_goes_on(changed, reason):
    fine = drafted(bibliography=drafted()["bibliography"] | {"doi": "10.1000/fine", "title": "Sleep in ME/CFS"})
    report = imported(drafted(**changed), fine).report
    assert (report["created"], len(report["refused"])) == (1, 1)
    assert report["refused"][0]["reason"].startswith(reason)


@pytest.mark.parametrize(
    "changed",
    [
        {"case_definitions": [{"definition": "fukuda-1994", "role": "inclusion"}] * 2},
        {"topics": ["immune-system"] * 2},
        {"texts": drafted()["texts"] | {"summary": "a\ud800b"}},
        {"bibliography": drafted()["bibliography"] | {"title": "a\ud800b"}},
        {"bibliography": drafted()["bibliography"] | {"authors": [{"family": "a\ud800b", "given": ""}]}},
        {"bibliography": drafted()["bibliography"] | {"authors": [{"collective": "a\0b"}]}},
        {"texts": drafted()["texts"] | {"summary": "a\0b"}},
        {"texts": drafted()["texts"] | {"findings": ["a\0b"]}},
        {"texts": drafted()["texts"] | {"findings": "one text"}},
        {"case_definitions": [{"definition": "fukuda-1994", "role": "inclusion", "quote": "a\0b"}]},
        {"case_definitions": [{"definition": "fukuda-1994", "role": "inclusion", "cohort": "x" * 200}]},
        {"links": [{"type": "no-such", "doi": "10.1000/fine"}]},
        {"links": [{"type": "replicates", "doi": "10.1000/new"}]},
        {"links": [{"type": "replicates", "doi": "10.1000/fine"}] * 2},
        {"patients": 10**30},
        {"patients": -1},
        {"patients": True},
        {"patients": 1.5},
        {"method_flags": [{"a": 1}]},
        {"method_flags": ["no-such"]},
        {"pem_measured_by": [7]},
        {"pem_statement": {"claim": "no-such", "quote": "x"}},
        {"pem_statement": {"claim": "reported"}},
        {"evidence_level": "great"},
        {"basis": "guess"},
        {"population_label": "x" * 5000},
        {"bibliography": drafted()["bibliography"] | {"license_url": "x" * 5000}},
        {"bibliography": drafted()["bibliography"] | {"abstract": [{"label": "x" * 5000, "text": "a\0b"}]}},
        {"drafter": {"model": "a\0b"}},
        {"drafter": {"model": ["a"]}},
        {"bibliography": drafted()["bibliography"] | {"published_on": "1980-01-01"}},
    ],
)
def test_drafted_text_of_any_kind_never_stops_the_rest_of_the_file(changed):
    fine = drafted(bibliography=drafted()["bibliography"] | {"doi": "10.1000/fine", "title": "Sleep in ME/CFS"})
    report = imported(drafted(**changed), fine).report
    assert (report["read"], Study.objects.filter(doi="10.1000/fine").exists()) == (2, True)


@pytest.mark.parametrize("year", [1980, None])
def test_coding_that_cannot_be_of_the_study_leaves_the_draft_as_it_is(year):
    study = make_study(
        title="Small fibres in ME/CFS", doi="10.1000/new", authors=["Adams, Barbara"],
        published_on=date(1980, 1, 1), published_precision="year",
    )  # fmt: skip
    paper = {name: value for name, value in drafted()["bibliography"].items() if name != "published_on"}
    report = imported(drafted(bibliography=paper)).report
    study.refresh_from_db()
    assert (study.question, report["records"][0]["reason"][:40]) == ("", "Its texts and coding were not taken in: ")


def test_links_that_are_not_taken_in_are_told():
    make_study(title="Small fibres in ME/CFS", doi="10.1000/new", authors=["Adams, Barbara"])
    links = [{"type": "replicates", "doi": "10.1000/fine"}]
    report = imported(drafted(links=links)).report
    assert (report["updated"], report["records"][0]["reason"]) == (1, "Its links to other papers were not taken in.")


def test_admin_page_shows_the_form_with_its_help(desk):
    page = desk.get(ADD).content.decode()
    assert 'type="file"' in page
    assert "drafted texts (JSON)" in page


def test_sample_studies_have_the_shape_of_drafted_texts():
    path = Path(incoming.__file__).parent / "sample" / "sample_studies.json"
    key, items = open_file(path)
    found = list(items)
    assert (key, len(found)) == ("drafts", 34)
    assert [item for item in found if isinstance(item, Refusal)] == []
