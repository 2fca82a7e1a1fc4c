"""Drafting a study in the admin."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies import publishing
from studies.models import Author, CaseDefinition, Study, StudyDefinition, Topic
from tests.signing_in import sign_in
from tests.studies.factories import CODED, make_study, make_user, published_study
from tests.studies.filling import form_of, send

pytestmark = pytest.mark.django_db
ADD = "/admin/studies/study/add/by-hand/"


@pytest.fixture
def editor():
    return make_user("editor")


@pytest.fixture
def desk(client, editor):
    sign_in(client, editor)
    return client


def change(study):
    return reverse("admin:studies_study_change", args=[study.pk])


def drafted(desk, **typed):
    """A draft made through the form, as an editor makes it."""
    answer = send(
        desk, ADD, holding="title", **{"title": "Muscle strength after exertion", "published": "2021-03", **typed}
    )
    assert answer.status_code == 302, errors_of(answer)
    return Study.objects.get()


def errors_of(answer):
    context = answer.context
    found = dict(context["adminform"].form.errors)
    return [
        found,
        *[formset.formset.errors for formset in context["inline_admin_formsets"] if any(formset.formset.errors)],
    ]


def author_row(number, **values):
    return {f"authors-{number}-{name}": value for name, value in values.items()}


def definition_row(slug, number=0, **values):
    row = {"definition": CaseDefinition.objects.get(slug=slug).pk, "role": "inclusion", "basis": "full_text", **values}
    return {f"definitions-{number}-{name}": value for name, value in row.items()}


def test_draft_is_saved_with_everything_that_was_typed(desk, editor):
    topics = list(Topic.objects.all()[:2])
    study = drafted(
        desk,
        doi="https://doi.org/10.1000/ABC.",
        pmid="PMID: 0012345",
        pmcid="pmc77",
        method_flags=["small_sample", "not_blinded"],
        topics=[topic.pk for topic in topics],
        findings="Strength fell.\nIt came back late.",
        **author_row(0, order="2", family="Second", given="Ann"),
        **author_row(1, order="1", family="Müller", given="Zoë", orcid="https://orcid.org/0000-0002-8829-2217"),
        **author_row(2, collective="The Strength Group"),
    )
    assert (study.state, study.drafted_by, study.version) == ("draft", editor, 0)
    assert (study.doi, study.pmid, study.pmcid) == ("10.1000/abc", "12345", "PMC77")
    assert (study.published_on, study.published_precision) == (datetime.date(2021, 3, 1), "month")
    assert study.method_flags == ["not_blinded", "small_sample"]
    assert study.findings == ["Strength fell.", "It came back late."]
    assert set(study.topics.all()) == set(topics)
    assert list(study.authors.values_list("position", "family", "collective", "orcid")) == [
        (1, "Müller", "", "0000-0002-8829-2217"),
        (2, "Second", "", ""),
        (3, "", "The Strength Group", ""),
    ]


def test_address_is_proposed_from_author_year_and_title_and_never_taken_twice(desk):
    study = drafted(desk, **author_row(0, family="Müller"))
    assert study.slug == "muller-2021-muscle-strength"
    send(
        desk,
        ADD,
        holding="title",
        title="Muscle strength after exertion",
        published="2021",
        **author_row(0, family="Müller"),
    )
    assert Study.objects.exclude(pk=study.pk).get().slug == "muller-2021-muscle-strength-2"


def test_address_that_was_typed_is_kept(desk):
    assert drafted(desk, slug="my-own-address").slug == "my-own-address"


def test_saving_a_draft_unchanged_changes_nothing(desk):
    study = drafted(
        desk, findings="One.\nTwo.", **author_row(0, family="Müller"), **definition_row("ccc-2003"), design="cohort"
    )
    before = Study.objects.values().get(), list(study.authors.values_list("position", "family"))
    assert send(desk, change(study), holding="title").status_code == 302
    assert (Study.objects.values().get(), list(study.authors.values_list("position", "family"))) == before
    assert LogEntry.objects.first().change_message == ""


def test_authors_can_be_put_in_another_order(desk):
    study = drafted(desk, **author_row(0, order="1", family="A"), **author_row(1, order="2", family="B"))
    send(desk, change(study), holding="title", **author_row(0, order="2"), **author_row(1, order="1"))
    assert list(study.authors.values_list("position", "family")) == [(1, "B"), (2, "A")]


def test_badge_is_derived_on_saving_and_shown(desk):
    study = drafted(desk, design="cohort", **definition_row("ccc-2003"))
    assert (study.pem, study.pem_rule) == ("required", "one_required")
    page = desk.get(change(study)).content.decode()
    assert "Patients had to meet one definition, and it requires PEM." in page


def test_badge_goes_when_the_design_turns_out_to_have_no_participants(desk):
    study = drafted(desk, design="cohort", **definition_row("ccc-2003"))
    send(desk, change(study), holding="title", design="animal")
    study.refresh_from_db()
    assert (study.pem, study.pem_rule) == ("not_applicable", "no_participants")


def test_badge_cannot_be_typed_in(desk):
    study = drafted(desk, pem="required", pem_rule="one_required")
    assert (study.pem, study.pem_rule) == ("not_coded", "")


def test_definition_row_bears_the_names_of_who_coded_and_who_checked(desk, editor):
    study = drafted(desk, design="cohort", **definition_row("ccc-2003"))
    other = make_user("editor")
    sign_in(desk, other)
    assert send(desk, change(study), holding="title", **{"definitions-0-checked": "on"}).status_code == 302
    row = study.definitions.get()
    assert (row.coded_by, row.checked_by, row.position) == (editor, other, 1)


def test_nobody_checks_the_rows_they_coded(desk):
    answer = send(desk, ADD, holding="title", title="T", **definition_row("ccc-2003", checked="on"))
    assert errors_of(answer)[1][0] == {"checked": ["You coded this row, so another person must check it."]}


def test_one_person_alone_may_check_their_own_rows(desk, editor, settings):
    settings.ATLAS_ONE_PERSON = True
    study = drafted(desk, design="cohort", **definition_row("ccc-2003", checked="on"))
    assert study.definitions.get().checked_by == editor


def test_check_ends_when_the_row_changes(desk):
    study = drafted(desk, design="cohort", **definition_row("ccc-2003"))
    study.definitions.update(checked_by=make_user("editor"))
    send(desk, change(study), holding="title", **{"definitions-0-quote": "All patients met the CCC."})
    assert study.definitions.get().checked_by is None


def test_definition_younger_than_the_paper_is_refused(desk):
    answer = send(desk, ADD, holding="title", title="Old", published="1994", **definition_row("ccc-2003"))
    assert answer.status_code == 200
    assert errors_of(answer)[1][0] == {"definition": ["ccc-2003 is from 2003, but the paper was published in 1994."]}
    assert Study.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"doi": "see the website"}, "doi", "This is no DOI. A DOI begins with 10. and has a slash in it."),
        ({"pem_claim": "compulsory"}, "pem_quote", "Quote the sentence in which the paper says this about PEM."),
        (
            {"evidence_level": "E0", "design": "cohort"},
            "evidence_level",
            "Consensus is for guidelines, consensus papers and systematic reviews only.",
        ),
        ({"published": "last spring"}, "published", None),
    ],
)
def test_refused_draft_says_why_and_keeps_what_was_typed(desk, typed, field, message):
    long = "Half an hour of writing. " * 20
    answer = send(desk, ADD, holding="title", title="T", summary=long, findings="A.\nB.", **typed)
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors[field]
    assert message is None or errors == [message]
    kept = form_of(answer, holding="title")
    assert (kept["summary"], kept["findings"], kept[next(iter(typed))]) == (
        [long], ["A.\nB."], [next(iter(typed.values()))],
    )  # fmt: skip
    assert Study.objects.count() == 0


def test_identifier_of_another_study_is_refused_in_any_spelling(desk):
    drafted(desk, doi="10.1000/abc")
    answer = send(desk, ADD, holding="title", title="Again", doi="https://doi.org/10.1000/ABC")
    assert answer.context["adminform"].form.errors["doi"] == ["Study with this DOI already exists."]


def test_author_is_a_person_or_a_group(desk):
    answer = send(desk, ADD, holding="title", title="T", **author_row(0, family="A", collective="Group"))
    assert errors_of(answer)[1][0] == {"__all__": ["Give a person's family name, or the name of a group, not both."]}


def test_abstract_is_typed_in_sections(desk):
    study = drafted(desk, **{"abstract-0-sections": "Aim:\nTo see.\n\nResult:\nSeen.", "abstract-0-license": "CC-BY"})
    assert study.abstract.sections == [{"label": "Aim", "text": "To see."}, {"label": "Result", "text": "Seen."}]
    assert len(study.abstract.sha256) == 64


def test_draft_does_not_write_a_link_into_an_older_study(desk):
    older = Study.objects.create(slug="older", title="Older")
    typed = {
        "links_out-TOTAL_FORMS": "1",
        "links_out-0-type": "shares_participants_with",
        "links_out-0-target": older.slug,
    }
    answer = send(desk, ADD, holding="title", title="Newer", **typed)
    assert errors_of(answer)[1][0] == {
        "target": ["This link is kept with the older of the two studies. Propose it there."]
    }


def test_link_to_another_study_is_saved(desk):
    older = Study.objects.create(slug="older", title="Older")
    typed = {"links_out-TOTAL_FORMS": "1", "links_out-0-type": "replicates", "links_out-0-target": older.slug}
    assert send(desk, ADD, holding="title", title="Newer", **typed).status_code == 302
    assert Study.objects.get(title="Newer").links_out.get().target == older


def test_log_holds_no_texts(desk):
    study = drafted(desk, key_point="A secret finding.", **author_row(0, family="Confidential"))
    send(desk, change(study), holding="title", key_point="Another secret.")
    logged = " ".join(f"{entry.object_repr} {entry.change_message}" for entry in LogEntry.objects.all())
    assert (
        logged == "confidential-2021-muscle-strength Changed key_point. confidential-2021-muscle-strength 1 new author."
    )


def test_last_person_who_saved_is_the_drafter(desk):
    study = drafted(desk)
    other = make_user("lead")
    sign_in(desk, other)
    send(desk, change(study), holding="title", question="What?")
    study.refresh_from_db()
    assert study.drafted_by == other


def test_second_of_two_editors_is_told_and_keeps_the_text(desk, editor):
    study = drafted(desk)
    late = form_of(desk.get(change(study)), holding="title") | {"question": ["My question?"]}
    send(desk, change(study), holding="title", question="Their question?")
    answer = desk.post(change(study), late)
    study.refresh_from_db()
    assert (answer.status_code, study.question) == (409, "Their question?")
    (error,) = answer.context["adminform"].form.non_field_errors()
    assert error.startswith(f"{editor.username} saved this draft after you opened it. Your text is still here.")
    again = form_of(answer, holding="title")
    assert again["question"] == ["My question?"]
    assert desk.post(change(study), again).status_code == 302
    study.refresh_from_db()
    assert study.question == "My question?"


def test_address_that_a_public_study_had_is_refused_and_keeps_leading_there(desk, client):
    study = published_study(slug="old-name")
    publishing.rename(study=study, slug="new-name", note="A spelling error.", by=make_user("lead"))
    answer = send(desk, ADD, holding="title", title="Another paper", published="2021", slug="old-name")
    assert errors_of(answer)[0] == {"slug": ["Another study had this address before. Choose another one."]}
    make_study(slug="old-name")  # a draft that came another way
    assert client.get("/evidence/old-name/").headers["Location"] == "/evidence/new-name/"


def test_extra_fields_of_a_post_change_nothing_else(desk):
    study = drafted(desk)
    extra = {
        "state": "published",
        "version": "7",
        "pem": "required",
        "is_sample": "on",
        "drafted_by": "1",
        "withdrawal_reason": "x",
        "flags-TOTAL_FORMS": "1",
        "flags-INITIAL_FORMS": "0",
        "flags-0-kind": "safety",
        "flags-0-reason": "x",
    }
    before = Study.objects.values().get()
    assert send(desk, change(study), holding="title", **extra).status_code == 302
    assert (Study.objects.values().get(), study.flags.count()) == (before, 0)


def test_row_of_another_study_cannot_be_taken(desk):
    """Hidden row numbers that belong to a public study: they count as new rows of the draft."""
    other = published_study(**CODED, authors=["Adams, Ann"])
    author, row, draft = other.authors.get(), other.definitions.get(), make_study()
    before = (Author.objects.values().get(), StudyDefinition.objects.values().get())
    values = form_of(desk.get(change(draft)), holding="title")
    for rows, pk in (("authors", author.pk), ("definitions", row.pk)):
        values |= {
            f"{rows}-TOTAL_FORMS": ["1"],
            f"{rows}-INITIAL_FORMS": ["1"],
            f"{rows}-0-id": [str(pk)],
            f"{rows}-0-study": [str(draft.pk)],
        }
    values |= {"authors-0-family": ["Forged"], "definitions-0-DELETE": ["on"]}
    assert desk.post(change(draft), values).status_code == 302
    assert (other.authors.values().get(), other.definitions.values().get()) == before
    assert [own.family for own in draft.authors.all()] == ["Forged"]


@pytest.mark.postgres
def test_draft_is_locked_while_it_is_saved(desk):
    """So that nobody submits and publishes it between the look at its state and the write."""
    study = drafted(desk)
    with CaptureQueriesContext(connection) as queries:
        assert send(desk, change(study), holding="title").status_code == 302
    locks = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert [f"IN ({study.pk})" in lock for lock in locks] == [True]


def test_nothing_is_done_for_a_form_of_another_site(editor):
    study, client = make_study(), Client(enforce_csrf_checks=True)
    sign_in(client, editor)
    before = Study.objects.values().get()
    for page in ("change", "submit", "delete"):
        address = reverse(f"admin:studies_study_{page}", args=[study.pk])
        assert client.post(address, {"title": "Forged", "digest": "x", "post": "yes"}).status_code == 403
    assert Study.objects.values().get() == before
