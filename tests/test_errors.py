"""Error pages: they say what to do next, and need no database."""

import pytest
from django.db import connection
from django.test import Client

from tests.studies.pages import text_of


@pytest.fixture
def no_database(monkeypatch):
    """Every query fails, as it does when the database is down."""

    def fail(*args, **kwargs):
        raise AssertionError("an error page asked the database")

    monkeypatch.setattr(connection, "cursor", fail)


def test_unknown_address_is_answered_without_the_database(client, no_database):
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    text = text_of(response)
    assert text.startswith("This page does not exist There is nothing at this address.")
    assert response.content.count(b'id="q-error"') == 1


@pytest.mark.django_db
def test_fault_of_ours_is_answered_without_the_database(no_database):
    client = Client(raise_request_exception=False)
    response = client.get("/")
    assert response.status_code == 500
    assert text_of(response).startswith("Something went wrong on our side It is not your fault")
    assert b"<title>Something went wrong on our side \xe2\x80\x93 ME/CFS Study Atlas</title>" in response.content


def test_wrong_host_is_answered_with_a_page(no_database):
    response = Client(raise_request_exception=False).get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert text_of(response).startswith("The request could not be read")


def test_form_that_is_too_large_is_answered_with_a_page_that_says_what_to_do(no_database, settings):
    body = "username=" + "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    form = "application/x-www-form-urlencoded"
    response = Client(raise_request_exception=False).post(f"/{settings.ADMIN_PATH}login/", body, content_type=form)
    assert response.status_code == 413
    assert text_of(response).startswith("This is too large What you sent is larger than the atlas takes at once.")
    assert "make it shorter, or send it in parts." in text_of(response)


def test_form_without_its_cookie_is_answered_with_a_page(settings):
    client = Client(enforce_csrf_checks=True)
    response = client.post(f"/{settings.ADMIN_PATH}login/", {"username": "x"})
    assert response.status_code == 403
    assert text_of(response).startswith("The form was not sent Nothing was changed.")


def test_error_pages_are_not_for_search_engines(client):
    html = client.get("/nothing/here/").content.decode()
    assert html.count('<meta name="robots" content="noindex">') == 1
    assert html.count('rel="canonical"') == 0
