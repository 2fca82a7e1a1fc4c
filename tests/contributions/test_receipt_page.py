"""/my-contribution/: six words open one message; everything its contributor can do there, and what stays behind."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from contributions import intake, limits, messages, retention, review, thread
from contributions.kinds import ASKED
from contributions.models import Contribution, Message
from contributions.views.receipt import UNKNOWN
from contributions.vocabulary import ENDS, STATE_SENTENCES, State
from studies.records import Record
from tests.contributions.factories import a_study, claimed, in_state, make_user, send, shown
from tests.contributions.pages import alert, form_of, forms_of, open_message, send_form, text_of, without_token

pytestmark = pytest.mark.django_db
NOT_OURS = "erased resend glamour important bogged aflame"
PAGE = "/my-contribution/"


@pytest.fixture
def moderator():
    return make_user("moderator")


def words_for(contribution: Contribution) -> str:
    """Give a contribution of the factories a receipt that the test knows."""
    receipt = send()
    taken = receipt.contribution
    hashes = (taken.receipt_hash, taken.token_hash)
    Contribution.objects.filter(pk=taken.pk).delete()
    Contribution.objects.filter(pk=contribution.pk).update(receipt_hash=hashes[0], token_hash=hashes[1])
    return receipt.words


def opened(client, state: str, by, **more):
    """The page of a message in this state, and the message."""
    one = in_state(state, by, at=timezone.now(), **more)
    return open_message(client, words_for(one)), one


# Opening


@pytest.mark.parametrize("spell", [str, str.upper, lambda words: words.replace(" ", "-"), lambda words: f" {words}\n"])
def test_words_in_any_spelling_open_the_message(client, spell):
    receipt = send(content={"text": "The number is wrong."}, at=timezone.now())
    response = open_message(client, spell(receipt.words))
    assert response.redirect_chain == [(PAGE, 302)]
    assert text_of(response).count("The number is wrong.") == 1


def test_words_that_nobody_has_and_words_of_the_erased_get_the_same_answer(client):
    receipt = send()
    thread.take_back(contribution=receipt.contribution, at=timezone.now())
    thread.delete_now(contribution=receipt.contribution, at=timezone.now())
    answers = [client.post(PAGE, {"words": words}) for words in (NOT_OURS, receipt.words, "nonsense")]
    assert {alert(answer) for answer in answers} == {f"There is a problem {UNKNOWN}"}
    assert {answer.status_code for answer in answers} == {422}
    assert {re.sub(r'value="[^"]*"', "", text_of(answer)) for answer in answers} == {text_of(answers[0])}


def test_words_are_never_in_an_address_or_on_the_page(client, slowly):
    """Two messages that differ in their words alone have the same page; single words may stand there by chance."""
    receipts = [send(), send()]
    response = client.get(PAGE, {"words": receipts[0].words})
    assert text_of(response).count("The number of patients is wrong.") == 0
    pages = []
    for receipt in receipts:
        assert client.post(PAGE, {"words": receipt.words})["Location"] == PAGE
        pages.append(without_token(client.get(PAGE)))
        assert pages[-1].count("The number of patients is wrong.") == 1
    assert pages[0] == pages[1]


def test_look_ups_are_limited_and_the_words_stay(client, slowly):
    receipt = send()
    for _ in range(limits.LOOKING_UP[0].count):
        client.post(PAGE, {"words": NOT_OURS})
    response = client.post(PAGE, {"words": receipt.words})
    assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert form_of(response, PAGE).values["words"] == receipt.words
    assert "sessionid" not in client.cookies


def test_session_holds_the_uuid_alone_for_thirty_minutes(client):
    receipt = send()
    client.get(PAGE)
    assert "sessionid" not in client.cookies
    open_message(client, receipt.words)
    cookie = client.cookies["sessionid"]
    session = Session.objects.get().get_decoded()
    assert session == {"contribution": str(receipt.contribution.uuid), "_session_expiry": 1800}
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (1800, True, "Lax")


def test_every_step_begins_the_thirty_minutes_anew(client):
    open_message(client, send().words)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    client.get(PAGE)
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=29)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert [form.action for form in forms_of(client.get(PAGE))] == [PAGE]


def test_opening_begins_a_new_session_that_knows_no_staff(client, moderator):
    client.force_login(moderator)
    before = client.cookies["sessionid"].value
    open_message(client, send().words)
    assert client.cookies["sessionid"].value != before
    assert [list(session.get_decoded()) for session in Session.objects.all()] == [["contribution", "_session_expiry"]]


def test_no_page_of_a_message_is_stored_or_told_to_others(client):
    words = send().words
    answers = [client.get(PAGE), open_message(client, words), client.get(f"{PAGE}delete/"), client.get("/contribute/")]
    answers.append(client.post(f"{PAGE}download/"))
    assert ["no-store" in answer["Cache-Control"] for answer in answers] == [True] * 5
    assert {answer["Referrer-Policy"] for answer in answers} == {"same-origin"}


def test_pages_elsewhere_set_no_cookie_and_stay_the_same(client):
    open_message(client, send().words)
    response = client.get("/about/")
    assert (response.cookies, response.get("Vary", "")) == ({}, "Cookie")


# What the page says


@pytest.mark.parametrize("state", [state for state in State if state != State.ERASED])
def test_page_says_in_plain_words_where_the_message_stands(client, moderator, state):
    response, one = opened(client, state, moderator)
    text = text_of(response)
    assert text.count(STATE_SENTENCES[state]) == 1
    assert text.count(ASKED[one.kind].subject) == 1
    actions = [form.action for form in forms_of(response)]
    may_write = state not in ENDS or state in {State.DECLINED, State.NOTED, State.CLOSED}
    assert actions == [f"{PAGE}add/"] * may_write + [f"{PAGE}download/", f"{PAGE}leave/"]
    assert text.count("Take it back") == (state not in ENDS)
    assert text.count("Delete it now") == (state in ENDS)


def test_page_says_when_all_of_it_is_deleted(client, moderator):
    response, one = opened(client, "noted", moderator)
    day = one.ended_at + timedelta(days=90)
    assert (
        text_of(response).count(f"Your message, all answers and this page are deleted on {day.day} {day:%B %Y}.") == 1
    )


def test_page_says_until_when_to_answer(client, moderator):
    response, one = opened(client, "asked", moderator)
    day = one.waiting_since + timedelta(days=60)
    assert text_of(response).count(f"Please answer before {day.day} {day:%B %Y}.") == 1
    assert text_of(response).count("Which table do you mean?") == 1


def test_page_says_when_it_closes_by_itself(client, slowly):
    response = open_message(client, send().words)
    said = re.findall(r"after 30 minutes without a step: at (\d\d:\d\d) UTC", text_of(response))
    assert said == [(slowly + timedelta(minutes=30)).strftime("%H:%M")]


def test_reason_of_a_refusal_is_said(client, moderator):
    response, _ = opened(client, "declined", moderator)
    text = text_of(response)
    assert text.count("Reason: We could not find it in the paper or another source.") == 1
    assert text.count("We could not find it.") == 1


def test_change_leads_to_the_history_of_the_study(client, moderator):
    study = a_study()
    response, _ = opened(client, "applied", moderator, study=study)
    assert response.content.decode().count(f'href="/evidence/{study.slug}/history/"') == 1


def test_missing_paper_says_that_staff_work_on_it(client, moderator):
    one = claimed(moderator, at=timezone.now(), kind="missing_paper", content={"text": "", "identifier": "10.1/x"})
    record = Record(title="A paper on pacing", year=2024)
    review.draft_study(shown=shown(one), by=moderator, at=timezone.now(), record=record, text="Thank you.")
    response = open_message(client, words_for(one))
    assert text_of(response).count("Staff work on an entry for this paper.") == 1


def test_everything_that_was_sent_stands_there_with_its_label(client):
    content = {"text": "Wrong.", "field": "key_point", "proposed": "Better.", "evidence": "<b>https://example.org</b>"}
    response = open_message(client, send(content=content).words)
    text = text_of(response)
    assert text.count("Where on the page Key point What it should say instead Better.") == 1
    assert response.content.decode().count("&lt;b&gt;https://example.org&lt;/b&gt;") == 1


# Writing


def test_more_text_joins_the_thread_once(client):
    receipt = send(content={"text": "One."})
    page = open_message(client, receipt.words)
    form = form_of(page, f"{PAGE}add/")
    for _ in range(2):  # a double click
        response = send_form(client, form, text="Two.")
        assert (response.status_code, response["Location"]) == (302, PAGE)
    assert [entry.content for entry in messages.read(receipt.contribution)] == [{"text": "One."}, {"text": "Two."}]


def test_answer_puts_the_message_back_into_the_queue(client, moderator):
    response, one = opened(client, "asked", moderator)
    send_form(client, form_of(response, f"{PAGE}add/"), text="Table 2.")
    one.refresh_from_db()
    assert one.state == State.RECEIVED


def test_second_look_can_be_asked_for_once(client, moderator):
    response, one = opened(client, "declined", moderator)
    form = form_of(response, f"{PAGE}add/")
    assert text_of(response).count("Ask for a second look") == 1
    send_form(client, form, text="It stands in the supplement.")
    send_form(client, form, text="It stands in the supplement.")
    one.refresh_from_db()
    assert (one.state, one.reopened, one.messages.count()) == (State.RECEIVED, True, 3)


def test_second_look_is_not_offered_after_thirty_days(client, moderator):
    one = in_state("declined", moderator, at=timezone.now() - timedelta(days=31))
    response = open_message(client, words_for(one))
    assert [form.action for form in forms_of(response)] == [f"{PAGE}download/", f"{PAGE}leave/"]


def test_empty_addition_is_a_problem_that_is_said(client):
    form = form_of(open_message(client, send().words), f"{PAGE}add/")
    response = send_form(client, form, text=" ")
    assert (response.status_code, response.content.decode().count("<title>Error: ")) == (422, 1)
    assert alert(response) == "There is a problem Write something in this box, so that there is a text to send."


# Saving and deleting


def test_whole_thread_is_saved_as_text(client, moderator):
    page, _ = opened(client, "declined", moderator)
    response = send_form(client, form_of(page, f"{PAGE}download/"))
    assert response["Content-Disposition"] == 'attachment; filename="study-atlas-message.txt"'
    text = response.content.decode()
    positions = [
        text.index(part) for part in ("--- You", "The number of patients is wrong.", "--- Moderator", "We could")
    ]
    assert positions == sorted(positions)


def test_asking_to_delete_deletes_nothing(client):
    receipt = send()
    open_message(client, receipt.words)
    response = client.get(f"{PAGE}delete/")
    assert [(form.action, form.buttons) for form in forms_of(response)] == [
        (f"{PAGE}delete/", [("act", "take_back")]),
        (f"{PAGE}delete/", [("act", "everything")]),
    ]
    receipt.contribution.refresh_from_db()
    assert receipt.contribution.state == State.RECEIVED


def test_taking_back_deletes_the_text_and_says_so(client):
    receipt = send()
    open_message(client, receipt.words)
    response = client.post(f"{PAGE}delete/", {"act": "take_back"}, follow=True)
    assert text_of(response).count(STATE_SENTENCES[State.TAKEN_BACK]) == 1
    assert Message.objects.count() == 0
    assert intake.find(receipt.words).state == State.TAKEN_BACK


@pytest.mark.parametrize("state", ["received", "quarantined", "asked", "declined", "applied", "taken_back"])
def test_delete_everything_really_deletes(client, moderator, state):
    _, one = opened(client, state, moderator)
    response = client.post(f"{PAGE}delete/", {"act": "everything"})
    assert response.status_code == 200
    assert text_of(response).startswith("Your message is deleted")
    one.refresh_from_db()
    assert (one.state, one.receipt_hash, one.wrapped_key, Message.objects.filter(contribution=one).count()) == (
        State.ERASED, None, None, 0,
    )  # fmt: skip
    assert client.cookies["sessionid"].value == ""
    assert Session.objects.count() == 0
    assert response["Clear-Site-Data"] == '"cache"'


def test_message_that_was_erased_meanwhile_is_open_nowhere(client, moderator):
    _, one = opened(client, "declined", moderator)
    retention.erase(contribution=one, actors=retention.CLOCK, at=timezone.now())
    assert [form.action for form in forms_of(client.get(PAGE))] == [PAGE]


def test_leaving_ends_the_session_and_clears_the_cache(client):
    page = open_message(client, send().words)
    response = send_form(client, form_of(page, f"{PAGE}leave/"))
    assert text_of(response).startswith("You have left your message")
    assert response["Clear-Site-Data"] == '"cache"'
    assert (client.cookies["sessionid"].value, Session.objects.count()) == ("", 0)
    assert [form.action for form in forms_of(client.get(PAGE))] == [PAGE]


@pytest.mark.parametrize("path", ["add", "download", "leave"])
def test_looking_at_an_address_changes_nothing(client, path):
    receipt = send()
    open_message(client, receipt.words)
    response = client.get(f"{PAGE}{path}/")
    assert (response.status_code, response["Location"]) == (302, PAGE)
    assert text_of(client.get(PAGE)).count("The number of patients is wrong.") == 1


def test_without_a_session_every_act_asks_for_the_words(client):
    answers = [client.post(f"{PAGE}{path}/", {"text": "x", "act": "everything"}) for path in ("add", "delete")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert [alert(answer).split(" That")[0] for answer in answers] == ["Your message is no longer open here"] * 2


def test_a_study_in_public_says_nothing_of_who_wrote(client, moderator):
    study = a_study()
    _, one = opened(client, "applied", moderator, study=study)
    history = client.get(f"/evidence/{study.slug}/history/").content.decode()
    assert [
        secret for secret in (one.alias, str(one.uuid), "The number of patients is wrong.") if secret in history
    ] == []


def test_message_page_has_a_constant_number_of_queries(client, django_assert_max_num_queries):
    receipt = send()
    open_message(client, receipt.words)
    for number in range(30):
        thread.add(contribution=receipt.contribution, text=f"Text {number}", at=timezone.now())
    with django_assert_max_num_queries(8):
        client.get(PAGE)
