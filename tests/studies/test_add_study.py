"""Adding a study by the identifier of its paper, against the stand-in for the outside sources."""

import pytest
from django.urls import reverse

from studies.models import Study
from tests.signing_in import sign_in
from tests.sources.stub import serving
from tests.studies.factories import make_study, make_user, published_study
from tests.studies.filling import send
from tests.studies.pages import text_of

pytestmark = pytest.mark.django_db
ADD = "/admin/studies/study/add/"


@pytest.fixture
def stub(settings, tmp_path):
    with serving(number=30) as running:
        settings.ATLAS_CONTACT = "editor@example.org"
        settings.ATLAS_SOURCE_ADDRESSES = running.addresses
        settings.ATLAS_SOURCES_LOOPBACK = True
        settings.DATA_DIR = tmp_path
        yield running


@pytest.fixture
def editor():
    return make_user("editor")


@pytest.fixture
def desk(client, editor):
    sign_in(client, editor)
    return client


def paper(stub):
    """A record of the stand-in that has all three numbers."""
    return next(
        held.record for held in stub.shelves.papers if held.record.doi and held.record.pmid and held.record.pmcid
    )


def look_up(desk, text):
    return send(desk, ADD, holding="identifier", identifier=text)


@pytest.mark.parametrize(
    "spelling", ["https://doi.org/{doi}", "PMID: {pmid}", "{pmid}", "https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/"]
)
def test_draft_is_made_from_any_spelling_of_an_identifier(desk, stub, editor, spelling):
    wanted = paper(stub)
    answer = look_up(desk, spelling.format(doi=wanted.doi.upper(), pmid=wanted.pmid, pmcid=wanted.pmcid))
    study = Study.objects.get()
    assert answer.headers["Location"] == reverse("admin:studies_study_change", args=[study.pk])
    assert (study.state, study.drafted_by, study.doi, study.pmid) == ("draft", editor, wanted.doi, wanted.pmid)
    assert (study.title, bool(study.bibliography_source), bool(study.bibliography_checked_on)) == (
        wanted.title,
        True,
        True,
    )
    page = desk.get(answer.headers["Location"])
    assert f"The draft is made. Its bibliography comes from {study.bibliography_source}." in page.content.decode()
    assert 'name="title"' not in page.content.decode()  # it is closed


def test_paper_that_the_atlas_has_is_shown_and_nobody_is_asked(desk, stub):
    study = published_study(doi="10.1000/known")
    answer = look_up(desk, "doi:10.1000/KNOWN")
    assert (answer.status_code, answer.context["known"]) == (200, study)
    assert (stub.asked, Study.objects.count()) == ([], 1)
    assert reverse("admin:studies_study_change", args=[study.pk]) in answer.content.decode()


def test_paper_is_known_by_the_doi_of_its_preprint(desk, stub):
    study = make_study(preprint_doi="10.1101/known")
    assert look_up(desk, "10.1101/known").context["known"] == study


def test_second_press_of_the_button_makes_no_second_draft(desk, stub):
    wanted = paper(stub)
    look_up(desk, wanted.doi)
    answer = look_up(desk, wanted.doi)
    assert (answer.context["known"], Study.objects.count()) == (Study.objects.get(), 1)


def test_paper_that_is_there_under_another_number_is_shown(desk, stub):
    wanted = paper(stub)
    study = make_study(pmid=wanted.pmid, title=wanted.title)
    answer = look_up(desk, wanted.doi)
    assert (answer.context["known"], Study.objects.count()) == (study, 1)


@pytest.mark.parametrize("text", ["see the website", "10.1000", "12 patients", ""])
def test_what_is_no_identifier_is_said(desk, stub, text):
    answer = look_up(desk, text)
    assert (answer.status_code, list(answer.context["form"].errors), stub.asked) == (200, ["identifier"], [])
    assert answer.context["form"]["identifier"].value() == text


def test_paper_that_no_source_knows_can_be_typed_by_hand(desk, stub):
    answer = look_up(desk, "10.9999/nobody")
    assert answer.context["faults"] == ["No source knows a paper with this number (10.9999/nobody)."]
    by_hand = answer.context["by_hand"]
    assert by_hand == "/admin/studies/study/add/by-hand/?doi=10.9999%2Fnobody"
    assert 'value="10.9999/nobody"' in desk.get(by_hand).content.decode()
    assert Study.objects.count() == 0


def test_source_that_is_down_is_said_and_the_next_one_serves(desk, stub):
    stub.misbehave("status:500", where="/entrez/", always=True)
    wanted = paper(stub)
    answer = look_up(desk, wanted.doi)
    study = Study.objects.get()
    assert (answer.status_code, study.bibliography_source) == (302, "Crossref")
    page = desk.get(answer.headers["Location"])
    assert "PubMed" in " ".join(str(message) for message in page.context["messages"])


def test_all_sources_down_leave_nothing_behind_and_say_so(desk, stub):
    stub.misbehave("status:500", always=True)
    answer = look_up(desk, paper(stub).doi)
    assert (answer.status_code, Study.objects.count()) == (200, 0)
    assert [fault.split()[0] for fault in answer.context["faults"]] == ["PubMed", "Crossref", "Europe", "OpenAlex"]
    assert "Type the bibliography by hand" in text_of(answer)


def test_notice_about_another_paper_becomes_no_study(desk, stub):
    wanted = paper(stub)
    stub.shelves.change(wanted.doi, title=f"Retraction: {wanted.title}")
    answer = look_up(desk, wanted.doi)
    assert (Study.objects.count(), len(answer.context["faults"])) == (0, 1)
    assert "is a notice about another paper" in answer.context["faults"][0]


def test_without_a_contact_address_the_page_says_what_is_missing(desk, stub, settings):
    settings.ATLAS_CONTACT = ""
    answer = look_up(desk, paper(stub).doi)
    assert answer.context["faults"] == [
        "ATLAS_CONTACT is not set. The services want a mail address that they can write to."
    ]


@pytest.mark.parametrize("role", ["triage", "moderator"])
def test_who_may_not_draft_gets_neither_page(client, stub, role):
    sign_in(client, make_user(role))
    for address in (ADD, ADD + "by-hand/"):
        assert (client.get(address).status_code, client.post(address, {"identifier": "1234567"}).status_code) == (
            403,
            403,
        )
    assert stub.asked == []
