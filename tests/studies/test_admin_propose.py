"""Writing a proposal: the form, the difference, what happens when somebody else was quicker."""

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from studies import proposals
from studies.admin.proposal_fields import ROWS, SECTIONS
from studies.admin.proposal_form import ProposalTyping, field_values
from studies.cleaning import PROPOSABLE
from studies.duplicates import join
from studies.models import Abstract, PossibleDuplicate, Proposal, Study, StudyLink
from studies.snapshots import current
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.filling import form_of, send

pytestmark = pytest.mark.django_db
WHY = {"reason": "correction", "note": "The number was wrong."}


@pytest.fixture
def editor():
    return make_user("editor")


@pytest.fixture
def desk(client, editor):
    sign_in(client, editor)
    return client


@pytest.fixture
def study():
    return published_study(
        **TEXTS, **CODED, patients=50, authors=["Adams, Ann", {"collective": "The ME Group"}], topics=["sleep"],
        findings=["One.", "Two."],
    )  # fmt: skip


def page_of(study):
    return reverse("admin:studies_study_propose", args=[study.pk])


def save(desk, study, **typed):
    return send(desk, page_of(study), holding="base", press="save", **(WHY | typed))


def differences(answer):
    return {each.label: [(piece.kind, piece.text) for piece in each.pieces] for each in answer.context["differences"]}


def test_every_proposable_field_is_on_the_form():
    typed = {name for names in SECTIONS.values() for name in names} - {"published"}
    assert typed | {"published_on", "published_precision"} | set(ROWS) == set(PROPOSABLE)


def test_form_of_an_unchanged_study_wants_nothing(desk, study):
    values = form_of(desk.get(page_of(study)), holding="base")
    data = QueryDict(mutable=True)
    for name, items in (values | {"reason": ["correction"], "note": ["x"]}).items():
        data.setlist(name, items)
    typing = ProposalTyping(shown=current([study.pk])[study.pk], base=1, data=data)
    assert typing.is_valid(), typing.errors()
    assert typing.wanted() == {}


def test_showing_the_difference_writes_nothing(desk, study):
    answer = send(desk, page_of(study), holding="base", press="show", patients="40", **WHY)
    assert differences(answer) == {"Number of patients": [("removed", "50"), ("added", "40")]}
    assert Proposal.objects.count() == 0
    assert form_of(answer, holding="base")["patients"] == ["40"]


def test_saved_proposal_holds_exactly_what_was_changed(desk, editor, study):
    answer = save(desk, study, key_point="In this small study it did not.", patients="40")
    proposal = Proposal.objects.get()
    assert answer.headers["Location"] == reverse("admin:studies_proposal_change", args=[proposal.pk])
    assert proposal.changes == {
        "patients": [50, 40],
        "key_point": [TEXTS["key_point"], "In this small study it did not."],
    }
    assert (proposal.proposer, proposal.note, proposal.high_impact) == (editor, WHY["note"], False)
    study.refresh_from_db()
    assert (study.patients, study.version) == (50, 1)


def test_high_impact_is_said_before_saving(desk, study):
    answer = send(desk, page_of(study), holding="base", press="show", retraction_status="retracted", **WHY)
    assert answer.context["proposal"].high_impact is True
    assert "This needs a second person." in answer.content.decode()


def test_rows_are_added_changed_and_removed(desk, study):
    other = published_study(doi="10.1000/other")
    typed = {
        "definitions-0-DELETE": "on", "definitions-1-definition": "ccc-2003", "definitions-1-role": "inclusion",
        "definitions-1-basis": "full_text", "flags-0-kind": "contested", "flags-0-reason": "Two letters disagree.",
        "links-0-type": "replicates", "links-0-study": "https://doi.org/10.1000/OTHER",
    }  # fmt: skip
    save(desk, study, **typed)
    changes = Proposal.objects.get().changes
    assert changes["definitions"] == [
        [{"basis": "abstract", "definition": "fukuda-1994", "role": "inclusion"}],
        [{"basis": "full_text", "definition": "ccc-2003", "role": "inclusion"}],
    ]
    assert changes["pem"] == ["not_required", "required"]
    assert changes["flags"] == [None, [{"kind": "contested", "reason": "Two letters disagree."}]]
    assert changes["links"] == [None, [{"study": other.pk, "type": "replicates"}]]


def test_links_that_stand_come_back_as_they_were(desk, study):
    other = published_study()
    StudyLink.objects.create(source=study, target=other, type="comments_on")
    values = form_of(desk.get(page_of(study)), holding="base")
    assert values["links-0-study"] == [other.slug]


def test_authors_are_typed_one_per_line(desk, study):
    values = form_of(desk.get(page_of(study)), holding="base")
    assert values["authors"] == ["Adams, Ann\nGroup: The ME Group"]
    save(desk, study, authors="Group: The ME Group\nAdams, Ann (0000-0002-8829-2217)")
    assert Proposal.objects.get().changes["authors"][1] == [
        {"collective": "The ME Group"},
        {"family": "Adams", "given": "Ann", "orcid": "0000-0002-8829-2217"},
    ]


def test_date_is_changed_with_its_precision(desk, study):
    save(desk, study, published="2023-11")
    assert Proposal.objects.get().changes == {
        "published_on": ["2024-05-06", "2023-11-01"],
        "published_precision": ["day", "month"],
    }


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": ""}, "Title: This cannot be empty."),
        ({"summary": ""}, "Texts are missing: in plain language."),
        ({}, "Nothing would change."),
    ],
)
def test_refused_proposal_says_why_and_keeps_everything(desk, study, typed, sentence):
    answer = save(desk, study, **typed)
    assert (answer.context["problems"], Proposal.objects.count()) == ([sentence], 0)
    kept = form_of(answer, holding="base")
    assert (kept["note"], kept["limitations"]) == ([WHY["note"]], [TEXTS["limitations"]])


