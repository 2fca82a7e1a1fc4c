"""What a soak needs of the database before and after it, asked in a process of its own (see `scripts.benching.inside`)."""

import secrets
from collections.abc import Callable
from itertools import islice
from typing import Any

STAFF = {"moderator": 4, "editor": 2}
DRAFTS, OPEN_MESSAGES, SEARCHES = 400, 200, 2000


def soak_fill(size: int) -> dict[str, Any]:
    """Migrate and publish `size` studies through the atlas's own verbs, so that the history is a real one.

    The sample atlas first, then made studies; drafts for the editors and messages for the moderators besides. Returns the
    ids of the drafts.
    """
    from django.core.management import call_command

    from scripts.benching import desk

    call_command("migrate", verbosity=0)
    call_command("load_sample", all=size > 6_000, verbosity=0)
    made = _made(size)
    _publish_up_to(size, made)
    drafts = _ingest(list(islice(made, DRAFTS)))
    desk.fill(OPEN_MESSAGES)
    return {"drafts": drafts}


def _made(size: int) -> Any:
    from scripts.benching.corpus import make, read_sources
    from scripts.benching.inside import record_of
    from studies.incoming import Incoming
    from studies.sample_files import FOLDER

    sources = read_sources(FOLDER, None)
    known = len(sources.citations)  # the first ones are the sample atlas itself
    papers = make(sources, known + size + 2 * DRAFTS)
    return (Incoming(record_of(paper), "a file") for paper in islice(papers, known, None))


def _ingest(papers: list[Any]) -> list[int]:
    from django.db import transaction

    from studies.holdings import Holdings
    from studies.ingest import ingest

    with transaction.atomic():
        return list(ingest(papers, holdings=Holdings()).created)


def _publish_up_to(size: int, made: Any) -> None:
    from studies import publishing
    from studies.models import Study

    while (missing := size - Study.objects.published().count()) > 0:
        publishing.publish_sample(_ingest(list(islice(made, min(missing, 500)))))


def soak_shelf(_: None = None) -> dict[str, Any]:
    """What readers ask for, in the shape of `reading.Shelf`."""
    from scripts.benching.inside import materials
    from scripts.benching.mix import make_mix
    from studies.models import CaseDefinition, Study

    found = materials()
    asks = make_mix(found["titles"], found["topics"], SEARCHES)
    slugs = list(Study.objects.published().order_by("-id").values_list("slug", flat=True))
    definitions = list(CaseDefinition.objects.values_list("slug", flat=True))
    words = [ask.q for ask in asks if ask.kind == "medium word"]
    searches = [ask.query for ask in asks]
    return {
        "slugs": slugs, "topics": found["topics"], "definitions": definitions, "searches": searches, "words": words,
    }  # fmt: skip


def soak_people(_: None = None) -> dict[str, list[dict[str, str]]]:
    """Staff by role, each with a password and an app on the phone: name, password, key of the app."""
    from django.contrib.auth.models import Group, User

    from atlas_site.models import StaffApp

    people: dict[str, list[dict[str, str]]] = {}
    for role, number in STAFF.items():
        for count in range(number):
            name, password, key = f"soak-{role}-{count}", secrets.token_urlsafe(16), secrets.token_hex(20)
            user = User.objects.create_user(name, password=password, is_staff=True)
            user.groups.set([Group.objects.get(name=role)])
            StaffApp.objects.create(user=user, name="app", key=key, confirmed=True)
            people.setdefault(role, []).append({"username": name, "password": password, "key": key})
    return people


def soak_state(_: None = None) -> dict[str, int]:
    """Counts that tell what a soak brought about."""
    from contributions.models import Contribution
    from studies.models import PublicState, Study

    return {
        "revisions": PublicState.objects.get(pk=1).revisions,
        "published": Study.objects.published().count(),
        "contributions": Contribution.objects.count(),
    }


QUESTIONS: dict[str, Callable[..., Any]] = {
    "soak_fill": soak_fill,
    "soak_shelf": soak_shelf,
    "soak_people": soak_people,
    "soak_state": soak_state,
}
