"""nginx with the configuration of deploy/, before a small server that says what it was asked."""

import contextlib
import http.client
import http.server
import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.clock import PATIENCE
from tests.ports import quiet_port
from tests.running import ROOT
from tests.servers import until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
HOST = "atlas.example.org"
SOURCE = ROOT / "deploy" / "nginx" / "atlas.conf"
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with the headers it got; a path that holds `kept` may be kept by caches, as the atlas says it, one that holds
    `briefly` for a second. To a path that holds `silent`, and to all while it `is_silent`, it says nothing."""

    is_silent = False

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        self.server.asked.append(self.path)
        if self.is_silent or "silent" in self.path:
            self.server.ending.wait()
        body = json.dumps({**dict(self.headers.items()), "count": len(self.server.asked)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        chosen = "look=" in self.headers.get("Cookie", "")
        if "kept" in self.path:
            seconds = 1 if "briefly" in self.path else 600
            self.send_header("Cache-Control", "private" if chosen else f"public, max-age={seconds}")
            self.send_header("Vary", "Cookie")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that the library calls

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *args) -> None:
        pass


class SocketServer(http.server.ThreadingHTTPServer):
    address_family = socket.AF_UNIX
    daemon_threads = True

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "socket", 0


def trusting() -> ssl.SSLContext:
    """For a client that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Proxy:
    """A running nginx; `ask` speaks HTTPS to it, `log` is what it logged."""

    def __init__(self, folder: Path, port: int, asked: list[str]) -> None:
        self.folder, self.port, self.asked = folder, port, asked
        self._marks = count()

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str):
        link = http.client.HTTPSConnection("127.0.0.1", self.port, context=trusting(), timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        link.request(method, path, body=body, headers={"Host": HOST, **named})
        answer = link.getresponse()
        content = answer.read()
        link.close()
        return answer, content

    @property
    def log(self) -> str:
        """The log, up to a line that is written after those of all requests before."""
        mark = f"/static/mark-{next(self._marks)}"
        self.ask(mark)
        until(lambda: mark in (self.folder / "atlas.log").read_text(), "the last line of the log")
        return "".join((self.folder / name).read_text() for name in ("atlas.log", "atlas-error.log"))


def free_ports() -> tuple[int, int]:
    return quiet_port(), quiet_port()


def written(folder: Path, plain: int, secure: int) -> Path:
    """The configuration with the places of this test, inside the smallest frame."""
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", f"/CN={HOST}", "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*words, *names], check=True, capture_output=True)
    text = SOURCE.read_text()
    places = {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{secure} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(folder / "cert.pem"),
        f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(folder / "key.pem"),
        "/var/log/nginx/": f"{folder}/",
        "/var/cache/nginx/atlas": str(folder / "cache"),
        "/run/atlas.sock": str(folder / "atlas.sock"),
        "/var/www/atlas/static/": f"{folder}/static/",
    }
    for place, here in places.items():
        assert place in text, place
        text = text.replace(place, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    types = "types { text/css css; } default_type application/octet-stream;"
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/start.log; worker_processes 1;\n"
        f"events {{ worker_connections 64; }}\nhttp {{ {temporary} {types}\n{text}\n}}\n"
    )
    return file


