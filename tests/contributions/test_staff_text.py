"""Whoever is signed out while writing a decision keeps the text, and can send it after signing in again."""

import pytest
from django.test import Client
from django.utils import timezone

from contributions.models import Contribution
from contributions.vocabulary import DeclineReason, State
from tests.contributions.desk import at, forms_on
from tests.contributions.factories import claimed, make_user
from tests.signing_in import sign_in
from tests.studies.filling import _Fields

pytestmark = pytest.mark.django_db
ANSWER = "Table 1 of the paper says 73.\nSo we leave it."
HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def moderator():
    return make_user("moderator")


@pytest.fixture
def desk(moderator):
    return sign_in(Client(enforce_csrf_checks=True), moderator)


@pytest.fixture
def one(moderator):
    return claimed(by=moderator, at=timezone.now())


def hidden(page):
    """The values of the form that sends the text again."""
    parser = _Fields()
    parser.feed(page.content.decode())
    (form,) = [form for form in parser.forms if form["attrs"].get("action", "").endswith("/decline/")]
    return dict(form["pairs"])


def decline(desk, one, **changed):
    typed = {name: values[0] for name, values in forms_on(desk.get(at(one)))["decline"].items()}
    return typed | {"reason": DeclineReason.NO_SOURCE, "text": ANSWER} | changed


def test_answer_of_somebody_signed_out_is_kept_and_sent_after_signing_in(desk, moderator, one):
    sent = decline(desk, one)
    del desk.cookies["sessionid"]
    page = desk.post(at(one, "decline"), sent, headers=HERE)
    assert (page.status_code, page.context["texts"]) == (403, [("Text", ANSWER)])
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert Contribution.objects.get(pk=one.pk).state == State.IN_REVIEW
    sign_in(desk, moderator)
    assert desk.post(at(one, "decline"), hidden(page), headers=HERE).status_code == 302
    assert Contribution.objects.get(pk=one.pk).state == State.DECLINED


def test_answer_is_kept_where_the_form_was_too_old(desk, one):
    sent = decline(desk, one)
    desk.cookies.clear()
    page = desk.post(at(one, "decline"), sent, headers=HERE)
    assert (page.status_code, page.context["texts"]) == (403, [("Text", ANSWER)])
    assert hidden(page)["version"] == sent["version"]


def test_words_of_another_site_are_not_shown(desk, one):
    page = desk.post(at(one, "decline"), {"text": ANSWER}, headers={"sec-fetch-site": "cross-site"})
    assert (page.status_code, ANSWER in page.content.decode()) == (403, False)


def test_form_without_text_leads_to_the_sign_in_page(desk, one):
    sent = decline(desk, one, text="")
    del desk.cookies["sessionid"]
    page = desk.post(at(one, "decline"), sent, headers=HERE)
    assert (page.status_code, page["Location"].partition("?")[0]) == (302, "/admin/login/")


def test_passwords_are_never_shown_again(desk):
    old = {"old_password": "two words", "csrfmiddlewaretoken": "x"}
    desk.cookies.clear()
    page = desk.post("/admin/password_change/", old, headers=HERE)
    assert (page.status_code, "two words" in page.content.decode()) == (403, False)
