"""No way to lose text: every failure of a form answers with what was typed, ready to be sent again."""

import logging
import sqlite3
import threading
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from contributions import limits, messages, thread
from contributions.models import Contribution
from contributions.views import keeping, sending
from tests.clock import PATIENCE
from tests.contributions.factories import a_study, send
from tests.contributions.pages import alert, form_of, open_message, send_form, text_of, words_of

TEXT = "Table 2 says 41.\n\nThe page says 14 — “fourteen”, & <b>not</b> 41."
PAGE = "/my-contribution/"
PRESS_AGAIN = "Please press Send again"


@pytest.fixture
def strict():
    """A client that protects forms as a browser's requests are, and answers faults with pages."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture
def tolerant():
    return Client(raise_request_exception=False)


def kept(response) -> str:
    """The text in the answer's form, as a browser would send it again."""
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    return form_of(response).values["text"].replace("\r\n", "\n")


def filled(client, path: str = "/contribute/?kind=other"):
    form = form_of(client.get(path))
    form.values["text"] = TEXT
    return form


def only_text() -> str:
    (entry,) = messages.read(Contribution.objects.get())
    return entry.content["text"]


# The form's protection


@pytest.mark.django_db
@pytest.mark.parametrize("loss", ["no token", "wrong token", "no cookie"])
def test_lost_protection_of_the_form(strict, loss):
    study = a_study()
    form = filled(strict, f"/contribute/{study.slug}/?kind=coding")
    form.values |= {"quote": "All met the CCC.", "contact": "a@example.org", "may_contact": "on"}
    first = form.values["form"]
    if loss == "no cookie":
        strict.cookies.clear()
    else:
        form.values["csrfmiddlewaretoken"] = "" if loss == "no token" else "x" * 64
    response = send_form(strict, form)
    assert (response.status_code, kept(response)) == (403, TEXT)
    assert alert(response).startswith(PRESS_AGAIN)
    again = form_of(response)
    assert [again.values[name] for name in ("quote", "contact", "may_contact", "kind")] == [
        "All met the CCC.", "a@example.org", "on", "coding",
    ]  # fmt: skip
    assert again.values["form"] != first  # a stranger's page could have sent a value whose receipt it knows
    sent = send_form(strict, again)
    assert (sent.status_code, only_text()) == (200, TEXT)
    assert Contribution.objects.get().study == study


@pytest.mark.django_db
def test_cookies_that_stay_off_keep_the_text_each_time(strict):
    form = filled(strict)
    for _ in range(3):
        strict.cookies.clear()
        response = send_form(strict, form)
        assert (response.status_code, kept(response)) == (403, TEXT)
        form = form_of(response)


@pytest.mark.django_db
def test_lost_protection_of_the_message_page(strict):
    receipt = send()
    opening = form_of(strict.get(PAGE))
    send_form(strict, opening, words=receipt.words)
    form = form_of(strict.get(PAGE), f"{PAGE}add/")
    response = send_form(strict, form, text=TEXT, csrfmiddlewaretoken="")
    assert (response.status_code, kept(response)) == (403, TEXT)
    assert alert(response).startswith(PRESS_AGAIN)
    send_form(strict, form_of(response))
    assert messages.read(receipt.contribution)[-1].content == {"text": TEXT}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sender", "filled_in"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://testserver"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": "https://evil.example"}, False),
        ({}, False),
    ],
)
def test_words_are_filled_in_only_for_our_own_page(strict, sender, filled_in):
    """Else another page could lead somebody into a message that is the other page's."""
    response = strict.post(PAGE, {"words": "one two three four five six"}, headers=sender)
    assert response.status_code == 403
    assert form_of(response).values["words"] == ("one two three four five six" if filled_in else "")


# Limits


@pytest.mark.django_db
def test_limit_of_the_form(client, slowly):
    for _ in range(limits.SENDING[0].count):
        assert send_form(client, filled(client)).status_code == 200
    response = send_form(client, filled(client))
    assert (response.status_code, response["Retry-After"], kept(response)) == (429, "600", TEXT)
    assert alert(response).startswith("Please wait a little Many messages came in a short time")
    assert Contribution.objects.count() == limits.SENDING[0].count
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    form = form_of(response)
    assert client.post(form.action, form.values, **elsewhere).status_code == 200