@contextlib.contextmanager
def running(changes: dict[str, str] | None = None) -> Iterator[Proxy]:
    """nginx and the small server behind it. `changes` are texts of the configuration with what stands there instead."""
    folder = Path(tempfile.mkdtemp(prefix="atlas-nginx-", dir="/tmp"))  # a socket's path is short
    folder.chmod(0o755)
    (folder / "static").mkdir()
    (folder / "static" / "atlas.0123456789ab.css").write_text("body{}")
    plain, secure = free_ports()
    file = written(folder, plain, secure)
    text = file.read_text()
    for place, other in (changes or {}).items():
        assert place in text, place
        text = text.replace(place, other)
    file.write_text(text)
    checked = subprocess.run(
        [NGINX, "-t", "-c", str(file), "-e", f"{folder}/start.log"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    server = SocketServer(str(folder / "atlas.sock"), Upstream)
    server.asked, server.ending = [], threading.Event()
    (folder / "atlas.sock").chmod(0o777)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    process = subprocess.Popen([NGINX, "-c", str(file), "-e", f"{folder}/start.log"], stderr=subprocess.DEVNULL)
    try:
        found = Proxy(folder, secure, server.asked)
        until(lambda: found.ask("/static/is-it-there")[0].status == 404, "nginx to answer")
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)
        server.ending.set()
        server.shutdown()
        server.server_close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def proxy():
    with running() as found:
        yield found


def test_atlas_gets_the_true_address_and_no_word_of_the_readers_about_it(proxy):
    forged = {
        "X_Forwarded_For": "9.9.9.9",
        "X_Forwarded_Proto": "http",
        "X_Forwarded_Host": "evil.example",
        "Forwarded": "for=9.9.9.9",
    }
    _, content = proxy.ask("/evidence/", **forged)
    told = {name.lower(): value for name, value in json.loads(content).items()}
    assert (told["host"], told["x-forwarded-for"], told["x-forwarded-proto"]) == (HOST, "127.0.0.1", "https")
    assert {"x-forwarded-host", "forwarded"} & set(told) == set()


def test_log_holds_no_address_query_referer_browser_or_private_path(proxy):
    said = {"Referer": "https://secret-referer.example/", "User_Agent": "secret-browser"}
    for path in (
        "/evidence/?q=secret-words",
        "/contribute/secret-slug/",
        "/my-contribution/",
        "/reading-list/?secret",
        "/admin/secret/",
    ):
        proxy.ask(path, **said)
    proxy.ask("/my-contribution/", method="POST", body=b"words=secret-receipt", **said)
    log = proxy.log
    assert re.findall(r"secret|127\.0\.0\.1", log) == []
    found = [line.split()[1:4] for line in log.splitlines()]
    assert ["GET", "/evidence/", "200"] in found
    assert [line for line in found if line[1] == "private"] == [["GET", "private", "200"]] * 4 + [
        ["POST", "private", "200"]
    ]


def test_probes_stand_in_no_log_and_in_no_cache(proxy):
    counts = [
        json.loads(proxy.ask(path)[1])["count"]
        for path in ("/healthz", "/healthz", "/readyz?kept", "/readyz?kept", "/metrics")
    ]
    assert counts == list(range(counts[0], counts[0] + 5))
    assert re.findall("healthz|readyz|metrics", proxy.log) == []


def test_cache_keeps_what_the_atlas_allows_and_never_a_chosen_look_or_a_signed_in_page(proxy):
    def counted(path: str, **headers: str) -> int:
        return json.loads(proxy.ask(path, **headers)[1])["count"]

    first = counted("/kept/")
    assert counted("/kept/") == first
    dim = counted("/kept/", Cookie="look=theme-dim")
    assert dim > first
    assert counted("/kept/", Cookie="look=theme-dim") > dim
    staff = counted("/kept/", Cookie="sessionid=abc")
    assert (staff > first, counted("/kept/", Cookie="sessionid=abc") > staff) == (True, True)
    for cookies in ("__Host-sessionid=abc", "other=1; __Host-sessionid=abc"):
        once = counted("/kept/", Cookie=cookies)
        assert (once > first, counted("/kept/", Cookie=cookies) > once) == (True, True)
    assert counted("/kept/") == first
    assert counted("/kept/?page=2") != first
    for path in (
        "/evidence/",
        "/contribute/kept/",
        "/my-contribution/?kept",
        "/reading-list/?kept",
        "/admin/kept/",
        "/data/kept/",
    ):
        assert counted(path) != counted(path), path


def test_readers_with_a_look_of_their_own_do_not_wait_for_each_other():
    """Nothing is kept for them, so that waiting for the page of another one would bring them nothing."""
    waiting = "proxy_cache_lock_timeout 1h; proxy_cache_lock_age 1h;"
    with running({"proxy_cache_lock_timeout 10s;": waiting}) as proxy, contextlib.ExitStack() as links:
        for _ in range(3):
            link = http.client.HTTPSConnection("127.0.0.1", proxy.port, context=trusting(), timeout=PATIENCE)
            links.enter_context(contextlib.closing(link))
            link.request("GET", "/silent/", headers={"Host": HOST, "Cookie": "look=theme-dim"})
        until(lambda: len(proxy.asked) == 3, "all three to reach the atlas")


def test_bodies_are_limited_where_they_are_read(proxy):
    sizes = {"/contribute/": 2_200_000, "/admin/": 2_000_000, "/admin/x/": 22_500_000}
    found = {path: proxy.ask(path, method="POST", body=b"x" * size)[0].status for path, size in sizes.items()}
    assert found == {"/contribute/": 413, "/admin/": 200, "/admin/x/": 413}


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/contribute/", False),
        ("/my-contribution/", False),
        ("/reading-list/", False),
        ("/admin/contributions/contribution/1/reply/", False),
        ("/evidence/", True),
    ],
)
def test_what_somebody_writes_touches_no_file(proxy, path, kept):
    """A file that was removed at once has changed its folder all the same; the last case proves that this is seen."""
    folder = proxy.folder / "client_body"
    before = folder.stat().st_mtime_ns
    answer, _ = proxy.ask(path, method="POST", body=b"x" * 300_000)
    assert (answer.status, folder.stat().st_mtime_ns != before) == (200, kept)


