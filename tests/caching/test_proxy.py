"""nginx as it is documented, before the atlas as it is documented, with its database: what each of them keeps for whom."""

import contextlib
import http.client
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.test_nginx import NGINX, Proxy, free_ports, written
from tests.deploy.test_server import SETTINGS, Link
from tests.replicas.webs import manage, run_python
from tests.running import ROOT, bare_environment, short_folder
from tests.servers import Primary, until

pytestmark = [
    pytest.mark.full,
    pytest.mark.postgres,
    pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine"),
]
RELABEL = """
from django.db import transaction
from studies.models import Topic
from studies.public_state import move_counter
with transaction.atomic():
    Topic.objects.filter(slug="immunology").update(label={!r})
    move_counter()
"""
PROBE = "/healthz"  # stands in no log
DATABASE_AWAY = "The atlas cannot reach its database at the moment. This page is from"
ATLAS_AWAY = "The atlas cannot be reached at the moment. This page is from"


class Site:
    """Database, web processes and nginx, each of which can be stopped."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.database = folder, Primary()
        self.settings = {
            **bare_environment(), **SETTINGS, "DATABASE_URL": self.database.url, "ATLAS_CDN_SECONDS": "1",
            "ATLAS_DATA_DIR": str(folder), "ATLAS_STATIC_ROOT": str(folder / "static"),
            "ATLAS_ERASURE_LEDGER": str(folder / "erasures.log"), "WEB_CONCURRENCY": "1",
            "ATLAS_METRICS_DIR": str(folder / "metrics"),
        }  # fmt: skip
        (folder / "static").mkdir()
        manage(self.settings, "migrate", "--no-input", "--verbosity", "0")
        manage(self.settings, "collectstatic", "--no-input", "--verbosity", "0")
        self.start()
        plain, secure = free_ports()
        self.nginx = subprocess.Popen(
            [str(NGINX), "-c", str(written(folder, plain, secure)), "-e", f"{folder}/start.log"],
            stderr=subprocess.DEVNULL,
        )
        self.proxy = Proxy(folder, secure, [])
        until(lambda: self.ask(PROBE)[0] == 200, "nginx")

    def start(self) -> None:
        words = [
            "-m",
            "gunicorn",
            "--config",
            "file:deploy/gunicorn.py",
            "--bind",
            f"unix:{self.folder / 'atlas.sock'}",
        ]
        self.web = subprocess.Popen(
            [sys.executable, *words, "atlas_site.wsgi"], cwd=ROOT, env=self.settings, stderr=subprocess.DEVNULL
        )
        until(self._is_ready, "the atlas")
        (self.folder / "atlas.sock").chmod(0o777)

    def _is_ready(self) -> bool:
        with contextlib.closing(Link(self.folder / "atlas.sock")) as link:
            link.request("GET", "/readyz")
            return link.getresponse().status == 200

    def stop(self) -> None:
        self.web.send_signal(signal.SIGTERM)
        self.web.wait(timeout=120)

    def ask(self, path: str, **headers: str) -> tuple[int, str, http.client.HTTPMessage]:
        """Ask nginx, and wait for its line in the log, which may come after the answer: each belongs to its own request."""
        before = len(self._lines())
        answer, content = self.proxy.ask(path, **headers)
        if path != PROBE:
            until(lambda: len(self._lines()) > before, "the line of the log")
        return answer.status, content.decode(), answer.headers

    def how(self) -> str:
        """What nginx wrote into its log of the last request: HIT, MISS, REVALIDATED, STALE, BYPASS or nothing."""
        return self._lines()[-1].split()[-1]

    def _lines(self) -> list[str]:
        log = self.folder / "atlas.log"
        return log.read_text().splitlines() if log.exists() else []

    def relabel(self, label: str) -> None:
        run_python(self.settings, RELABEL.format(label))

    def remove(self) -> None:
        self.stop()
        self.nginx.send_signal(signal.SIGTERM)
        self.nginx.wait(timeout=60)
        self.database.remove()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with short_folder("kept") as folder:
        made = Site(folder)
        yield made
        made.remove()


def test_proxy_keeps_a_page_asks_by_its_tag_and_shows_what_changed(site):
    first = site.ask("/topics/")
    assert (first[0], site.how()) == (200, "MISS")
    assert "Set-Cookie" not in first[2]

    def asked_by_tag() -> bool:
        again = site.ask("/topics/")
        assert (again[0], again[1]) == (200, first[1])
        return site.how() == "REVALIDATED"

    until(asked_by_tag, "nginx to ask whether the page changed")
    site.relabel("A new word for it")
    until(lambda: "A new word for it" in site.ask("/topics/")[1], "the change to be seen")
    known = site.ask("/topics/", If_None_Match=site.ask("/topics/")[2]["ETag"])
    assert (known[0], known[1]) == (304, "")


def test_proxy_gives_a_kept_page_to_nobody_who_is_known_and_keeps_none_of_theirs(site):
    site.ask("/pem/")
    for headers in ({"Cookie": "__Host-sessionid=x"}, {"Authorization": "Bearer x"}):
        answers = [site.ask("/pem/", **headers) for _ in range(2)]
        assert [answer[2]["X-Atlas-Cache"] for answer in answers] == ["pass", "pass"]
        assert all(answer[2]["Cache-Control"].startswith("private") for answer in answers)
        site.ask("/guides/", **headers)
    site.ask("/guides/")
    assert site.how() == "MISS"


@pytest.mark.parametrize("path", ["/pem/", "/definitions/"])
def test_proxy_mixes_no_looks_not_even_of_two_cookies_with_one_name(site, path):
    plain = site.ask(path)[1]
    assert 'data-theme="dark"' not in plain
    for _ in range(2):
        site.ask(path, Cookie="look=theme-dark; look=")
        dark = site.ask(path, Cookie="look=theme-dark")
        german = site.ask(path, Cookie="look=language-de")
        assert ('data-theme="dark"' in dark[1], '<html lang="de"' in german[1]) == (True, True)
        assert (dark[2]["Cache-Control"], german[2]["Cache-Control"]) == ("private, max-age=0", "private, max-age=0")
        assert site.ask(path)[1] == plain


def test_proxy_gives_a_program_its_file_and_a_reader_the_page(site):
    page, file = site.ask("/evidence/"), site.ask("/evidence/", Accept="text/csv")
    assert [each[2]["Content-Type"].partition(";")[0] for each in (page, file)] == ["text/html", "text/csv"]
    again = site.ask("/evidence/", Accept="text/html,application/xhtml+xml")
    assert (again[1], again[2]["Content-Type"]) == (page[1], page[2]["Content-Type"])


def test_readers_keep_reading_while_the_database_is_away(site):
    for cookie in ("", "look=language-de"):
        assert site.ask("/policies/privacy/", **({"Cookie": cookie} if cookie else {}))[0] == 200
    site.database.end(immediate=True)
    try:
        stale = until(lambda: found if (found := _asked_past_nginx(site))[2] == "stale" else None, "a kept page")
        assert (stale[0], stale[3]["Cache-Control"], "ETag" in stale[3]) == (200, "no-store", False)
        assert DATABASE_AWAY in stale[1]
        german = site.ask("/policies/privacy/", Cookie="look=language-de")
        assert (german[0], german[2]["X-Atlas-Cache"], DATABASE_AWAY in german[1]) == (200, "stale", False)
        assert '<div class="notice" role="status">' in german[1]
        never = site.ask("/glossary/?part=never-asked-for")
        assert (never[0], never[2]["Retry-After"]) == (503, "120")
    finally:
        site.database.start()
    until(lambda: _asked_past_nginx(site)[2] in {"hit", "miss"}, "the atlas to be back")
    back = _asked_past_nginx(site)
    assert (back[0], DATABASE_AWAY in back[1]) == (200, False)


def _asked_past_nginx(site: Site) -> tuple[int, str, str, http.client.HTTPMessage]:
    with contextlib.closing(Link(site.folder / "atlas.sock")) as link:
        link.request("GET", "/policies/privacy/", headers={"Host": "atlas.example.org", "X-Forwarded-Proto": "https"})
        answer = link.getresponse()
        return answer.status, answer.read().decode(), answer.headers["X-Atlas-Cache"], answer.headers


def test_readers_keep_reading_while_the_atlas_is_away(site):
    whole = site.ask("/about/")[1]
    site.stop()
    try:
        stale = until(lambda: found if ATLAS_AWAY in (found := site.ask("/about/"))[1] else None, "nginx to notice")
        assert (stale[0], site.how(), "ETag" in stale[2]) == (200, "STALE", False)
        before, _, after = stale[1].partition('<div class="notice" role="status">')
        assert before + after.partition("</p></div>")[2] == whole
        assert site.ask("/feeds/")[0] == 502
    finally:
        site.start()
    until(lambda: ATLAS_AWAY not in site.ask("/about/")[1], "the atlas to be back")
    assert site.ask("/about/")[1] == whole
