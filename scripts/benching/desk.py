"""Queries and time of the private side, measured inside the process: form, receipt, queue page, every act of staff."""

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

HOST = {"HTTP_HOST": "127.0.0.1"}
ASKS = 15  # requests of which the median counts
Steps = tuple[str, ...]


def pass_time(_: None = None) -> int:
    """As if ten minutes had passed: nothing counts towards a limit any more."""
    from contributions.models import Bucket

    return int(Bucket.objects.all().delete()[0])


def messages(sizes: list[int]) -> dict[str, Any]:
    """For each number of open messages: queries and milliseconds of the queue page, queries of every other step."""
    found: dict[str, Any] = {}
    people = _people()
    for size in sizes:
        fill(size)
        found[str(size)] = {"queue": _queue(people["moderator"]), "steps": _pages() | _acts(people)}
    return found


def _people() -> dict[str, Any]:
    from django.contrib.auth.models import Group, User

    people = {}
    for name, role in {"moderator": "moderator", "other": "moderator", "lead": "lead"}.items():
        people[name], _ = User.objects.get_or_create(username=f"bench-{name}", defaults={"is_staff": True})
        people[name].groups.set([Group.objects.get(name=role)])
    return people


def fill(size: int) -> None:
    """Bring the number of open messages up to `size`, each with its own key and an encrypted text."""
    from django.utils import timezone

    from contributions.models import Contribution
    from studies.models import Study

    studies, now = list(Study.objects.published().order_by("id")[:500]), timezone.now()
    missing = size - Contribution.objects.open().count()
    for start in range(0, max(missing, 0), 1000):
        _add(range(start, min(start + 1000, missing)), studies, now)


def _add(numbers: range, studies: list[Any], now: Any) -> None:
    import json
    import secrets
    import uuid

    from contributions import crypto
    from contributions.aliases import new_alias
    from contributions.keys import encryption_keys
    from contributions.models import Contribution, Event, Message
    from contributions.vocabulary import Kind, State

    kinds, keys, chance = list(Kind), encryption_keys(), secrets.SystemRandom()
    rows, data_keys = [], []
    for number in numbers:
        row_uuid = uuid.uuid4()
        data_key, wrapped = crypto.new_data_key(keys, uuid=str(row_uuid))
        data_keys.append(data_key)
        since = now - timedelta(hours=number % 720)
        rows.append(
            Contribution(
                uuid=row_uuid, alias=new_alias(chance), kind=kinds[number % len(kinds)], state=State.RECEIVED,
                study=studies[number % len(studies)], received_at=since, waiting_since=since, wrapped_key=wrapped,
            )
        )  # fmt: skip
    rows, bodies = Contribution.objects.bulk_create(rows), []
    for row, key in zip(rows, data_keys, strict=True):
        own, text = uuid.uuid4(), json.dumps({"text": "A message that waits, as long as a short one is. " * 4}).encode()
        body = crypto.seal(key=key, key_id=crypto.DATA_KEY_ID, plaintext=text, label="message", uuid=str(own))
        bodies.append(Message(uuid=own, contribution=row, side="contributor", body=body, sent_at=row.received_at))
    Message.objects.bulk_create(bodies)
    Event.objects.bulk_create(
        Event(
            contribution=row, action="send", actor_kind="contributor", to_state=row.state, happened_at=row.received_at
        )
        for row in rows
    )


