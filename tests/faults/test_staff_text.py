"""A moderator's text when the database goes away under the form: it stands in the answer, and can be sent from there."""

import logging
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from contributions import messages
from tests.contributions.desk import at, forms_on, press
from tests.contributions.factories import claimed, make_user
from tests.signing_in import sign_in
from tests.studies.filling import _Fields

pytestmark = pytest.mark.django_db
TEXT = "Which table do you mean?\n\nTable 2 says 41, & <b>not</b> 14."


@pytest.fixture
def desk():
    holder = make_user("moderator")
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    sign_in(client, holder)
    return client, claimed(holder, at=timezone.now(), content={"text": "A text."})


@contextmanager
def database_away():
    """As where the server has gone: whatever is asked, in the session already."""

    def refuse(execute, sql, params, many, context):
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(refuse):
        yield


def kept_form(page) -> dict[str, list[str]]:
    parser = _Fields()
    parser.feed(page.content.decode())
    values: dict[str, list[str]] = {}
    (form,) = [each for each in parser.forms if each["attrs"].get("action", "").endswith("/ask/")]
    for name, value in form["pairs"]:
        values.setdefault(name, []).append(value)
    return values


def test_text_stands_in_the_answer_and_is_sent_from_there(desk, caplog):
    client, one = desk
    shown = client.get(at(one))
    with caplog.at_level(logging.DEBUG), database_away():
        page = press(client, one, "ask", page=shown, text=TEXT)
    assert (page.status_code, page["Retry-After"]) == (503, "120")
    assert "no-store" in page["Cache-Control"]
    values = kept_form(page)
    assert values["text"] == [TEXT]
    assert page.content.decode().count("Your text was not sent, but it is not lost</h1>") == 1
    assert {"Table 2" in place for place in (caplog.text, str(page.cookies), str(page.headers))} == {False}
    assert client.post(at(one, "ask"), values).status_code == 302
    assert messages.read(one)[-1].content["text"].replace("\r\n", "\n") == TEXT


def test_other_fields_are_sent_again_as_they_were(desk):
    client, one = desk
    shown = client.get(at(one))
    sent = {name: values for name, values in forms_on(shown)["ask"].items() if name != "csrfmiddlewaretoken"}
    assert "version" in sent
    with database_away():
        page = press(client, one, "ask", page=shown, text=TEXT, more=["one", "two"])
    values = {name: value for name, value in kept_form(page).items() if name != "csrfmiddlewaretoken"}
    assert values == sent | {"text": [TEXT], "more": ["one", "two"]}


def test_nothing_is_shown_that_another_site_sent_or_that_holds_a_password(desk):
    client, one = desk
    client.handler.enforce_csrf_checks = False
    with database_away():
        page = client.post(at(one, "ask"), {"text": TEXT}, headers={"Sec-Fetch-Site": "cross-site"})
        assert (page.status_code, "Table 2" in page.content.decode()) == (503, False)
        page = client.post("/admin/login/", {"username": "a name", "password": "correct horse battery"})
    assert "correct horse" not in page.content.decode()


def test_answer_without_text_is_the_calm_page(desk):
    client, one = desk
    shown = client.get(at(one))
    with database_away():
        page = press(client, one, "release", page=shown)
    assert (page.status_code, "cannot answer right now" in page.content.decode()) == (503, True)
