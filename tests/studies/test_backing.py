"""Quotes and numbers of a study against its stored abstract, as the rules for publishing and for proposals ask it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies import proposals, publishing, rules
from studies.backing import unbacked
from studies.badges import definitions_named_by
from studies.errors import Problems
from studies.models import Abstract, Study
from studies.snapshots import current
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study

pytestmark = pytest.mark.django_db
ABSTRACT = "All 50 patients met the Fukuda criteria. They were compared with 40 controls."
WAY_OUT = "Quote the paper word for word, or say that you read it in the full text, and where it stands there."


def row(quote, **more):
    return {"definition": "fukuda-1994", "quote": quote, **more}


def faults(**fields):
    study = make_study(**fields)
    values = current([study.pk])[study.pk]
    return unbacked(study.pk, values, definitions_named_by([values]))


def test_quote_of_a_definition_must_stand_in_the_stored_abstract():
    assert faults(abstract=ABSTRACT, definitions=[row("all 50 patients met the Fukuda criteria")]) == []
    sentence = (
        "CDC 1994 (Fukuda) CFS research definition: the quote does not stand in the stored abstract. "
        f"The nearest passage is: “All 50 patients met the Fukuda”. {WAY_OUT}"
    )
    assert faults(abstract=ABSTRACT, definitions=[row("All patients met the Canadian criteria")]) == [sentence]


def test_quote_from_the_full_text_is_not_looked_for():
    assert faults(abstract=ABSTRACT, definitions=[row("Not there.", basis="full_text", locator="methods")]) == []


@pytest.mark.parametrize(
    ("locator", "expected"), [("abstract", 1), ("", 1), ("title", 1), ("methods", 0), ("supplement", 0)]
)
def test_sentence_about_pem_must_stand_where_it_is_said_to(locator, expected):
    found = faults(
        abstract=ABSTRACT, design="cohort", pem_claim="compulsory", pem_quote="PEM was needed.", pem_locator=locator
    )
    assert len(found) == expected


def test_numbers_of_a_text_from_the_abstract_must_stand_there():
    assert faults(abstract=ABSTRACT, summary="They tested 50 patients.", basis="abstract") == []
    assert len(faults(abstract=ABSTRACT, summary="They tested 49 patients.", basis="abstract")) == 1
    assert faults(abstract=ABSTRACT, summary="They tested 49 patients.", basis="full_text") == []
    assert faults(summary="They tested 49 patients.", basis="abstract") == []  # nothing to look in


def test_empty_sections_count_as_no_abstract():
    study = make_study(definitions=[row("All met it.")], abstract="x")
    Abstract.objects.update(sections=[{"label": "Abstract", "text": " "}])
    values = current([study.pk])[study.pk]
    (fault,) = unbacked(study.pk, values, definitions_named_by([values]))
    assert (
        fault
        == f"CDC 1994 (Fukuda) CFS research definition: no abstract is stored, so the quote cannot be found in it. {WAY_OUT}"
    )


def test_nothing_is_read_where_there_is_nothing_to_look_for():
    study = make_study(abstract=ABSTRACT, definitions=[{"definition": "fukuda-1994"}], basis="full_text")
    values = current([study.pk])[study.pk]
    definitions = definitions_named_by([values])
    with CaptureQueriesContext(connection) as found:
        assert unbacked(study.pk, values, definitions) == []
    assert len(found) == 0


def test_draft_with_a_quote_that_stands_nowhere_is_not_submitted():
    study = make_study(abstract=ABSTRACT, design="cohort", definitions=[row("No such words")])
    with pytest.raises(Problems) as refused:
        publishing.submit(study=study, by=make_user("editor"))
    assert [message.split(":")[0] for message in refused.value.messages] == [
        "CDC 1994 (Fukuda) CFS research definition"
    ]


def test_proposal_with_a_quote_that_stands_nowhere_is_refused():
    study = published_study(**TEXTS, **CODED, abstract=ABSTRACT)
    wanted = [{"definition": "fukuda-1994", "role": "inclusion", "basis": "abstract", "quote": "No such words"}]
    with pytest.raises(Problems):
        proposals.propose(
            study=study, values={"definitions": wanted}, reason="coding", note="x", by=make_user("editor")
        )


def test_old_fault_does_not_stand_in_the_way_of_another_correction():
    study = published_study(**TEXTS, design="case_control", definitions=[row("All met it.", basis="full_text")])
    study.definitions.update(basis="abstract")  # as it was before the rule
    live = current([study.pk])[study.pk]
    assert len(rules.problems(study.pk, live)) == 1
    assert rules.new_problems(study.pk, live, live | {"journal": "Another"}) == []


def test_new_problem_beside_an_old_one_is_said():
    study = published_study(**TEXTS, **CODED, abstract=ABSTRACT)
    Study.objects.filter(pk=study.pk).update(summary="They tested 49 patients.")
    live = current([study.pk])[study.pk]
    found = rules.new_problems(study.pk, live, live | {"limitations": "Only 48 patients came."})
    assert [sentence.split(",")[0] for sentence in found] == ["A text gives 48 patients"]
