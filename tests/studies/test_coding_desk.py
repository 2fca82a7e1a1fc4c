"""The coding desk: the paper and the badge beside the form of a draft, looked at without saving."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from studies.models import CaseDefinition, Study, StudyDefinition, StudyLink
from studies.vocabulary import (
    DESIGN_HINTS,
    LEVEL_HINTS,
    METHOD_HINTS,
    ROLE_HINTS,
    Design,
    EvidenceLevel,
    MethodFlag,
    Role,
)
from tests.signing_in import sign_in
from tests.studies.factories import TEXTS, make_study, make_user
from tests.studies.filling import form_of, send
from tests.studies.pages import text_of

pytestmark = pytest.mark.django_db
ABSTRACT = "All 50 patients met the Canadian criteria. They were compared with 40 controls."
CHECK = {"press": "_check"}


@pytest.fixture
def editor():
    return make_user("editor")


@pytest.fixture
def desk(client, editor):
    sign_in(client, editor)
    return client


def page(study, name="change"):
    return reverse(f"admin:studies_study_{name}", args=[study.pk])


def row(slug, number=0, **values):
    known = {"definition": CaseDefinition.objects.get(slug=slug).pk, "role": "inclusion", "basis": "abstract", **values}
    return {f"definitions-{number}-{name}": value for name, value in known.items()}


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Study, StudyDefinition)]


def badge(answer):
    assessment = answer.context["assessment"]
    return assessment.value, assessment.sentence


def test_abstract_stands_beside_the_form_with_its_licence(desk):
    study = make_study(abstract=ABSTRACT, doi="10.1000/a", pmcid="PMC7")
    html = desk.get(page(study)).content.decode()
    assert f"<p>{ABSTRACT}</p>" in html
    assert "Licence CC-BY: readers see it too." in html
    assert 'href="https://pmc.ncbi.nlm.nih.gov/articles/PMC7/"' in html
    assert 'href="https://doi.org/10.1000/a"' in html


def test_staff_read_an_abstract_without_an_open_licence_and_are_told(desk):
    study = make_study(abstract=ABSTRACT)
    study.abstract.license = ""
    study.abstract.save()
    html = desk.get(page(study)).content.decode()
    assert f"<p>{ABSTRACT}</p>" in html
    assert "No open licence: for staff only. Readers never see it." in html


def test_look_shows_the_badge_with_its_rule_and_saves_nothing(desk):
    study = make_study(abstract=ABSTRACT)
    before = everything()
    answer = send(desk, page(study), holding="title", design="cohort", **row("ccc-2003"), **CHECK)
    assert badge(answer) == ("required", "Patients had to meet one definition, and it requires PEM.")
    assert answer.status_code == 200
    assert everything() == before
    assert "This was only a look. Nothing was saved." in text_of(answer)
    kept = form_of(answer, holding="title")
    assert (kept["design"], kept["definitions-0-role"]) == (["cohort"], ["inclusion"])


def test_look_at_a_study_that_is_not_stored_yet(desk):
    address = reverse("admin:studies_study_add_by_hand")
    answer = send(desk, address, holding="title", title="New", design="animal", **CHECK)
    assert badge(answer) == ("not_applicable", "This kind of paper takes in no patients, so it has no PEM badge.")
    assert Study.objects.count() == 0


def test_saving_shows_the_same_badge(desk):
    study = make_study(abstract=ABSTRACT)
    send(desk, page(study), holding="title", design="cohort", **row("ccc-2003"))
    assert badge(desk.get(page(study)))[0] == "required"


def test_each_patient_group_has_its_badge(desk):
    study = make_study(abstract=ABSTRACT)
    typed = row("ccc-2003", cohort="ME/CFS") | row("self-report", 1, cohort="Long COVID")
    answer = send(desk, page(study), holding="title", design="cohort", **typed, **CHECK)
    assert [(name, value) for name, value, _ in answer.context["assessment"].cohorts] == [
        ("Long COVID", "unclear"),
        ("ME/CFS", "required"),
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Nothing is coded yet."),
        ({"rows": True}, "Choose the design first: it says whether the paper took in patients at all."),
    ],
)
def test_missing_badge_says_what_is_missing(desk, typed, sentence):
    study = make_study(abstract=ABSTRACT)
    answer = send(desk, page(study), holding="title", **(row("ccc-2003") if typed else {}), **CHECK)
    assert badge(answer)[1].startswith(sentence)


def test_script_gets_the_part_alone(desk):
    study = make_study(abstract=ABSTRACT)
    values = form_of(desk.get(page(study)), holding="title") | {"design": ["animal"], "_check": ["1"]}
    answer = desk.post(page(study), values, headers={"X-Atlas-Part": "proof"})
    html = answer.content.decode()
    assert (answer.status_code, "<html" in html, "No participants, so no PEM badge" in html) == (200, False, True)
    # Without the button's name the header alone does not keep a form from being saved.
    values.pop("_check")
    assert desk.post(page(study), values, headers={"X-Atlas-Part": "proof"}).status_code == 302


def test_quote_that_stands_nowhere_is_refused_with_the_nearest_passage(desk):
    study = make_study(abstract=ABSTRACT)
    quote = "All patients met the Canadian criterion"
    answer = send(desk, page(study), holding="title", design="cohort", **row("ccc-2003", quote=quote))
    (error,) = answer.context["inline_admin_formsets"][1].formset.errors[0]["quote"]
    assert "The nearest passage is: “All 50 patients met the Canadian”." in error
    assert study.definitions.count() == 0
    assert form_of(answer, holding="title")["definitions-0-quote"] == [quote]
    faults = answer.context["faults"]
    assert faults == [("id_definitions-0-quote", "Quoted sentence", error)]


def test_quote_from_the_full_text_is_saved(desk):
    study = make_study(abstract=ABSTRACT)
    typed = row("ccc-2003", quote="Every patient met the CCC.", basis="full_text", locator="methods")
    assert send(desk, page(study), holding="title", design="cohort", **typed).status_code == 302


def test_quote_is_looked_for_in_the_abstract_that_is_typed_with_it(desk):
    study = make_study()
    typed = row("ccc-2003", quote="All patients met the CCC.") | {"abstract-0-sections": "All patients met the CCC."}
    assert send(desk, page(study), holding="title", design="cohort", **typed).status_code == 302
    assert study.definitions.get().quote == "All patients met the CCC."


def test_sentence_about_pem_must_stand_in_the_abstract(desk):
    study = make_study(abstract=ABSTRACT)
    typed = {"pem_claim": "compulsory", "pem_quote": "PEM was needed.", "pem_locator": "abstract"}
    answer = send(desk, page(study), holding="title", design="cohort", **typed)
    (error,) = answer.context["adminform"].form.errors["pem_quote"]
    assert error.startswith("The sentence about PEM: the quote does not stand in the stored abstract.")
    assert send(desk, page(study), holding="title", **(typed | {"pem_locator": "methods"})).status_code == 302


def test_what_is_still_to_do_is_listed(desk):
    study = make_study(**TEXTS | {"key_point": "It did in 51 patients."}, patients=50, abstract=ABSTRACT)
    answer = desk.get(page(study))
    sentences = [
        "A text gives 51 patients, but the record says 50.",
        (
            "A text gives 51 patients, but this number does not stand in the stored abstract. "
            "Correct it, or say that the text was written from the full text."
        ),
    ]
    assert [each for each in answer.context["assessment"].problems if "51" in each] == sentences


def test_definition_is_chosen_without_a_script_from_all_of_them(desk):
    html = desk.get(page(make_study())).content.decode()
    select = html.split('name="definitions-0-definition"', 1)[1].split("</select>", 1)[0]
    assert select.count("<option") == CaseDefinition.objects.count() + 1


def test_unknown_definition_is_refused(desk):
    study = make_study()
    for wrong in ("999999", "x", "-1"):
        typed = row("ccc-2003") | {"definitions-0-definition": wrong}
        assert send(desk, page(study), holding="title", **typed).status_code == 200
    assert study.definitions.count() == 0


def test_link_is_typed_as_an_address_or_identifier(desk):
    other, study = make_study(doi="10.1000/other"), make_study()
    typed = {"links_out-TOTAL_FORMS": "1", "links_out-0-type": "replicates", "links_out-0-target": "doi:10.1000/OTHER"}
    assert send(desk, page(study), holding="title", **typed).status_code == 302
    assert StudyLink.objects.get().target == other
    assert send(desk, page(study), holding="title").status_code == 302  # unchanged
    typed["links_out-0-target"] = "no-such-study"
    answer = send(desk, page(study), holding="title", **typed)
    assert "There is no such study in the atlas." in answer.content.decode()


def test_words_of_the_vocabularies_are_explained_beside_their_fields(desk):
    html = desk.get(page(make_study())).content.decode()
    for words, hints in (
        (Design, DESIGN_HINTS),
        (EvidenceLevel, LEVEL_HINTS),
        (MethodFlag, METHOD_HINTS),
        (Role, ROLE_HINTS),
    ):
        assert set(hints) == set(words)
        for word, hint in hints.items():
            assert f"<dt>{escape(word.label)}</dt><dd>{escape(hint)}" in html


def filled(number):
    """A draft with this many definitions, links and authors."""
    study = make_study(
        abstract=ABSTRACT,
        design="cohort",
        authors=[f"Author {each}, A" for each in range(number)],
        definitions=[{"definition": "ccc-2003", "cohort": str(each)} for each in range(number)],
    )
    for _ in range(number):
        StudyLink.objects.create(source=study, target=make_study(), type="replicates")
    return study


def queries(desk, act):
    with CaptureQueriesContext(connection) as found:
        assert act(desk).status_code in (200, 302)
    return len(found)


def test_page_takes_as_many_queries_for_thirty_rows_as_for_one(desk):
    few, many = filled(1), filled(30)
    desk.get(page(few))
    assert queries(desk, lambda desk: desk.get(page(many))) == queries(desk, lambda desk: desk.get(page(few)))


def test_look_takes_few_queries_more_for_each_row(desk):
    """Each author, definition and link is read by its number, and a link is found by its address."""
    few, many = filled(1), filled(30)

    def look(study):
        values = form_of(desk.get(page(study)), holding="title") | {"_check": ["1"]}
        return queries(desk, lambda desk: desk.post(page(study), values))

    assert (look(few) < 70, look(many) - look(few) <= 5 * 29) == (True, True)


def test_second_of_two_editors_sees_what_differs(desk):
    study = make_study(question="What?")
    late = form_of(desk.get(page(study)), holding="title") | {"question": ["Mine?"]}
    send(desk, page(study), holding="title", question="Theirs?")
    answer = desk.post(page(study), late)
    (difference,) = answer.context["theirs_and_mine"]
    assert [(piece.kind, piece.text) for piece in difference.pieces] == [("removed", "Theirs?"), ("added", "Mine?")]
    assert answer.status_code == 409


@pytest.mark.parametrize(("role", "may"), [("moderator", False), ("editor", True), ("lead", True)])
def test_only_who_may_edit_gets_the_button_and_a_look(client, role, may):
    study = make_study(abstract=ABSTRACT)
    sign_in(client, make_user(role))
    assert ('name="_check"' in client.get(page(study)).content.decode()) == may
    answer = client.post(page(study), {"_check": "1", "title": "Forged"})
    assert (answer.status_code != 403, Study.objects.get().title) == (may, study.title)


# --- Bibliography from a source ---------------------------------------------------------------------------------------


def from_source(**fields):
    return make_study(bibliography_source="PubMed", journal="The Lancet", authors=["Adams, Ann"], **fields)


def test_bibliography_from_a_source_is_closed(desk):
    study = from_source(abstract=ABSTRACT)
    values = form_of(desk.get(page(study)), holding="question")
    assert {"title", "journal", "doi", "authors-0-family", "abstract-0-sections"} & set(values) == set()
    assert desk.post(page(study), values | {"title": ["Forged"], "authors-0-family": ["Forged"]}).status_code == 302
    study.refresh_from_db()
    assert (study.title.startswith("A study"), study.authors.get().family) == (True, "Adams")


def test_missing_abstract_of_a_closed_bibliography_can_be_added(desk):
    study = from_source()
    answer = send(desk, page(study), holding="question", **{"abstract-0-sections": ABSTRACT})
    assert (answer.status_code, answer.context and answer.context["faults"]) == (302, None)
    study.refresh_from_db()
    assert study.abstract.sections == [{"label": "", "text": ABSTRACT}]


def test_change_by_hand_needs_a_reason_which_stays_with_the_staff_notes(desk, editor):
    study = from_source(editor_notes="Read twice.")
    address = page(study) + "?bibliography=open"
    answer = send(desk, address, holding="title", journal="Another")
    assert answer.context["adminform"].form.errors == {
        "bibliography_reason": ["This came from a source. Say in a sentence why you change it by hand."]
    }
    answer = send(desk, address, holding="title", journal="Another", bibliography_reason="The paper says so.")
    assert answer.status_code == 302
    study.refresh_from_db()
    assert (study.journal, study.bibliography_source) == ("Another", "PubMed, changed by hand")
    first, second = study.editor_notes.split("\n")
    assert (first, second[10:]) == (
        "Read twice.",
        f", {editor}, changed by hand (Journal): The paper says so.",
    )


def test_authors_and_abstract_from_a_source_need_a_reason_too(desk):
    study = from_source(abstract=ABSTRACT)
    address = page(study) + "?bibliography=open"
    for typed in ({"authors-0-family": "Brown"}, {"abstract-0-sections": "Other words."}):
        assert send(desk, address, holding="title", **typed).status_code == 200
    assert send(desk, address, holding="title", bibliography_reason="A slip.", **typed).status_code == 302
    study.refresh_from_db()
    assert study.abstract.sections == [{"label": "", "text": "Other words."}]


def test_unchanged_open_bibliography_needs_no_reason(desk):
    study = from_source(abstract=ABSTRACT)
    assert send(desk, page(study) + "?bibliography=open", holding="title").status_code == 302
    study.refresh_from_db()
    assert (study.bibliography_source, study.editor_notes) == ("PubMed", "")