def test_form_error_leads_to_its_field_and_opens_its_part(desk, study):
    answer = save(desk, study, patients="many")
    assert answer.context["typing"].errors() == [("id_patients", "Number of patients", "Enter a whole number.")]
    html = answer.content.decode()
    assert '<a href="#id_patients">' in html
    assert "<details open>\n        <summary>Classification</summary>" in html


def test_same_proposal_twice_is_one(desk, study):
    first = save(desk, study, patients="40")
    second = save(desk, study, patients="40")
    assert (Proposal.objects.count(), second.headers["Location"]) == (1, first.headers["Location"])


def changed_meanwhile(study, **values):
    """Somebody else's change, applied."""
    proposal = proposals.propose(study=study, values=values, reason="correction", note="Mine.", by=make_user("editor"))
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("lead"))


def test_form_that_was_overtaken_comes_back_on_the_newest_version(desk, study):
    values = form_of(desk.get(page_of(study)), holding="base") | {"patients": ["40"], "save": ["1"]}
    values |= {name: [text] for name, text in WHY.items()}
    changed_meanwhile(study, journal="Elsewhere")
    answer = desk.post(page_of(study), values)
    assert (answer.status_code, Proposal.objects.waiting().count()) == (409, 0)
    kept = form_of(answer, holding="base")
    assert (kept["base"], kept["patients"], kept["journal"], kept["note"]) == (
        ["2"],
        ["40"],
        ["Elsewhere"],
        [WHY["note"]],
    )
    assert answer.context["conflicts"] == []
    desk.post(page_of(study), kept | {"save": ["1"]})
    assert Proposal.objects.waiting().get().changes == {"patients": [50, 40]}


def test_form_that_was_overtaken_in_the_same_place_shows_three_values(desk, study):
    values = form_of(desk.get(page_of(study)), holding="base") | {"patients": ["40"], "save": ["1"]}
    values |= {name: [text] for name, text in WHY.items()}
    changed_meanwhile(study, patients=45)
    answer = desk.post(page_of(study), values)
    (side,) = answer.context["conflicts"]
    assert (side.label, side.base, side.current, side.proposed) == ("Number of patients", ["50"], ["45"], ["40"])


def test_proposal_is_written_again_on_the_newest_version_and_replaces_the_old_one(desk, editor, study):
    save(desk, study, patients="40", controls="12")
    old = Proposal.objects.get()
    changed_meanwhile(study, patients=45)
    address = f"{page_of(study)}?from={old.pk}"
    page = desk.get(address)
    assert [side.label for side in page.context["conflicts"]] == ["Number of patients"]
    kept = form_of(page, holding="base")
    assert (kept["patients"], kept["controls"], kept["note"]) == (["40"], ["12"], [WHY["note"]])
    desk.post(address, kept | {"save": ["1"]})
    old.refresh_from_db()
    new = Proposal.objects.waiting().get()
    assert (old.state, new.changes, new.base_number) == ("recalled", {"patients": [45, 40], "controls": [None, 12]}, 2)


@pytest.fixture
def joined(editor, study):
    """A proposal that brings the abstract of a draft of the same paper, and its volume."""
    draft = make_study(abstract="They slept badly.", volume="3", authors=["Adams, Ann", {"collective": "The ME Group"}])
    pair = PossibleDuplicate.objects.create(one=study, other=draft, score=60, reasons=["x"], found_at=timezone.now())
    return join(pair=pair, into=study, version=0, by=editor)


def test_proposal_that_is_written_again_keeps_the_abstract_that_nobody_types(desk, study, joined):
    address = f"{page_of(study)}?from={joined.pk}"
    page = desk.get(address)
    words = ["The abstract, from a draft of the same paper:", "They slept badly."]
    assert (page.context["sentences"], set(differences(page))) == (words, {"Volume", "Abstract"})
    send(desk, address, holding="base", press="save", volume="4")
    new = Proposal.objects.waiting().get()
    assert (new.changes["volume"], new.changes["abstract"]) == ([None, "4"], joined.changes["abstract"])
    assert new.details == joined.details


def test_abstract_that_the_study_has_by_now_is_not_brought_again(desk, study, joined):
    Abstract.objects.create(study=study, sections=[{"label": "", "text": "Ours."}], sha256="0" * 64)
    address = f"{page_of(study)}?from={joined.pk}"
    assert desk.get(address).context["sentences"] == []
    send(desk, address, holding="base", press="save")
    new = Proposal.objects.waiting().get()
    assert (new.changes, new.details) == ({"volume": [None, "3"]}, {})


def test_study_that_is_not_public_takes_no_proposal(desk, study):
    Study.objects.filter(pk=study.pk).update(state="withdrawn")
    answer = desk.post(page_of(study), {"base": "1", "note": "Kept.", "reason": "correction"})
    assert (answer.status_code, answer.context["typed"][0]) == (409, ("Reason", "correction"))


@pytest.mark.parametrize("base", ["", "0", "99999999999999999999", "-1", "x", "٣"])
def test_version_that_never_was_is_no_error(desk, study, base):
    answer = save(desk, study, base=base, patients="40")
    assert answer.status_code in (200, 302)


def test_initial_values_come_from_the_snapshot(study):
    values = field_values(current([study.pk])[study.pk])
    assert (values["patients"], values["topics"], values["authors_complete"]) == (50, ["sleep"], True)
