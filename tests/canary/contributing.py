"""What contributors do, through the pages alone, with a word of its own in every box."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from contributions import form_token, receipts
from contributions.forms import TYPED
from contributions.keys import receipt_keys
from contributions.kinds import NEEDS_NO_STUDY
from contributions.models import Contribution
from contributions.vocabulary import Kind
from studies.models import Study
from tests.canary.watching import Watched
from tests.canary.world import Sent, World
from tests.contributions.pages import Form, form_of, words_of
from tests.studies.filling import form_to

MESSAGE = "/my-contribution/"


def fill(world: World, client: Watched, kind: str, study: Study | None) -> Form:
    """The form of this kind with everything in it that it takes."""
    path = f"/contribute/{study.slug}/" if study else "/contribute/"
    form = form_of(client.get(f"{path}?kind={kind}"), path)
    for name in TYPED:
        if name in form.values and name != "field":
            word = world.secrets.word(f"text: {name} of {kind}")
            form.values[name] = (
                TEXT.format(word) if name in {"text", "proposed", "quote"} else SHORT.get(name, "{}").format(word)
            )
    if "field" in form.values:
        form.values["field"] = "journal"
    address = f"{world.secrets.word(f'contact: address of {kind}')}@example.org"
    form.values |= {"contact": address, "may_contact": "on", "notify": "on"}
    world.secrets.add(form_token.read(form.values["form"], at=timezone.now()).token, "receipt: token of a form")
    return form


TEXT = "{0} is what the contributor wrote, in a sentence that is long enough to be copied by somebody. {0}"
SHORT = {"evidence": "https://example.org/{}", "identifier": "10.5555/{}"}


def send(world: World, kind: str = Kind.CORRECTION, study: Study | None = None, **typed: Any) -> Sent:
    """Fill, check, send; keep the receipt as a file; come back with the six words."""
    study = None if kind in NEEDS_NO_STUDY else study
    client = world.contributor()
    form = fill(world, client, kind, study)
    assert client.post(form.action, {**form.values, **typed, "step": "check"}).status_code == 200
    receipt = client.post(form.action, {**form.values, **typed, "step": "send"})
    sent = keep(world, client, receipt, study)
    address, values = form_to(receipt, "/receipt/")
    assert client.post(address, values).status_code == 200
    come_back(sent)
    return sent


def keep(world: World, client: Watched, receipt: HttpResponse, study: Study | None) -> Sent:
    """Note down the six words; from now on they may stand on their owner's pages alone."""
    assert receipt.status_code == 200, receipt.status_code
    hashes = receipts.possible_hashes(words_of(receipt), receipt_keys())
    sent = Sent(client, words_of(receipt), Contribution.objects.get(receipt_hash__in=hashes).pk, study)
    for between in (" ", "-", "+", "%20"):
        world.secrets.add(sent.words.replace(" ", between), "receipt: the six words")
    world.sent.append(sent)
    return sent


def come_back(sent: Sent) -> HttpResponse:
    """Open the message with the six words, then save the thread as a file."""
    answer = sent.client.send(MESSAGE, {"words": sent.words}, follow=True)
    assert answer.status_code == 200
    sent.client.send(f"{MESSAGE}download/", {})
    return answer


def add(world: World, sent: Sent, label: str = "a reply") -> None:
    """Write more into the thread: an answer, an addition, or the wish for a second look."""
    answer = sent.client.send(
        f"{MESSAGE}add/", {"text": TEXT.format(world.secrets.word(f"text: {label}"))}, follow=True
    )
    assert answer.status_code == 200, answer.status_code


def take_back(sent: Sent) -> None:
    assert sent.client.send(f"{MESSAGE}delete/", {}).status_code == 302


def delete_everything(sent: Sent) -> None:
    answer = sent.client.send(f"{MESSAGE}delete/", {"act": "everything"})
    assert (answer.status_code, answer["Clear-Site-Data"]) == (200, '"cache"')
