"""Faults, forced while something private is being sent: each has to be answered, and to leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from contributions import review
from contributions.views import sending, thread
from contributions.vocabulary import Kind
from tests.canary import contributing, desk
from tests.canary.world import World
from tests.clock import slow_clock
from tests.contributions.test_no_text_lost import locked, stopped

FORM, MESSAGE = "/contribute/", "/my-contribution/"
Fault = Callable[[World], int]
FAULTS: dict[str, tuple[int, Fault]] = {}


def fault(status: int) -> Callable[[Fault], Fault]:
    """Registers a function that provokes a fault and returns the status that came back."""

    def register(function: Fault) -> Fault:
        FAULTS[function.__name__] = (status, function)
        return function

    return register


def _typed(world: World, where: str) -> dict[str, str]:
    return {"text": world.secrets.word(f"text: sent into a {where}"), "kind": "other", "step": "send"}


@fault(400)
def too_many_fields(world: World) -> int:
    extra = {f"field-{number}": "x" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    return world.contributor().post(FORM, _typed(world, "400") | extra).status_code


@fault(400)
def wrong_host(world: World) -> int:
    return world.contributor().post(FORM, _typed(world, "400"), HTTP_HOST="elsewhere.example").status_code


@fault(400)
def words_that_are_none(world: World) -> int:
    client = world.contributor()
    client.get(f"{FORM}?kind=other")
    return client.send(f"{MESSAGE}receipt/", {"words": world.secrets.word("receipt: words that are none")}).status_code


@fault(403)
def lost_protection(world: World) -> int:
    return world.contributor().post(FORM, _typed(world, "403")).status_code


@fault(403)
def lost_protection_of_words(world: World) -> int:
    word = world.secrets.word("receipt: words without protection")
    return world.contributor().post(MESSAGE, {"words": word}, HTTP_SEC_FETCH_SITE="same-origin").status_code


@fault(403)
def closed_session(world: World) -> int:
    client = world.contributor()
    client.get(f"{FORM}?kind=other")
    return client.send(f"{MESSAGE}add/", _typed(world, "closed session")).status_code


@fault(403)
def lost_protection_at_the_desk(world: World) -> int:
    text = world.secrets.word("text: an answer without protection")
    return world.staff["moderator"].post(f"{desk.QUEUE}{world.sent[0].pk}/ask/", {"text": text}).status_code


@fault(404)
def no_such_study(world: World) -> int:
    client = world.contributor()
    client.get(f"{FORM}?kind=other")
    return client.send(f"{FORM}nobody-2020-nothing/", _typed(world, "404")).status_code


@fault(404)
def words_in_an_address(world: World) -> int:
    """Somebody writes the words where they do not belong: the page says nothing of it, and neither does the log."""
    words = world.sent[0].words.replace(" ", "-")
    client = world.contributor()
    status = client.get(f"{MESSAGE}{words}/").status_code
    world.answers[:] = [answer for answer in world.answers if words not in answer.address]
    return status


@fault(405)
def wrong_method(world: World) -> int:
    client = world.contributor()
    client.get(f"{FORM}?kind=other")
    extra = {"HTTP_X_CSRFTOKEN": client.cookies["csrftoken"].value}
    body = f"text={world.secrets.word('text: sent into a 405')}"
    return client.put(FORM, body, content_type="application/x-www-form-urlencoded", **extra).status_code


@fault(409)
def ended_meanwhile(world: World) -> int:
    sent = contributing.send(world, Kind.OTHER)
    desk.walk(world, sent, "spam")
    return sent.client.send(f"{MESSAGE}add/", _typed(world, "409")).status_code


@fault(409)
def decided_meanwhile(world: World) -> int:
    sent = contributing.send(world, Kind.OTHER)
    desk.walk(world, sent, "in review")
    address, values = desk.form_to(world.staff["moderator"].get(desk.detail(sent)), "/ask/")
    desk.act(world.staff["moderator"], sent, "release")
    text = desk.write(world, "a question that came too late")
    return world.staff["moderator"].post(address, values | {"text": text}).status_code


@fault(413)
def too_large(world: World) -> int:
    client = world.contributor()
    client.get(f"{FORM}?kind=other")
    values = _typed(world, "413") | {"quote": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
    body = "&".join(f"{name}={value}" for name, value in values.items())
    return client.post(FORM, body, content_type="application/x-www-form-urlencoded").status_code


@fault(422)
def nothing_chosen(world: World) -> int:
    client = world.contributor()
    client.get(f"{FORM}?kind=other")
    return client.send(FORM, _typed(world, "422") | {"contact": "no address"}).status_code


@fault(422)
def a_large_file(world: World) -> int:
    """The form takes no files; one that is sent all the same passes through the temporary folder."""
    word = world.secrets.word("text: a file")
    content = word.encode() + b" " * settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    client = world.contributor()
    client.get(f"{FORM}?kind=other")
    upload = SimpleUploadedFile(f"{word}.txt", content, content_type="text/plain")
    return client.send(FORM, {"kind": "other", "step": "send", "text": "", "file": upload}).status_code


@fault(429)
def too_often(world: World) -> int:
    client = world.contributor()
    client.get(f"{FORM}?kind=other")
    with slow_clock():
        answers = [client.send(FORM, _typed(world, "429") | {"form": ""}) for _ in range(6)]
    for answer in answers[:5]:
        contributing.keep(world, client, answer, None)
    return answers[-1].status_code


@fault(500)
def failing_while_sending(world: World) -> int:
    with _failing(sending, "receive"):
        client = world.contributor()
        form = contributing.fill(world, client, Kind.CORRECTION, world.studies[0])
        return client.post(form.action, {**form.values, "step": "send"}).status_code


@fault(500)
def failing_while_adding(world: World) -> int:
    with _failing(thread, "_write"):
        return world.sent[0].client.send(f"{MESSAGE}add/", _typed(world, "500")).status_code


@fault(500)
def failing_while_reading(world: World) -> int:
    with _failing(thread, "said"):
        return world.sent[0].client.send(f"{MESSAGE}download/", {}).status_code


@fault(500)
def failing_at_the_desk(world: World) -> int:
    sent = contributing.send(world, Kind.OTHER)
    desk.walk(world, sent, "in review")
    with _failing(review, "answer"):
        return desk.act(
            world.staff["moderator"], sent, "ask", expect=500, text=desk.write(world, "a question into a 500")
        ).status_code


@fault(503)
def no_database(world: World) -> int:
    client = world.contributor()
    form = contributing.fill(world, client, Kind.OTHER, None)
    with _database_away():
        return client.post(form.action, {**form.values, "step": "send"}).status_code


@contextmanager
def _failing(module: object, name: str) -> Iterator[None]:
    """Let this function fail with all that it was given in the text of its exception, as careless code might."""

    def fail(*args: object, **kwargs: object) -> None:
        told = repr(args) + repr(kwargs) + str(getattr(kwargs.get("submission"), "content", ""))
        try:
            raise KeyError(told)
        except KeyError as cause:
            raise ValueError(f"cannot handle {told}") from cause

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, fail)
        yield


@contextmanager
def _database_away() -> Iterator[None]:
    if connection.vendor == "sqlite":
        with locked(connection.settings_dict["NAME"]):
            yield
    else:
        with stopped():
            yield