def _counted(ask: Callable[[], Any], status: int | None = None) -> int:
    """Queries of one step; the status of its answer is checked where it has one."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    if status and answer.status_code != status:
        raise RuntimeError(f"{answer.status_code} instead of {status}")
    return len(queries)


def signed_in(user: Any) -> Any:
    """A client of this person, with a second factor."""
    from django.test import Client
    from django.utils import timezone
    from django_otp import DEVICE_ID_SESSION_KEY

    from atlas_site.models import StaffApp, StaffSession
    from atlas_site.second_factor import SINCE
    from atlas_site.staff_sessions import HELD

    client = Client(**HOST)
    client.force_login(user)
    device, _ = StaffApp.objects.get_or_create(user=user, name="app", confirmed=True)
    session, now = client.session, timezone.now()
    session[DEVICE_ID_SESSION_KEY], session[SINCE] = device.persistent_id, int(time.time())
    session[HELD] = str(StaffSession.objects.create(user=user, started_at=now, used_at=now).pk)
    session.save()
    return client


def _queue(user: Any) -> dict[str, Any]:
    from django.urls import reverse

    client, path, times = signed_in(user), reverse("admin:contributions_contribution_changelist"), []
    queries = _counted(lambda: client.get(path), 200)
    for _ in range(ASKS):
        started = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - started) * 1000)
    return {"queries": queries, "ms": median(times)}


def _pages() -> dict[str, int]:
    """Form to receipt, and the page of a message."""
    from django.test import Client

    from contributions import intake
    from studies.models import Study

    slug, found = Study.objects.published().order_by("id").values_list("slug", flat=True)[0], {}
    for name, path in {"general": "/contribute/", "about a study": f"/contribute/{slug}/"}.items():
        pass_time()
        client, typed = Client(**HOST), {"kind": "other", "text": "Sent to count queries.", "step": "send"}
        client.get(f"{path}?kind=other")
        found[f"open the form, {name}"] = _counted(
            lambda client=client, path=path: client.get(f"{path}?kind=other"), 200
        )
        found[f"send it, {name}"] = _counted(
            lambda client=client, path=path, typed=typed: client.post(path, typed), 200
        )
    words = intake.receive(submission=_submission(), at=_now()).words
    found["open a message by its six words"] = _counted(lambda: client.post("/my-contribution/", {"words": words}), 302)
    found["the page of the message"] = _counted(lambda: client.get("/my-contribution/"), 200)
    found["add to it"] = _counted(lambda: client.post("/my-contribution/add/", {"text": "One more thing."}), 302)
    found["take it back"] = _counted(lambda: client.post("/my-contribution/delete/", {}), 302)
    return found


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _submission(**fields: Any) -> Any:
    from contributions import receipts
    from contributions.intake import Submission
    from studies.models import Study

    values: dict[str, Any] = {"kind": "correction", "content": {"text": "Sent to count queries."}}
    values["study"] = Study.objects.published().order_by("id").first()
    return Submission(token=receipts.new_token(), **(values | fields))


# Act: what happens to a new message before it, who does it, and what is typed.
ACTS: dict[str, tuple[Steps, str, dict[str, str]]] = {
    "claim": ((), "moderator", {}),
    "renew": (("claim",), "moderator", {}),
    "release": (("claim",), "moderator", {}),
    "take-over": (("claim",), "lead", {"reason": "away"}),
    "ask": (("claim",), "moderator", {"text": "Which table?"}),
    "decline": (("claim",), "moderator", {"text": "No.", "reason": "no_source"}),
    "note": (("claim",), "moderator", {"text": "Thank you."}),
    "duplicate": (("claim",), "moderator", {"text": "Known already."}),
    "choose-study": (("claim",), "moderator", {"study": ""}),
    "spam": ((), "moderator", {}),
    "undo-spam": (("spam",), "moderator", {}),
    "look": (("quarantine",), "moderator", {}),
    "release-quarantine": (("quarantine",), "moderator", {}),
    "apply": (("claim", "propose"), "moderator", {"text": "Thank you."}),
    "recall": (("claim", "propose_grave"), "moderator", {}),
    "refuse": (("claim", "propose_grave"), "other", {"reason": "Not so."}),
    "apply as second person": (("claim", "propose_grave"), "other", {"text": "Thank you."}),
    "erase": (("spam",), "lead", {"sure": "on"}),
}


def _acts(people: dict[str, Any]) -> dict[str, int]:
    """Queries of the page of a message and of every act that is posted to it."""
    from django.urls import reverse

    from contributions import review

    found = {}
    for name, (steps, who, typed) in ACTS.items():
        one = _prepared(steps, people["moderator"])
        client, slug = signed_in(people[who]), name.split(" ")[0]
        proposal = review.open_proposal(one)
        sealed = {"digest": proposal.digest, "edition": proposal.edition} if proposal else {}
        path = reverse(f"admin:contributions_contribution_{slug.replace('-', '_')}", args=[one.pk])
        values = {"version": one.version, **sealed, **typed}
        found[name] = _counted(lambda client=client, path=path, values=values: client.post(path, values), 302)
    one = _prepared(("claim", "propose"), people["moderator"])
    shown = reverse("admin:contributions_contribution_change", args=[one.pk])
    client = signed_in(people["moderator"])
    return {"the page of a message with a proposal": _counted(lambda: client.get(shown), 200), **found}


def _prepared(steps: Steps, by: Any) -> Any:
    from contributions import intake, review
    from contributions.models import Contribution

    score = 9 if "quarantine" in steps else 0
    one = intake.receive(submission=_submission(spam_score=score), at=_now()).contribution
    for step in steps:
        one.refresh_from_db()
        act: dict[str, Any] = {"shown": review.Shown(one.pk, one.version), "by": by, "at": _now()}
        if step == "claim":
            review.claim(**act)
        elif step == "spam":
            review.mark_spam(**act)
        elif step.startswith("propose"):
            review.propose(**act, draft=_draft(one.pk, grave=step.endswith("grave")))
    return Contribution.objects.get(pk=one.pk)


def _draft(number: int, *, grave: bool) -> Any:
    from contributions.review import Draft

    flags = [{"kind": "contested", "reason": f"Letter {number} disputes the result."}]
    values = {"flags": flags} if grave else {"journal": f"Journal {number}"}
    return Draft(values=values, reason="correction", note="As the paper shows.")


QUESTIONS: dict[str, Callable[..., Any]] = {"messages": messages, "pass_time": pass_time}
