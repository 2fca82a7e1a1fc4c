"""Web processes as on a server, each with its own gunicorn, and people who visit them."""

import http.client
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.ports import quiet_port
from tests.running import ROOT, bare_environment
from tests.servers import until

HOST = "127.0.0.1:8000"  # as a balancer hands it on, whichever process answers
TOKEN = "a long random word for tests"


def environment(data: Path, **given: str) -> dict[str, str]:
    """The settings of one server of an atlas; `data` is shared by all its processes."""
    return bare_environment() | {
        "ATLAS_DATA_DIR": str(data),
        "ATLAS_LOCAL": "1",  # one-time logins
        "ATLAS_METRICS_TOKEN": TOKEN,
        "ATLAS_ENCRYPTION_KEYS": "t1:" + "A" * 43 + "=",
        "ATLAS_RECEIPT_KEYS": "t1:" + "B" * 42 + "A=",
        "SECRET_KEY": "a-key-for-tests-alone-which-guards-nothing-at-all-0123456789",
        **given,
    }


def manage(settings: dict[str, str], *words: str, text: str | None = None) -> str:
    """Run a command of manage.py; what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=settings,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def run_python(settings: dict[str, str], text: str) -> str:
    """Run statements in a process of the atlas; what they printed."""
    start = "import django; django.setup()\n"
    done = subprocess.run(
        [sys.executable, "-c", start + text],
        cwd=ROOT,
        env=settings | {"DJANGO_SETTINGS_MODULE": "atlas_site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@dataclass(frozen=True)
class Page:
    status: int
    text: str
    headers: http.client.HTTPMessage


class Web:
    """One gunicorn with the configuration of a server and one worker process."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        """Start it and wait until it answers."""
        self.port, self.log = quiet_port(), log
        command = [sys.executable, "-m", "gunicorn", "--config", "file:deploy/gunicorn.py"]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{self.port}", "atlas_site.wsgi"],
                cwd=ROOT,
                env=settings | {"WEB_CONCURRENCY": "1", "ATLAS_METRICS_DIR": f"{log}.metrics"},
                stdout=output,
                stderr=output,
            )
        until(lambda: self._lives() and Visitor(self).get("/healthz").status == 200, "the web process to answer")

    def _lives(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return True

    def figures(self) -> dict[str, float]:
        """Each sample of /metrics with its value."""
        text = Visitor(self, headers={"Authorization": f"Bearer {TOKEN}"}).get("/metrics").text
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line[:1] != "#"}

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=120)


@dataclass
class Visitor:
    """A browser that keeps cookies; `web` can be changed, as a balancer does between two requests."""

    web: Web
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Page:
        return self._ask("GET", path)

    def post(self, path: str, values: dict[str, str]) -> Page:
        return self._ask("POST", path, values)

    def fill_in(self, path: str, **changes: str) -> Page:
        """Open the page at `path`, change fields of its form and send it."""
        return self.post(path, fields(self.get(path).text) | changes)

    def sign_in(self, link: str) -> None:
        """Use a one-time link, on the web that is visited now."""
        path = urlsplit(link).path
        assert self.fill_in(path).status == 302
        assert self.get("/admin/").status == 200

    def _ask(self, method: str, path: str, values: dict[str, str] | None = None) -> Page:
        connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=300)
        headers = {
            "Host": HOST,
            **self.headers,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if values is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://{HOST}",
            }
            body = urlencode(values)
        try:
            connection.request(method, path, body, {name: value for name, value in headers.items() if value})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Page(response.status, text, response.headers)


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and kind not in {"submit", "checkbox", "radio", "file"}:
            self.found[name] = given.get("value", "")
        elif tag == "input" and name and "checked" in given:
            self.found[name] = given.get("value", "on")
        elif tag == "textarea":
            self._area, self.found[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.found[self._select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data if self.found[self._area] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def fields(text: str) -> dict[str, str]:
    """The fields of the forms of a page with what stands in them."""
    parser = _Fields()
    parser.feed(text)
    return parser.found


def folder_environment(folder: Path, **given: str) -> dict[str, str]:
    """The same with the ledger and static files in the folder."""
    (folder / "static").mkdir(parents=True, exist_ok=True)
    own = {"ATLAS_ERASURE_LEDGER": str(folder / "erasures.log"), "ATLAS_STATIC_ROOT": str(folder / "static")}
    return environment(folder, **own, **given)