def is_calm(answer, content: bytes, heading: str) -> bool:
    """A whole page in words with all its guards, which nobody keeps and which says when to come again."""
    guards = ("X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Strict-Transport-Security")
    kept = (answer.getheader("Cache-Control"), answer.getheader("Retry-After"))
    page = content.decode()
    said = f"<h1>{heading}</h1>" in page and "Copy it first, then send it again." in page and "nginx" not in page
    said = said and '<meta name="color-scheme" content="light dark">' in page
    return said and kept == ("no-store", "60") and all(answer.getheader(name) for name in guards)


def test_atlas_that_is_away_is_told_in_calm_words_and_is_back_by_itself(proxy):
    socket_of_atlas, aside = proxy.folder / "atlas.sock", proxy.folder / "aside.sock"
    socket_of_atlas.rename(aside)
    try:
        for method, path in (("GET", "/evidence/"), ("POST", "/contribute/"), ("POST", "/admin/"), ("GET", "/data/")):
            answer, content = proxy.ask(path, method=method)
            assert (answer.status, is_calm(answer, content, "The atlas cannot be reached")) == (502, True), path
    finally:
        aside.rename(socket_of_atlas)
    assert proxy.ask("/evidence/")[0].status == 200


def test_atlas_that_says_nothing_is_told_in_calm_words():
    with running({"proxy_read_timeout 65s;": "proxy_read_timeout 1s;"}) as proxy:
        answer, content = proxy.ask("/silent/", method="POST", body=b"text=kept by the browser")
    assert (answer.status, is_calm(answer, content, "The atlas takes too long")) == (504, True)


def test_kept_page_is_shown_while_the_atlas_says_nothing(monkeypatch):
    with running({"proxy_read_timeout 65s;": "proxy_read_timeout 1s;"}) as proxy:
        first = proxy.ask("/kept-briefly/")
        monkeypatch.setattr(Upstream, "is_silent", True)
        time.sleep(2.1)  # so that it is older than the atlas allows, and nginx asks
        again = proxy.ask("/kept-briefly/")
        assert (len(proxy.asked), proxy.asked[-1]) == (2, "/kept-briefly/")
    assert (again[0].status, again[1]) == (first[0].status, first[1])


def test_hashed_files_come_from_the_disk_and_stay_for_ever(proxy):
    before = len(proxy.asked)
    answer, content = proxy.ask("/static/atlas.0123456789ab.css")
    assert (answer.status, content, len(proxy.asked)) == (200, b"body{}", before)
    assert answer.getheader("Cache-Control").startswith("max-age=")
    guards = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
        "Referrer-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    assert {name: answer.getheader(name) for name in guards} == guards


def test_texts_are_compressed(proxy):
    answer, _ = proxy.ask("/evidence/", Accept_Encoding="gzip", X_Long="long " * 200)
    assert (answer.getheader("Content-Encoding"), answer.getheader("Vary")) == ("gzip", "Accept-Encoding")
