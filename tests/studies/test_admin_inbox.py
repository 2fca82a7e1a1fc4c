"""The inbox in the admin: the list, the page of one paper, its buttons, and many at once."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studies import arrivals
from studies.models import Abstract, Arrival, PossibleDuplicate, Study
from tests.signing_in import sign_in
from tests.studies.factories import make_arrival, make_study, make_user, published_study
from tests.studies.filling import form_of, form_to
from tests.studies.pages import text_of

pytestmark = pytest.mark.django_db
INBOX = "/admin/studies/arrival/"


@pytest.fixture
def editor():
    return make_user("editor", username="ann")


@pytest.fixture
def desk(client, editor):
    return sign_in(client, editor)


def page_of(arrival, kept=""):
    return reverse("admin:studies_arrival_change", args=[arrival.pk]) + (f"?_changelist_filters={kept}" if kept else "")


def press(desk, arrival, button, *, kept="", shown=None, **typed):
    """Open the page (or take what was `shown` before), type, and press the button of this decision."""
    address, values = form_to(shown or desk.get(page_of(arrival, kept)), f"/{button}/")
    return desk.post(address, values | typed)


def listed(desk, **query):
    return list(desk.get(INBOX, query).context["cl"].result_list)


def three(**first):
    """Three arrivals, the first the newest."""
    now = timezone.now()
    return [make_arrival(arrived_at=now - timedelta(days=age), **(first if age == 0 else {})) for age in range(3)]


def pair(arrival, study):
    one, other = sorted([arrival.study_id, study.pk])
    return PossibleDuplicate.objects.create(
        one_id=one, other_id=other, score=80, reasons=["The titles are the same."], found_at=timezone.now()
    )


# --- The list ----------------------------------------------------------------------------------------------------------


def test_list_opens_on_what_waits_the_newest_first_or_the_oldest(desk):
    newest, middle, oldest = three()
    make_arrival(state="out_of_scope", reason="other")
    assert listed(desk) == [newest, middle, oldest]
    assert listed(desk, order="oldest") == [oldest, middle, newest]
    assert [each.state for each in listed(desk, state="out_of_scope")] == ["out_of_scope"]


def test_list_narrows_by_source_title_number_and_possible_duplicates(desk):
    one = make_arrival(title="Sleep in ME/CFS", source="crossref", source_id="10.1000/sleep")
    other = make_arrival(title="Muscles in ME/CFS")
    pair(other, make_study())
    assert listed(desk, source="crossref") == [one]
    assert listed(desk, q="sleep me/cfs") == [one]
    assert listed(desk, q="10.1000/sleep") == [one]
    assert listed(desk, twins="yes") == [other]
    for query in ({"state": "x"}, {"source": "x"}, {"order": "x"}, {"p": "999"}, {"q": "'\"%" * 50}):
        assert desk.get(INBOX, query).status_code in (200, 302), query
    assert desk.get(INBOX, {"q": "\x00"}).status_code == 400


def test_row_shows_the_paper_and_whether_it_may_be_there_already(desk):
    arrival = make_arrival(title="Sleep")
    record = arrival.record["record"] | {
        "journal": "J Sleep", "authors": [{"family": "Adams", "given": "A"}, {"name": "The Group"}, {"family": "Cole"}]
    }  # fmt: skip
    Arrival.objects.filter(pk=arrival.pk).update(record={"record": record, "source": "PubMed"})
    html = desk.get(INBOX).content.decode()
    assert (
        '<td class="field-journal">J Sleep</td><td class="field-year">2026</td>'
        '<td class="field-authors">Adams and 2 others</td><td class="field-source">PubMed</td>'
        '<td class="field-twin">New</td>'
    ) in html
    pair(arrival, make_study())
    assert '<td class="field-twin">Possible duplicate</td>' in desk.get(INBOX).content.decode()


def queries(desk, address):
    desk.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(address).status_code == 200
    return len(captured)


def test_list_takes_as_many_queries_for_thirty_rows_as_for_one(desk):
    pair(make_arrival(), make_study())
    few = queries(desk, INBOX)
    for _ in range(29):
        pair(make_arrival(), make_study())
    assert queries(desk, INBOX) == few
    assert len(listed(desk)) == 30


def test_page_takes_as_many_queries_for_twenty_twins_as_for_one(desk):
    arrival = make_arrival()
    pair(arrival, make_study())
    few = queries(desk, page_of(arrival))
    for _ in range(19):
        pair(arrival, make_study())
    make_arrival()
    assert queries(desk, page_of(arrival)) == few


# --- The page of one paper ---------------------------------------------------------------------------------------------


def test_page_shows_abstract_links_and_twins_with_reasons(desk):
    arrival = make_arrival(title="Sleep", doi="10.1000/sleep", pmid="4711")
    sections = [{"label": "Aim", "text": "To look at <sleep>."}]
    Abstract.objects.create(study=arrival.study, sections=sections, sha256="x")
    twin = published_study(title="Sleep, again")
    pair(arrival, twin)
    answer = desk.get(page_of(arrival))
    html, text = answer.content.decode(), text_of(answer)
    assert "<b>Aim:</b> To look at &lt;sleep&gt;." in html
    for address in ("https://doi.org/10.1000/sleep", "https://pubmed.ncbi.nlm.nih.gov/4711/"):
        assert f'<a href="{address}" target="_blank" rel="noopener noreferrer">' in html
    assert "Sleep, again , 2024, published. The titles are the same." in text
    assert [choice[0] for choice in answer.context["decisions"]["duplicate"]["form"].fields["twin"].choices] == [
        twin.pk,
        "",
    ]


def test_paper_that_is_put_aside_shows_the_abstract_that_came(desk, editor):
    arrival = make_arrival()
    sections = [{"label": "", "text": "What the source gave."}]
    Abstract.objects.create(study=arrival.study, sections=sections, sha256="x")
    arrivals.set_aside(arrival=arrival, version=0, reason="other", by=editor)
    text = text_of(desk.get(page_of(arrival)))
    assert "What the source gave." in text
    assert "Bring it back" in desk.get(page_of(arrival)).content.decode()
    assert text.count("ann found this paper out of scope on") == 1


def test_reading_writes_nothing(desk):
    arrival = make_arrival()
    desk.get(INBOX)
    desk.get(page_of(arrival))
    arrival.refresh_from_db()
    assert (arrival.state, arrival.version, LogEntry.objects.count()) == ("waiting", 0, 0)


# --- Deciding ----------------------------------------------------------------------------------------------------------


def test_taking_leads_to_the_form_of_the_draft(desk, editor):
    arrival = make_arrival()
    answer = press(desk, arrival, "take")
    assert answer.headers["Location"] == reverse("admin:studies_study_change", args=[arrival.study_id])
    arrival.refresh_from_db()
    assert (arrival.state, arrival.study.drafted_by) == ("taken", editor)
    assert "Back to the inbox" in desk.get(answer.headers["Location"]).content.decode()


def test_out_of_scope_leads_to_the_next_paper_in_the_same_list(desk):
    newest, middle, oldest = three()
    kept = "order%3Doldest"
    answer = press(desk, middle, "set-aside", kept=kept, reason="not_research", note="A news item.")
    assert answer.headers["Location"] == page_of(newest, kept)
    middle.refresh_from_db()
    assert (middle.state, middle.reason, middle.note) == ("out_of_scope", "not_research", "A news item.")
    assert press(desk, newest, "set-aside", kept=kept, reason="other").headers["Location"] == page_of(oldest, kept)
    assert press(desk, oldest, "set-aside", kept=kept, reason="other").headers["Location"] == f"{INBOX}?order=oldest"


def test_next_passes_over_what_the_list_leaves_out(desk):
    newest, middle, oldest = three()
    Arrival.objects.filter(pk=middle.pk).update(source="crossref")
    assert desk.get(page_of(newest, "source%3Dpubmed")).context["next_one"] == oldest
    assert desk.get(page_of(newest)).context["next_one"] == middle
    assert desk.get(page_of(oldest)).context["next_one"] == newest


def test_reason_is_needed_and_what_was_typed_stays(desk):
    arrival = make_arrival()
    answer = press(desk, arrival, "set-aside", note="A news item.")
    html = answer.content.decode()
    assert (answer.status_code, 'value="A news item."' in html, "<title>Error: " in html) == (200, True, True)
    assert "Why it is out of scope</a>: This field is required." in html
    arrival.refresh_from_db()
    assert arrival.state == "waiting"


def test_duplicate_is_chosen_among_the_twins(desk):
    arrival = make_arrival(doi="10.1000/new")
    twin = make_study(title=arrival.title)
    pair(arrival, twin)
    press(desk, arrival, "duplicate", twin=str(twin.pk))
    arrival.refresh_from_db()
    twin.refresh_from_db()
    assert (arrival.state, arrival.study, twin.doi) == ("duplicate", twin, "10.1000/new")


@pytest.mark.parametrize("spelling", ["https://doi.org/10.1000/OLD", "a-study-of-2024", "/evidence/a-study-of-2024/"])
def test_duplicate_is_named_by_address_or_identifier(desk, spelling):
    arrival, study = make_arrival(doi="10.1000/new"), published_study(doi="10.1000/old", slug="a-study-of-2024")
    Study.objects.filter(pk=study.pk).update(preprint_doi="10.1101/2024.01.01.1")
    answer = press(desk, arrival, "duplicate", other=spelling)
    arrival.refresh_from_db()
    assert (answer.status_code, arrival.state, arrival.study) == (302, "duplicate", study)


def test_proposal_of_a_duplicate_is_named(desk):
    arrival, study = make_arrival(doi="10.1000/new"), published_study(slug="a-study-of-2024", title="A title")
    answer = press(desk, arrival, "duplicate", other=study.slug)
    proposal = study.proposals.get()
    assert proposal.changes["doi"] == [None, "10.1000/new"]
    html = desk.get(answer.headers["Location"]).content.decode()
    assert f'/admin/studies/proposal/{proposal.pk}/change/">proposal {proposal.pk}</a>' in html


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Say which study it is."),
        ({"other": "nowhere-2024"}, "There is no such study in the atlas."),
        ({"other": "a-study-of-2024", "twin": "twin"}, "Choose one study: one of the list, or the one that you typed."),
        ({"other": "itself"}, "This is its own draft. Choose the study that the atlas has already."),
    ],
)
def test_duplicate_needs_one_study_that_is_there(desk, typed, said):
    arrival, twin = make_arrival(), make_study(slug="a-study-of-2024")
    pair(arrival, twin)
    given = {"twin": str(twin.pk), "itself": arrival.study.slug}
    answer = press(desk, arrival, "duplicate", **{name: given.get(value, value) for name, value in typed.items()})
    assert (answer.status_code, said in text_of(answer)) == (409 if "itself" in typed.values() else 200, True)
    arrival.refresh_from_db()
    assert (arrival.state, Study.objects.count()) == ("waiting", 2)


def test_paper_is_brought_back_from_its_page(desk, editor):
    arrival = make_arrival()
    arrivals.set_aside(arrival=arrival, version=0, reason="other", by=editor)
    press(desk, arrival, "bring-back")
    arrival.refresh_from_db()
    assert (arrival.state, arrival.study.title, arrival.study.drafted_by) == ("waiting", arrival.title, None)


@pytest.mark.parametrize(
    ("button", "typed"),
    [("take", {}), ("set-aside", {"reason": "other", "note": "Typed already."}), ("duplicate", {"other": "x-2024"})],
)
def test_second_person_is_told_who_decided_what_and_keeps_what_was_typed(desk, button, typed):
    make_study(slug="x-2024")
    arrival = make_arrival()
    shown = desk.get(page_of(arrival))
    bo = sign_in(Client(), make_user("lead", username="bo"))
    press(bo, arrival, "set-aside", reason="fatigue_only")
    answer = press(desk, arrival, button, shown=shown, **typed)
    text = text_of(answer)
    assert (answer.status_code, text.count("bo found this paper out of scope on")) == (409, 1)
    assert "About fatigue as a symptom only. Nothing was changed." in text
    assert all(value in text for value in typed.values() if value != "other")
    arrival.refresh_from_db()
    assert (arrival.reason, arrival.version, Study.objects.count()) == ("fatigue_only", 1, 1)


def test_draft_with_work_in_it_stands_in_the_way(desk):
    arrival = make_arrival()
    Study.objects.filter(pk=arrival.study_id).update(summary="Written.")
    answer = press(desk, arrival, "set-aside", reason="other", note="Typed already.")
    text = answer.content.decode()
    assert (answer.status_code, "Somebody has written or coded something in this draft" in text) == (409, True)
    assert 'value="Typed already."' in text


def test_log_names_the_paper_by_its_number_alone(desk):
    arrival = make_arrival(title="Sleep")
    press(desk, arrival, "set-aside", reason="other", note="About cancer.")
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == (f"new paper {arrival.pk}", "Out of scope.")


# --- Many at once ------------------------------------------------------------------------------------------------------


def choose(desk, chosen):
    return desk.post(INBOX, {"action": "set_aside_many", "_selected_action": [each.pk for each in chosen]})


def test_many_papers_are_out_of_scope_for_one_reason(desk):
    found = three()
    shown = choose(desk, found[:2])
    assert [each.pk for each in shown.context["waiting"]] == [found[0].pk, found[1].pk]
    assert Study.objects.count() == 3
    answer = desk.post(INBOX, form_of(shown, holding="confirm") | {"reason": "other_illness"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Out of scope: 2 papers. They do not come again."
    ]
    assert list(Arrival.objects.order_by("-arrived_at").values_list("state", "reason")) == [
        ("out_of_scope", "other_illness"), ("out_of_scope", "other_illness"), ("waiting", ""),
    ]  # fmt: skip
    assert Study.objects.count() == 1


def test_many_need_a_reason(desk):
    shown = choose(desk, three())
    answer = desk.post(INBOX, form_of(shown, holding="confirm"))
    assert "Why they are out of scope</a>: This field is required." in answer.content.decode()
    assert Arrival.objects.filter(state="waiting").count() == 3


def test_paper_that_somebody_decided_meanwhile_is_named_and_the_others_go(desk):
    found = three()
    shown = choose(desk, found)
    bo = sign_in(Client(), make_user("lead", username="bo"))
    press(bo, found[1], "take")
    answer = desk.post(INBOX, form_of(shown, holding="confirm") | {"reason": "other"}, follow=True)
    first, second = [str(message) for message in answer.context["messages"]]
    assert first.startswith(f"Not done: {found[1].title}. bo took this paper on ")
    assert second == "Out of scope: 2 papers. They do not come again."
    assert Arrival.objects.get(pk=found[1].pk).state == "taken"


def test_only_what_was_on_the_page_is_put_aside(desk):
    found = three()
    values = {"action": "set_aside_many", "_selected_action": [each.pk for each in found], "confirm": "yes"}
    desk.post(INBOX, values | {"reason": "other", f"version-{found[0].pk}": "0"})
    assert Arrival.objects.filter(state="out_of_scope").count() == 1


def test_only_out_of_scope_is_offered_for_many(desk):
    make_arrival()
    form = desk.get(INBOX).context["action_form"]
    assert [name for name, _ in form.fields["action"].choices] == ["", "set_aside_many"]


# --- The list of studies -----------------------------------------------------------------------------------------------


def test_papers_in_the_inbox_do_not_flood_the_list_of_studies(desk, editor):
    waiting, taken = make_arrival(title="Waits in the inbox"), make_arrival()
    arrivals.take(arrival=taken, version=0, by=editor)
    draft = make_study()

    def studies(**query):
        return set(desk.get("/admin/studies/study/", query).context["cl"].result_list)

    assert studies() == {taken.study, draft}
    assert studies(inbox="with") == {waiting.study, taken.study, draft}
    assert studies(inbox="only") == {waiting.study}
    assert studies(q="waits inbox") == {waiting.study}