@pytest.mark.django_db
def test_limit_of_the_message_page(client, slowly):
    receipt = send()
    form = form_of(open_message(client, receipt.words), f"{PAGE}add/")
    for number in range(limits.SENDING[0].count):
        send_form(client, form, text=f"Text {number}")
    response = send_form(client, form, text=TEXT)
    assert (response.status_code, response["Retry-After"], kept(response)) == (429, "600", TEXT)


# Time


@pytest.mark.django_db
def test_session_that_ran_out(client):
    receipt = send()
    form = form_of(open_message(client, receipt.words), f"{PAGE}add/")
    Session.objects.all().delete()
    response = send_form(client, form, text=TEXT)
    assert response.status_code == 403
    assert alert(response).startswith("Your message is no longer open here")
    assert kept(response) == TEXT
    page = send_form(client, form_of(response), words=receipt.words)
    assert form_of(page, f"{PAGE}add/").values["text"].replace("\r\n", "\n") == TEXT
    send_form(client, form_of(page, f"{PAGE}add/"))
    assert messages.read(receipt.contribution)[-1].content == {"text": TEXT}


@pytest.mark.django_db
def test_wrong_words_on_the_way_back_keep_the_text(client):
    response = client.post(PAGE, {"words": "not the words", "text": TEXT})
    assert (response.status_code, kept(response)) == (422, TEXT)


@pytest.mark.django_db
def test_message_that_ended_while_one_wrote(client):
    receipt = send()
    form = form_of(open_message(client, receipt.words), f"{PAGE}add/")
    thread.take_back(contribution=receipt.contribution, at=timezone.now())
    response = send_form(client, form, text=TEXT)
    assert response.status_code == 409
    assert alert(response).startswith("Your text was not added")
    assert text_of(response).count("Table 2 says 41. The page says 14 — “fourteen”, &amp; &lt;b&gt;not") == 1


@pytest.mark.django_db
def test_message_that_was_decided_while_one_wrote(client):
    receipt = send(at=timezone.now())
    form = form_of(open_message(client, receipt.words), f"{PAGE}add/")
    Contribution.objects.filter(pk=receipt.contribution.pk).update(
        state="spam", outcome="spam", ended_at=timezone.now(), end_days=0
    )
    response = send_form(client, form, text=TEXT)
    assert (response.status_code, alert(response).split(" Something")[0]) == (409, "Your text was not added")
    assert text_of(response).count("Table 2 says 41.") == 1


# Faults of ours


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["before", "after"])
def test_fault_inside(tolerant, monkeypatch, caplog, where):
    """After the commit too: sending again then makes no second message."""
    real = sending.receive

    def failing(**given):
        if where == "after":
            real(**given)
        raise RuntimeError("broken")

    form = filled(tolerant)
    form.values |= {"evidence": "https://example.org/x", "may_quote": "on"}
    monkeypatch.setattr(sending, "receive", failing)
    with caplog.at_level(logging.ERROR):
        response = send_form(tolerant, form)
    assert (response.status_code, kept(response)) == (500, TEXT)
    assert text_of(response).startswith("Your text was not sent, but it is not lost")
    assert "Table 2" not in caplog.text
    again = form_of(response)
    assert (again.values["evidence"], again.values["may_quote"], again.values["form"]) == (
        "https://example.org/x", "on", form.values["form"],
    )  # fmt: skip
    monkeypatch.setattr(sending, "receive", real)
    sent = send_form(tolerant, again)
    assert (len(words_of(sent).split()), only_text()) == (6, TEXT)


@pytest.mark.django_db
def test_fault_on_the_message_page(tolerant, monkeypatch):
    receipt = send()
    form = form_of(open_message(tolerant, receipt.words), f"{PAGE}add/")
    monkeypatch.setattr(thread, "add", lambda **given: 1 / 0)
    response = send_form(tolerant, form, text=TEXT)
    assert (response.status_code, kept(response), form_of(response).action) == (500, TEXT, f"{PAGE}add/")


@pytest.mark.django_db
def test_fault_of_the_session_store(tolerant, monkeypatch):
    """It fails outside of every view, when the answer is on its way."""
    receipt = send()
    form = form_of(open_message(tolerant, receipt.words), f"{PAGE}add/")
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", lambda *args, **given: 1 / 0)
    response = send_form(tolerant, form, text=TEXT)
    assert (response.status_code, kept(response)) == (500, TEXT)


@pytest.mark.django_db
def test_address_without_a_study(tolerant):
    response = tolerant.post("/contribute/nobody-2020-nothing/", {"text": TEXT, "kind": "correction"})
    assert (response.status_code, kept(response), form_of(response).action) == (404, TEXT, "/contribute/")
    assert send_form(tolerant, form_of(response)).status_code == 200


