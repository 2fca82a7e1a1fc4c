"""A primary, a standby that follows it, and web processes that use both. Every test leaves them well."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.replicas.webs import Web, folder_environment, manage, run_python
from tests.servers import Primary, Standby, until

# Names of people count up from those who are there.
PUBLISH = """
from itertools import count
from django.contrib.auth.models import User
from tests.studies import factories
factories._numbers = count(User.objects.count() * 10 + 1)
given = factories.TEXTS | factories.CODED | {"topics": ["immunology"]}
for slug, title in SHOWN.items():
    factories.published_study(title=title, slug=slug, **given)
"""
GROWN = {f"adams-2024-blood-{number}": f"Blood and breath {number}" for number in range(1, 6)}


@dataclass
class Place:
    """An atlas with a primary and a standby. `settings` name both; `webs` are ended after the test."""

    primary: Primary
    standby: Standby
    folder: Path
    settings: dict[str, str]
    webs: list[Web] = field(default_factory=list)

    def web(self, **changes: str) -> Web:
        """Start a web process more."""
        web = Web(self.settings | changes, self.folder / f"web-{len(self.webs)}.log")
        self.webs.append(web)
        return web

    def publish(self, slug: str, title: str) -> None:
        """Publish a study past the staff pages, on the primary."""
        run_python(self.settings, f"SHOWN = { ({slug: title})!r}\n{PUBLISH}")

    def staff_link(self, name: str, *roles: str) -> str:
        """A link that signs this person in once."""
        words = [word for role in roles for word in ("--role", role)]
        return manage(self.settings, "one_time_login", name, *words).rsplit(" ", 1)[1].strip()

    def mend(self) -> None:
        """Start what does not run, and wait until the standby has everything."""
        for server in (self.primary, self.standby):
            if not server.is_running:
                server.start()
        self.standby.resume_replay()
        self.standby.catch_up()


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The servers with five studies, once for all tests."""
    folder = tmp_path_factory.mktemp("replicas")
    primary = Primary(options=["max_connections=60"])
    try:
        settings = folder_environment(folder, DATABASE_URL=primary.url)
        manage(settings, "migrate", "-v", "0")
        manage(settings, "collectstatic", "--noinput", "-v", "0")
        run_python(settings, f"SHOWN = {GROWN!r}\n{PUBLISH}")
        standby = Standby(primary)
        try:
            yield Place(primary, standby, folder, settings | {"ATLAS_REPLICA_URLS": standby.url})
        finally:
            standby.remove()
    finally:
        primary.remove()


@pytest.fixture
def place(grown: Place, tmp_path: Path) -> Iterator[Place]:
    """The servers for one test, and its own web processes."""
    grown.mend()
    own = Place(grown.primary, grown.standby, tmp_path, dict(grown.settings))
    yield own
    for web in own.webs:
        web.stop()
    grown.mend()


def reads_from_standby(web: Web) -> None:
    """Wait until the process has looked at its servers and sends readers to the standby."""
    until(lambda: 'atlas_replica_lag_seconds{replica="replica-1"}' in web.figures(), "the standby to be known")
