"""The wording check where staff write, review and decide, and where it stops what they send."""

import re

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies import proposals, publishing, rules
from studies.errors import Problems
from studies.models import Study
from studies.snapshots import current
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.filling import send

pytestmark = pytest.mark.django_db
FAULTY = TEXTS | {"summary": "The team looked at blood. The study proves that lactate is high."}
STOP = (
    "In plain language, “proves” in “The study proves that lactate is high.”: One study never proves a thing. "
    "Better: “The results fit with this idea.”"
)
MARKED = "<q>The study <mark>proves</mark> that lactate is high.</q>"


def client_of(user):
    client = Client()
    sign_in(client, user)
    return client


def page(user, name, *args):
    return client_of(user).get(reverse(f"admin:studies_{name}", args=args))


def change(study, summary, by):
    texts = {"summary": summary}
    return proposals.propose(study=study, values=texts, reason="correction", note="It was wrong.", by=by)


def faulty_published_study():
    """Published before the rule was there."""
    study = published_study(**TEXTS, **CODED)
    Study.objects.filter(pk=study.pk).update(summary=FAULTY["summary"])
    study.refresh_from_db()
    return study


def test_submitting_a_blocking_text_is_refused_with_place_and_example():
    with pytest.raises(Problems) as refused:
        publishing.submit(study=make_study(**FAULTY, **CODED), by=make_user("editor"))
    assert refused.value.messages == [STOP]


def test_the_rules_ask_again_whoever_asks():
    study, editor = make_study(**TEXTS, **CODED), make_user("editor")
    publishing.submit(study=study, by=editor)
    Study.objects.filter(pk=study.pk).update(summary=FAULTY["summary"])
    study.refresh_from_db()
    found = rules.problems(study.pk, current([study.pk])[study.pk])
    assert found == [STOP]


def test_proposing_a_blocking_text_is_refused():
    study = published_study(**TEXTS, **CODED)
    with pytest.raises(Problems) as refused:
        change(study, FAULTY["summary"], make_user("moderator"))
    assert refused.value.messages == [STOP]


def test_an_old_fault_does_not_stand_in_the_way_of_a_correction():
    study = faulty_published_study()
    text = "First: nobody was blinded in this study. " + FAULTY["summary"].replace("looked at", "studied")
    assert change(study, text, make_user("moderator")).changes["summary"][1] == text


def test_a_second_fault_beside_an_old_one_is_refused():
    study = faulty_published_study()
    with pytest.raises(Problems) as refused:
        change(study, FAULTY["summary"] + " It is a cure.", make_user("moderator"))
    assert [message.split(":")[0] for message in refused.value.messages] == [
        "In plain language, “cure” in “It is a cure.”"
    ]


def test_empty_compulsory_texts_are_named_once():
    study = make_study(**(TEXTS | {"limitations": ""}), **CODED)
    found = rules.problems(study.pk, current([study.pk])[study.pk])
    assert [problem for problem in found if "does not" in problem] == ["Texts are missing: what it does not prove."]


def test_a_draft_shows_the_findings_beside_each_text_once_it_is_saved():
    editor = make_user("editor")
    study = make_study(**FAULTY, findings=["Fine.", "It is a miracle."], **CODED)
    address = reverse("admin:studies_study_change", args=[study.pk])
    answer = send(client_of(editor), address, holding="title", follow=True).content.decode()
    assert "Stops publishing" not in answer  # the list of studies
    shown = page(editor, "study_change", study.pk).content.decode()
    helps = [part.partition('id="id_')[0] for part in shown.split('id="id_summary_helptext"')[1:]]
    assert [MARKED in part for part in helps] == [True]
    assert "Stops publishing: Promises too much, line 2.</strong>" in shown
    assert "2 findings that stop publishing, 0 that advise. Rules, version 2." in shown
    assert "<script>" not in shown.replace('<script src="', "")


def test_a_form_that_comes_back_shows_no_findings_about_other_texts():
    editor, study = make_user("editor"), make_study(**FAULTY, **CODED)
    address = reverse("admin:studies_study_change", args=[study.pk])
    answer = send(client_of(editor), address, holding="title", title="")
    assert answer.status_code == 200
    assert MARKED not in answer.content.decode()


def test_a_new_draft_says_when_its_words_are_checked():
    shown = site.get_model_admin(Study).wording(Study())
    assert shown == "Save the draft, and the words of its texts are checked."


def test_the_step_shows_what_stops_and_what_advises():
    study = make_study(**(FAULTY | {"key_point": "Lactate was high."}), **CODED)
    shown = page(make_user("editor"), "study_submit", study.pk).content.decode()
    assert MARKED in shown
    assert "Advice: Key point without how sure.</strong>" in shown
    assert "1 finding that stops publishing, 1 that advises. Rules, version 2." in shown
    check = shown.partition('id="wording-heading"')[2].partition("</section>")[0]
    assert re.findall("<h3>(.*)</h3>", check) == ["Key point", "In plain language"]


def test_a_public_study_shows_its_findings_to_staff():
    shown = page(make_user("moderator"), "study_change", faulty_published_study().pk).content.decode()
    assert MARKED in shown


def test_a_proposal_shows_what_it_adds_and_nothing_old():
    study, moderator = faulty_published_study(), make_user("moderator")
    text = FAULTY["summary"] + " This was a striking result."
    shown = page(moderator, "proposal_change", change(study, text, moderator).pk).content.decode()
    assert "<q>This was a <mark>striking</mark> result.</q>" in shown
    assert MARKED not in shown
    assert "0 findings that stop publishing, 1 that advises. Rules, version 2." in shown


def test_the_difference_shows_what_a_proposal_would_add():
    study, moderator = published_study(**TEXTS, **CODED), make_user("moderator")
    address = reverse("admin:studies_study_propose", args=[study.pk])
    typed = {"summary": "This was a striking result.", "reason": "correction", "note": "It was wrong."}
    answer = send(client_of(moderator), address, holding="summary", press="show", **typed)
    assert "<q>This was a <mark>striking</mark> result.</q>" in answer.content.decode()


@pytest.mark.parametrize("name", ["study_change", "study_submit"])
def test_findings_cost_no_more_queries_than_a_text_without_any(name):
    editor, counts = make_user("editor"), []
    client = client_of(editor)
    for texts in (TEXTS, FAULTY | {"findings": ["It is a miracle."] * 20}):
        study = make_study(**texts, **CODED)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"admin:studies_{name}", args=[study.pk])).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
