"""An atlas in processes of its own, and the people whom a fault must not trouble: a reader, a contributor, a moderator."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atlas_site.caching.words import CACHE_HEADER, STALE
from tests.replicas.webs import Page, Visitor, Web, fields, manage, run_python
from tests.servers import until

PUBLISH = """
from tests.studies import factories
for number in range(3):
    factories.published_study(slug=f"adams-2024-blood-{number}", title=f"Blood and breath {number}")
"""
HELD = """
import json
from contributions import messages
from contributions.models import Contribution
print(json.dumps([[e.content["text"] for e in messages.read(row)] for row in Contribution.objects.order_by("pk")]))
"""
TEXT = "Table 2 says 41.\n\nThe page says 14."
FORM, MESSAGE = "/contribute/?kind=other", "/my-contribution/"
STUDY, OTHER = "/evidence/adams-2024-blood-0/", "/evidence/adams-2024-blood-1/"


@dataclass
class Site:
    """One atlas: its settings, and the web processes that run now."""

    folder: Path
    settings: dict[str, str]
    webs: list[Web] = field(default_factory=list)

    def fill(self) -> None:
        manage(self.settings, "migrate", "-v", "0")
        manage(self.settings, "collectstatic", "--noinput", "-v", "0")
        run_python(self.settings, PUBLISH)

    def web(self, **changes: str) -> Web:
        web = Web(self.settings | changes, self.folder / f"web-{len(self.webs)}.log")
        self.webs.append(web)
        return web

    def held(self) -> list[list[str]]:
        """The texts of every contribution, decrypted."""
        import json

        return json.loads(run_python(self.settings, HELD))

    def stop(self) -> None:
        for web in self.webs:
            web.stop()
        self.webs.clear()

    def log(self) -> str:
        return "".join(path.read_text() for path in self.folder.glob("web-*.log"))


@dataclass
class Contributor:
    """Somebody who opened the form before the fault. `words` are what they hold in the end."""

    visitor: Visitor
    values: dict[str, str] = field(default_factory=dict)
    words: str = ""

    @classmethod
    def at(cls, web: Web) -> "Contributor":
        visitor = Visitor(web)
        return cls(visitor, fields(visitor.get(FORM).text) | {"text": TEXT, "step": "send"})

    def send(self) -> Page:
        """Press the button; what a browser shows then is what is sent next time."""
        page = self.visitor.post("/contribute/", self.values)
        if page.status == 200:
            self.words = page.text.partition('id="words">')[2].partition("<")[0]
        else:
            self.values = fields(page.text) | {"step": "send"}
        return page

    def opens(self) -> bool:
        """Whether the six words open the message with its text, in a fresh browser."""
        fresh = Visitor(self.visitor.web)
        fresh.fill_in(MESSAGE, words=self.words)
        return "Table 2 says 41." in fresh.get(MESSAGE).text


def heading(page: Page) -> str:
    return page.text.partition("<h1")[2].partition(">")[2].partition("</h1>")[0]


def told(page: Page) -> tuple[int, str, str | None]:
    """Status, heading and when to come again."""
    return page.status, heading(page), page.headers["Retry-After"]


AWAY = (503, "The atlas cannot answer right now", "120")
KEPT = (503, "Your text was not sent, but it is not lost", "120")


def keeps_the_text(contributor: Contributor) -> None:
    """The text comes back in the form, however often it is sent."""
    for _ in range(2):
        page = contributor.send()
        assert told(page) == KEPT
        assert contributor.values["text"].replace("\r\n", "\n") == TEXT
        assert "no-store" in page.headers["Cache-Control"]


def arrives_once(site: Site, contributor: Contributor) -> None:
    """Sent again from the page that kept it, the text is there once and the receipt opens it."""
    until(lambda: contributor.send().status == 200, "the message to be taken")
    assert len(contributor.words.split()) == 6
    assert contributor.opens()
    assert sum([text.replace("\r\n", "\n") for text in texts] == [TEXT] for texts in site.held()) == 1
    assert "Table 2" not in site.log()


def arrives_whole(site: Site, writer: Contributor) -> None:
    """Sent again once there is room, the long text is there once, letter for letter."""
    text = writer.values["text"]
    until(lambda: writer.send().status == 200, "the message to be taken")
    assert [each for each in site.held() if [text] == each] == [[text]]


def look(web: Web, path: str) -> tuple[int, str | None]:
    """Status, and whether the page was kept."""
    page = Visitor(web).get(path)
    return page.status, page.headers[CACHE_HEADER]


def recovers(web: Web) -> None:
    until(lambda: Visitor(web).get("/readyz").status == 200, "the site to be ready")
    assert (Visitor(web).get(STUDY).status, Visitor(web).get(OTHER).status) == (200, 200)
    assert look(web, STUDY)[1] != STALE


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """An empty file system of its own in this folder. Raises OSError where this machine lets nobody make one."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.strip() or "mount failed")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def disk(stack: ExitStack, folder: Path, megabytes: int) -> Path:
    """A small disk, which root under CI can always make; elsewhere the test says what it lacks."""
    try:
        return stack.enter_context(small_disk(folder, megabytes=megabytes))
    except OSError as refusal:
        if os.environ.get("CI") == "true" and os.geteuid() == 0:
            raise
        pytest.skip(f"This machine lets nobody make a small disk: {refusal}")


def fill_up(folder: Path, *, leave: int = 0, name: str = "ballast") -> Path:
    """A file that takes all room of this disk but so many bytes; deleting it makes room again."""
    ballast = folder / name
    stat = os.statvfs(folder)
    with ballast.open("wb") as file:
        left = stat.f_bavail * stat.f_frsize - leave
        try:
            while left > 0:
                left -= os.write(file.fileno(), bytes(min(left, 1 << 20)))
        except OSError:
            pass
    return ballast


def first_without_room(web: Web) -> Contributor:
    """Long messages from many places until one finds no room; whoever sent it has the text back."""
    for number in range(100):
        writer = Contributor.at(web)
        writer.visitor.headers["X-Forwarded-For"] = f"10.0.{number}.1"
        text = writer.values["text"] = f"Message {number}. " + "A long text." * 700
        page = writer.send()
        if page.status != 200:
            assert told(page) == KEPT
            assert writer.values["text"] == text
            return writer
    raise AssertionError("The disk never was full.")
