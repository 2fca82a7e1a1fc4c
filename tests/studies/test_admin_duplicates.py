"""The pairs that may be one paper, in the admin: the list, both records side by side, and the two answers."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studies.models import PossibleDuplicate, Proposal, Study
from tests.signing_in import sign_in
from tests.studies.factories import make_study, make_user, published_study
from tests.studies.filling import send

pytestmark = pytest.mark.django_db
LIST = "/admin/studies/possibleduplicate/"


@pytest.fixture
def enter(client):
    def enter(role):
        sign_in(client, make_user(role))
        return client

    return enter


def pair_of(one, other, score=60):
    reasons = ["The titles are alike.", "Different: DOI."]
    now = timezone.now()
    return PossibleDuplicate.objects.create(one=one, other=other, score=score, reasons=reasons, found_at=now)


def at(page, pair):
    return reverse(f"admin:studies_possibleduplicate_{page}", args=[pair.pk])


def at_proposal(proposal):
    return reverse("admin:studies_proposal_change", args=[proposal.pk])


def listed(desk, **query):
    return list(desk.get(LIST, query).context["cl"].result_list)


def test_list_opens_on_what_waits_with_the_likeliest_first(enter):
    low, high, decided = (pair_of(make_study(), make_study(), score) for score in (40, 80, 90))
    PossibleDuplicate.objects.filter(pk=decided.pk).update(state="different")
    desk = enter("editor")
    assert listed(desk) == [high, low]
    assert listed(desk, state="different") == [decided]
    assert listed(desk, state="all") == [decided, high, low]


def test_list_takes_as_many_queries_for_thirty_pairs_as_for_one(enter):
    desk, counts = enter("moderator"), []
    for more in (1, 29):
        for _ in range(more):
            pair_of(make_study(), make_study())
        desk.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert desk.get(LIST).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def told(found):
    return [(piece.kind, piece.text) for piece in found]


def test_page_shows_both_records_with_the_words_that_differ(enter):
    one = make_study(title="Sleep in ME/CFS", journal="Chest", authors=["Li, A"])
    pair = pair_of(one, make_study(title="Sleep and ME/CFS", authors=["Li, A"], doi="10.1000/1"))
    page = enter("moderator").get(at("change", pair))
    rows = {row.label.lower(): (told(row.one), told(row.other)) for row in page.context["rows"]}
    assert rows["title"] == (
        [("same", "Sleep"), ("removed", " in"), ("same", " ME/CFS")],
        [("same", "Sleep"), ("removed", " and"), ("same", " ME/CFS")],
    )
    assert rows["journal"] == ([("removed", "Chest")], [])
    assert rows["doi"] == ([], [("removed", "10.1000/1")])
    assert rows["authors"] == ([("same", "A Li")], [("same", "A Li")])
    assert page.context["steps"] == []
    assert '<mark><span class="visually-hidden">only here: </span> and<' in page.content.decode()


def test_titles_are_shown_as_text_and_never_as_markup(enter):
    pair = pair_of(make_study(title="<script>alert(1)</script>"), make_study(title="<b>x</b>"))
    desk = enter("editor")
    for address in (LIST, at("change", pair), at("join", pair)):
        html = desk.get(address).content.decode()
        assert "<script>alert" not in html
        assert "<b>x</b>" not in html


def test_editor_joins_two_drafts(enter):
    gone, stays = make_study(doi="10.1000/1"), make_study(pmid="1")
    pair = pair_of(gone, stays)
    answer = send(enter("editor"), at("join", pair), holding="digest", stays=str(stays.pk))
    assert answer.headers["Location"] == LIST
    study = Study.objects.get()
    assert (study.pk, study.doi, study.pmid) == (stays.pk, "10.1000/1", "1")
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == (
        f"possible duplicate {pair.pk}",
        "Joined them, or proposed to.",
    )


def test_draft_beside_a_published_study_has_one_way_to_go(enter):
    public, draft = published_study(), make_study(pmid="1")
    pair, desk = pair_of(public, draft), enter("editor")
    form = desk.get(at("join", pair)).context["form"]
    assert [key for key, _ in form.fields["stays"].choices] == [public.pk]
    answer = send(desk, at("join", pair), holding="digest", follow=True)
    proposal = Proposal.objects.get()
    link = f'<a href="{at_proposal(proposal)}">Proposal {proposal.pk}</a>'
    (message,) = map(str, answer.context["messages"])
    assert message == f"Nothing public has changed yet. {link} waits."
    assert Study.objects.get().pmid is None


def test_editor_is_told_in_words_that_a_merge_is_for_a_lead(enter):
    one, other = published_study(), published_study()
    pair = pair_of(one, other)
    answer = send(enter("editor"), at("join", pair), holding="digest", stays=str(one.pk), note="The same paper.")
    assert answer.status_code == 403
    assert "Your role does not include this: lead." in answer.content.decode()
    assert Proposal.objects.count() == 0


def test_lead_proposes_a_merge_and_the_page_says_that_it_waits(enter):
    one, other = published_study(), published_study()
    pair, desk = pair_of(one, other), enter("lead")
    refused = send(desk, at("join", pair), holding="digest", stays=str(one.pk))
    assert refused.context["form"].non_field_errors() == ["Say in a sentence what changes and why. It will be public."]
    send(desk, at("join", pair), holding="digest", stays=str(one.pk), note="The same paper.")
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.study, proposal.details) == ("merge", other, {"into": one.pk})
    page = desk.get(at("change", pair))
    assert (page.context["proposal"], page.context["why_not"]) == (proposal, "A proposal to merge them is open.")


def test_two_different_papers_are_noted(enter):
    pair, desk = pair_of(make_study(), make_study()), enter("editor")
    answer = send(desk, at("different", pair), holding="digest")
    assert answer.headers["Location"] == LIST
    pair.refresh_from_db()
    assert pair.state == "different"
    assert desk.get(at("different", pair)).status_code == 409


def test_pair_that_changed_after_the_page_was_shown_is_not_joined(enter):
    pair, desk = pair_of(make_study(), make_study()), enter("editor")
    digest = desk.get(at("join", pair)).context["form"].initial["digest"]
    Study.objects.filter(pk=pair.one_id).update(title="Something else")
    answer = desk.post(at("join", pair), {"digest": digest, "stays": pair.one_id})
    assert (answer.status_code, Study.objects.count()) == (409, 2)


def test_join_names_what_stands_in_the_way(enter):
    pair = pair_of(make_study(question="Ours?"), make_study(question="Theirs?"))
    page = enter("editor").get(at("join", pair))
    assert page.context["problems"] == [
        "Both have texts. Move what is worth keeping into one of them, and empty the other."
    ]
