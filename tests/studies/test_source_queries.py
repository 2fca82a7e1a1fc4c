"""Questions to the sources: every wording a version, one of them active, each with its reason; and the searches."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studies import source_queries, syncing
from studies.errors import Problems, Stale
from studies.models import SourceQuery, SyncRun
from studies.roles import NotAllowed
from studies.vocabulary_desk import Source
from tests.signing_in import sign_in
from tests.studies.factories import make_arrival, make_user
from tests.studies.filling import form_of, send
from tests.studies.pages import text_of

pytestmark = pytest.mark.django_db
LIST = "/admin/studies/sourcequery/"
RUNS = "/admin/studies/syncrun/"
FIRST = date(2025, 1, 1)


@pytest.fixture
def lead():
    return make_user("lead", username="lea")


@pytest.fixture
def desk(client, lead):
    return sign_in(client, lead)


def write(by, **told):
    usual = {"source": Source.PUBMED, "text": "fatigue", "since": FIRST, "note": "Wider.", "activate": True}
    return source_queries.write(by=by, **usual | told)


def active():
    return {query.source: query.version for query in SourceQuery.objects.filter(is_active=True)}


def test_new_version_takes_the_place_of_the_active_one(lead):
    query = write(lead)
    assert (query.version, query.is_active, query.made_by, query.note) == (2, True, lead, "Wider.")
    assert active() == {"pubmed": 2, "crossref": 2, "europepmc": 1, "openalex": 1}


def test_version_may_wait_and_an_older_one_come_back(lead):
    write(lead)
    third = write(lead, activate=False)
    assert (third.version, active()["pubmed"]) == (3, 2)
    source_queries.activate(query=SourceQuery.objects.get(source="pubmed", version=1), by=lead)
    assert active()["pubmed"] == 1
    with pytest.raises(Stale, match=r"^This version is active already\.$"):
        source_queries.activate(query=SourceQuery.objects.get(source="pubmed", version=1), by=lead)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"note": "  "}, "Say why this wording."),
        ({"text": " "}, "Write what the source is asked for."),
        ({"text": '"fatigue'}, "A quotation mark is missing: phrases stand between two of them."),
        (
            {"source": Source.CROSSREF, "text": "fatigue"},
            "Crossref finds by single words, so put phrases between quotation marks. What holds none of them is left out.",
        ),
    ],
)
def test_wording_that_cannot_work_is_refused(lead, told, said):
    with pytest.raises(Problems) as caught:
        write(lead, **told)
    assert caught.value.messages == [said]
    assert SourceQuery.objects.count() == 5


@pytest.mark.parametrize("role", ["triage", "moderator", "editor"])
def test_only_leads_write_queries(role):
    with pytest.raises(NotAllowed):
        write(make_user(role))
    with pytest.raises(NotAllowed):
        source_queries.activate(query=SourceQuery.objects.first(), by=make_user(role))


def test_form_opens_on_the_newest_text_and_writes_the_next_version(desk, lead):
    newest = source_queries.newest("crossref")
    opened = form_of(desk.get(f"{LIST}add/?source=crossref"), holding="text")
    assert (opened["text"], opened["since"], opened["source"], opened["activate"]) == (
        [newest.text], ["2026-01-01"], ["crossref"], ["on"],
    )  # fmt: skip
    answer = send(desk, f"{LIST}add/?source=crossref", holding="text", text='"brain fog"', note="Try it.")
    query = SourceQuery.objects.get(source="crossref", version=3)
    assert answer.headers["Location"] == reverse("admin:studies_sourcequery_change", args=[query.pk])
    assert (query.text, query.note, query.made_by, active()["crossref"]) == ('"brain fog"', "Try it.", lead, 3)


def test_form_keeps_what_was_typed_when_something_is_missing(desk):
    answer = send(desk, f"{LIST}add/?source=crossref", holding="text", text="brain fog", note="Try it.")
    html = answer.content.decode()
    assert (answer.status_code, "Crossref finds by single words" in html, "brain fog</textarea>" in html) == (
        200, True, True,
    )  # fmt: skip
    answer = send(desk, f"{LIST}add/?source=nonsense", holding="text", text="fatigue", note="", since="")
    assert answer.context["form"].errors.keys() == {"note", "since"}
    assert SourceQuery.objects.count() == 5


def test_older_version_is_activated_from_its_page(desk):
    old = SourceQuery.objects.get(source="crossref", version=1)
    page = desk.get(reverse("admin:studies_sourcequery_change", args=[old.pk]))
    assert [step["label"] for step in page.context["steps"]] == ["Ask with this version"]
    send(desk, page.context["steps"][0]["address"], holding="digest")
    assert active()["crossref"] == 1


def test_editor_reads_questions_and_searches_and_changes_nothing(client):
    sign_in(client, make_user("editor"))
    query = SourceQuery.objects.get(source="pubmed")
    run = syncing.begin(source=Source.PUBMED, at=timezone.now())
    page = client.get(reverse("admin:studies_sourcequery_change", args=[query.pk]))
    assert (page.context["may_write"], page.context["steps"], list(page.context["runs"])) == (False, [], [run])
    shown = client.get(reverse("admin:studies_syncrun_change", args=[run.pk])).content.decode()
    assert ('name="_save"' in shown, "0 arrived" in text_of(page)) == (False, True)


def test_run_shows_what_it_refused_and_why(desk):
    run = syncing.begin(source=Source.PUBMED, at=timezone.now())
    SyncRun.objects.filter(pk=run.pk).update(refusals=[["4711", "A <title>", "Its DOI is taken."]], refused=1)
    html = desk.get(reverse("admin:studies_syncrun_change", args=[run.pk])).content.decode()
    assert "<li>4711: A &lt;title&gt; Its DOI is taken.</li>" in html


def queries(desk, address):
    desk.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(address).status_code == 200
    return len(captured)


def test_lists_take_as_many_queries_for_thirty_rows_as_for_one(desk, lead):
    few = {address: queries(desk, address) for address in (LIST, RUNS)}
    now = timezone.now()
    for _ in range(30):
        query = write(lead)
        SyncRun.objects.create(
            query=query, since=FIRST, until=FIRST, started_at=now, touched_at=now, ended_at=now, state="done"
        )
    assert {address: queries(desk, address) for address in (LIST, RUNS)} == few
    assert "PubMed, version 31" in text_of(desk.get(RUNS))


def test_staff_read_of_questions_to_sources_and_of_no_query(desk):
    query = SourceQuery.objects.get(source="pubmed")
    paper = make_arrival(query=query)
    run = syncing.begin(source=Source.PUBMED, at=timezone.now())
    first = text_of(desk.get("/admin/"))
    assert [
        name for name in ("New papers", "Questions to the sources", "Searches of the sources") if name not in first
    ] == []
    addresses = [LIST, f"{LIST}add/", f"{LIST}{query.pk}/change/", RUNS, f"{RUNS}{run.pk}/change/"]
    pages = {
        address: text_of(desk.get(address)) for address in [*addresses, f"/admin/studies/arrival/{paper.pk}/change/"]
    }
    assert [address for address, words in pages.items() if re.search(r"\bquer(?:y|ies)\b", words, re.IGNORECASE)] == []
