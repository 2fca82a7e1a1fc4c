"""An atlas with readers, contributors and staff in it, all of whose answers are kept."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from contributions.models import Contribution, StaffSettings
from studies.models import Study
from studies.vocabulary_desk import GuideKind
from tests.canary.secrets import Secrets
from tests.canary.watching import CONTRIBUTOR, PUBLIC, Answer, Watched
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.test_guides import make_guide, publish

ROLES = {"triage": "triage", "moderator": "moderator", "moderator-2": "moderator", "editor": "editor", "lead": "lead"}


@dataclass
class Sent:
    """A contribution as its sender knows it: the browser and the six words; `pk` is what staff know."""

    client: Watched
    words: str
    pk: int
    study: Study | None

    @property
    def row(self) -> Contribution:
        return Contribution.objects.get(pk=self.pk)


@dataclass
class World:
    log: io.StringIO
    secrets: Secrets = field(default_factory=Secrets)
    answers: list[Answer] = field(default_factory=list)
    staff: dict[str, Watched] = field(default_factory=dict)
    studies: list[Study] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    browsers: int = 0

    def contributor(self) -> Watched:
        """A new browser from a part of the network of its own; what it tells about itself may stand nowhere."""
        self.browsers += 1
        address = f"10.{77 + self.browsers // 250}.{self.browsers % 250}.177"
        self.secrets.add(address, "never: the address of a contributor")
        agent, referer = (self.secrets.word(f"never: the {what}") for what in ("browser", "page before"))
        told: dict[str, Any] = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
        return Watched(
            CONTRIBUTOR, self.answers.append, **told, HTTP_REFERER=f"http://testserver/evidence/?q={referer}"
        )

    def reader(self) -> Watched:
        return Watched(PUBLIC, self.answers.append)


def make_world(log: io.StringIO) -> World:
    """Two public studies and a draft, one person of every role and a second moderator, who all asked for mail."""
    world = World(log)
    columns = TEXTS | CODED | {"journal": "Old Journal", "topics": ["sleep"]}
    world.studies = [
        published_study(**columns, title=f"Pacing in ME/CFS, part {number}", doi=f"10.1000/part.{number}")
        for number in (1, 2)
    ]
    make_study(title="A draft that nobody sees")
    steps = [{"title": "PEM", "url": "/pem/"}, {"title": "Studies", "url": "/evidence/"}]
    for kind in GuideKind.values:
        publish(
            make_guide(kind=kind, slug=f"a-{kind}", title=f"A {kind}", steps=steps if kind == GuideKind.START else [])
        )
    for name, role in ROLES.items():
        user = make_user(role, username=name)
        user.email = f"{name}@example.org"
        user.save()
        StaffSettings.objects.create(user=user, wants_mail=True)
        world.staff[name] = sign_in(Watched(name, world.answers.append), user)
    return world
