"""While very much arrives: scripts prove work, everything else is looked at first, and nobody is refused."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from contributions import form_token, limits, proof_of_work
from contributions.models import Contribution
from contributions.vocabulary import State
from tests.contributions.pages import form_of, send_form, words_of

TEXT = "Table 2 says 41 patients, the page says 14."
SCRIPT = settings.BASE_DIR / "static" / "js" / "contribute.js"


def solved(challenge: str) -> str:
    return next(str(number) for number in range(10**7) if proof_of_work.is_answer(challenge, str(number)))


@pytest.fixture
def flood(db, rf, slowly):
    """So many messages in ten minutes that half of the site's limit is used."""
    site = next(limit for limit in limits.SENDING if limit.whole_site)
    for number in range(int(site.count * limits.SURGE_SHARE) + 1):
        request = rf.post("/contribute/", REMOTE_ADDR=f"198.51.{number % 250}.1")
        limits.count(limits=limits.SENDING, request=request, at=timezone.now())


def opened(client, *, unsolved_by: str = ""):
    """The form as if it had been open for a minute: one that this does not solve, as one answer in 65,536 does by chance."""
    form = form_of(client.get("/contribute/?kind=other"))
    values = (form_token.new(at=timezone.now() - timedelta(minutes=1)) for _ in range(100))
    form.values["form"] = next(value for value in values if not proof_of_work.is_answer(value, unsolved_by))
    return form


@pytest.mark.django_db
def test_form_asks_for_no_work_on_a_calm_day(client):
    html = client.get("/contribute/?kind=other").content.decode()
    assert (html.count("<script"), html.count("data-challenge")) == (1, 0)


def test_form_carries_its_own_signed_value_as_the_challenge(client, flood):
    response = client.get("/contribute/?kind=other")
    html = response.content.decode()
    (challenge,) = re.findall(r'data-challenge="([^"]+)" data-bits="16"', html)
    assert challenge == form_of(response).values["form"]
    assert re.findall(r"<script[^>]*>", html) == ['<script defer src="/static/js/contribute.js">']


def test_message_with_a_proof_joins_the_queue(client, flood):
    form = opened(client)
    send_form(client, form, text=TEXT, proof=solved(form.values["form"]))
    assert Contribution.objects.get().state == State.RECEIVED


@pytest.mark.parametrize("proof", ["", "1", "-1", "9" * 40, "١٢", "x"])
def test_message_without_a_proof_is_looked_at_first_and_gets_its_receipt(client, flood, proof):
    response = send_form(client, opened(client, unsolved_by=proof), text=TEXT, proof=proof)
    assert (response.status_code, len(words_of(response).split())) == (200, 6)
    assert Contribution.objects.get().state == State.QUARANTINED


def test_proof_of_one_form_is_worth_nothing_for_another(client, flood):
    one = opened(client)
    proof = solved(one.values["form"])
    other = opened(client, unsolved_by=proof)
    send_form(client, one, text=TEXT, proof=proof)
    send_form(client, other, text=TEXT + " More.", proof=proof)
    assert list(Contribution.objects.order_by("pk").values_list("state", flat=True)) == [
        State.RECEIVED, State.QUARANTINED,
    ]  # fmt: skip


def test_same_form_with_its_proof_again_makes_nothing_new(client, flood):
    form = opened(client)
    proof = solved(form.values["form"])
    first, second = (send_form(client, form, text=TEXT, proof=proof) for _ in range(2))
    assert (words_of(first), Contribution.objects.count()) == (words_of(second), 1)


def test_challenge_that_is_not_signed_by_us_proves_nothing(client, flood):
    challenge = "00" * 16
    client.post("/contribute/", {"text": TEXT, "kind": "other", "form": challenge, "proof": solved(challenge)})
    assert Contribution.objects.get().state == State.QUARANTINED


def test_proof_survives_a_problem_with_the_form(client, flood):
    form = opened(client)
    proof = solved(form.values["form"])
    response = send_form(client, form, text="", proof=proof)
    again = form_of(response)
    assert (again.values["proof"], again.values["form"]) == (proof, form.values["form"])
    send_form(client, again, text=TEXT)
    assert Contribution.objects.get().state == State.RECEIVED


def test_answer_has_as_many_zero_bits_as_asked_for():
    answer = solved("a challenge")
    digest = hashlib.sha256(f"a challenge:{answer}".encode()).hexdigest()
    assert digest[: proof_of_work.BITS // 4] == "0" * (proof_of_work.BITS // 4)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_input_is_answered(challenge, answer):
    assert proof_of_work.is_answer(challenge.encode("utf-8", "replace").decode(), answer) in {True, False}


def test_script_is_small_stores_nothing_and_asks_the_form_s_own_address_alone():
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.encode()) <= 10 * 1024
    elsewhere = r"https?:|XMLHttpRequest|import\(|localStorage|sessionStorage|indexedDB|caches|document\.cookie"
    assert re.findall(elsewhere, text) == []
    assert re.findall(r"fetch\((.+?),", text) == ['form.getAttribute("action")']