@pytest.mark.django_db
def test_wrong_host(tolerant):
    response = tolerant.post("/contribute/", {"text": TEXT}, headers={"host": "evil.example"})
    assert (response.status_code, kept(response)) == (400, TEXT)


@pytest.mark.django_db
def test_too_many_fields(tolerant):
    many = {f"field-{number}": "x" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    form = filled(tolerant)
    body = "&".join(f"{name}={value}" for name, value in many.items()) + "&text=Short+text&kind=other"
    response = tolerant.post(form.action, body, content_type="application/x-www-form-urlencoded")
    assert (response.status_code, kept(response)) == (400, "Short text")


@pytest.mark.django_db
def test_text_that_is_too_large(tolerant):
    """Larger than the server reads at all: as much as it may read is kept."""
    form = filled(tolerant)
    text = "0123456789" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 10 + 1000)
    response = tolerant.post(
        form.action, f"kind=other&text={text}&quote=lost", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 413
    assert text_of(response).startswith("Your text is too long")
    found = kept(response)
    assert text.startswith(found)
    assert len(found) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 100


@pytest.mark.django_db
def test_error_without_any_text_is_the_usual_page(tolerant):
    response = tolerant.post("/contribute/nobody-2020-nothing/", {})
    assert text_of(response).startswith("This page does not exist")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_form_of_staff_is_answered_as_before(strict):
    response = strict.post(f"/{settings.ADMIN_PATH}login/", {"username": "x", "text": TEXT})
    assert (response.status_code, text_of(response).startswith("The form was not sent")) == (403, True)
    assert "Table 2" not in response.content.decode()


# The database is down


def refused(client, form):
    """The answer while nothing can be stored, checked for what it needs: no query at all to say so."""
    response = send_form(client, form)
    assert (response.status_code, response["Retry-After"], kept(response)) == (503, "120", TEXT)
    assert text_of(response).count("The atlas cannot store anything right now.") == 1
    return form_of(response)


@contextmanager
def locked(path: str):
    """Another process holds the file: a real lock of SQLite, not a pretended error."""
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        other = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
        other.execute("BEGIN EXCLUSIVE")
        ready.set()
        done.wait(PATIENCE)
        other.execute("ROLLBACK")
        other.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert ready.wait(PATIENCE)
    try:
        with impatient():
            yield
    finally:
        done.set()
        holder.join()


@contextmanager
def impatient():
    """Our connection waits for a lock for a moment only; afterwards as long as before."""
    cursor = connection.cursor()
    (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
    cursor.execute("PRAGMA busy_timeout = 50")
    try:
        yield
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {usual}")


@pytest.mark.sqlite
def test_database_that_takes_nothing(committing, tolerant):
    form = filled(tolerant)
    with locked(connection.settings_dict["NAME"]):
        again = refused(tolerant, form)
    assert (send_form(tolerant, again).status_code, only_text()) == (200, TEXT)


@contextmanager
def stopped():
    """The server's port answers nobody: what Django sees of a PostgreSQL that is down."""
    here = connections["default"]
    here.close()
    right = here.settings_dict.copy()
    here.settings_dict.update(HOST="127.0.0.1", PORT="1")
    try:
        yield
    finally:
        here.close()
        here.settings_dict.clear()
        here.settings_dict.update(right)


@pytest.mark.postgres
def test_database_that_does_not_answer(committing, tolerant):
    form = filled(tolerant)
    with stopped():
        again = refused(tolerant, form)
    assert (send_form(tolerant, again).status_code, only_text()) == (200, TEXT)


@pytest.mark.postgres
def test_connection_that_breaks_in_the_middle(committing, tolerant):
    """The server ends our connection between two requests, as it does when it is started anew."""
    form = filled(tolerant)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ours = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [ours])
    other.close()
    response = send_form(tolerant, form)
    if response.status_code != 200:
        assert (response.status_code, kept(response)) == (503, TEXT)
        connection.close()
        assert send_form(tolerant, form_of(response)).status_code == 200
    assert only_text() == TEXT


def test_page_that_keeps_the_text_asks_no_database(rf):
    """Without the mark `django_db` every query is refused by the test runner."""
    request = rf.post("/contribute/", {"text": TEXT, "kind": "other"})
    response = keeping.kept(request, HttpResponse(status=503))
    assert (response.status_code, form_of(response).values["text"].replace("\r\n", "\n")) == (503, TEXT)
