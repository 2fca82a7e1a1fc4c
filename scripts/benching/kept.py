"""A kept page beside nginx with the same bytes as a file: requests a second, and processor time of the server, by wrk.

Every contender has as many processes as the documented server has; wrk runs on the same cores. Contenders take turns, and the
median of their turns counts, since the machine is not the same from one minute to the next.
"""

import contextlib
import getpass
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from scripts.benching.figures import at_least
from scripts.benching.served import ROOT, Server, busy, children, free_port, serving

if TYPE_CHECKING:
    from scripts.benching.run import Place

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
WRK = shutil.which("wrk")
SECONDS, ROUNDS = 4, 3
FEW, MANY = 8, 64
STATIC, PROXY, KEPT, UNCHANGED = "nginx, a file", "nginx, its cache of our page", "a kept page", "304"
CONSTANT, MADE = "Django, a constant", "the page made anew"
HEAD = ("studies", "database", "answer", "8 connections", "64 connections", "processor time each", "errors", "target")
# Ours divided by the other, at least; of requests a second with few connections.
TARGETS = {KEPT: (STATIC, 0.05), PROXY: (STATIC, 0.7), UNCHANGED: (KEPT, 1.0)}
MANY_TARGET = 0.95

CACHE_LINES = re.compile(r"^    (?:proxy_cache |proxy_cache_|proxy_ignore|proxy_no_|sub_).*$", re.MULTILINE)

Turn = dict[str, float]


def measured(place: "Place", slug: str, *, seconds: int = SECONDS, rounds: int = ROUNDS) -> dict[str, Any]:
    """By contender: requests a second with few and with many connections, milliseconds of processor time, errors.

    Empty where nginx or wrk is not installed.
    """
    if NGINX is None or WRK is None:
        return {}
    path = f"/evidence/{slug}/"
    with contextlib.ExitStack() as stack:
        contenders, size = _started(place, path, stack)
        turns: dict[str, list[Turn]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, ask in contenders.items():
                turns[name].append(ask(seconds))
        found = {name: _middle(each) for name, each in turns.items()}
    return {"bytes": size, "answers": found}


def _started(place: "Place", path: str, stack: contextlib.ExitStack) -> tuple[dict[str, Callable[[int], Turn]], int]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atlas-kept-")))
    kept = stack.enter_context(_gunicorn(place, "atlas_site.wsgi", {"ATLAS_PAGE_CACHE": "1"}))
    made = stack.enter_context(_gunicorn(place, "atlas_site.wsgi", {"ATLAS_PAGE_CACHE": "0"}))
    body, tag = _page(kept.port, path)
    bytes_of = {"ATLAS_BENCH_BYTES": str(len(body))}
    constant = stack.enter_context(_gunicorn(place, "scripts.benching.rivals.constant:application", bytes_of))
    (folder / "www" / path.strip("/")).mkdir(parents=True)
    (folder / "www" / path.strip("/") / "index.html").write_bytes(body)
    nginx = stack.enter_context(_nginx(folder, kept.port))
    return {
        STATIC: _wrk(nginx, f"/static{path}index.html"),
        PROXY: _wrk(nginx, path),
        KEPT: _wrk(kept, path),
        UNCHANGED: _wrk(kept, path, tag),
        CONSTANT: _wrk(constant, path),
        MADE: _wrk(made, path),
    }, len(body)


@contextlib.contextmanager
def _gunicorn(place: "Place", application: str, more: Mapping[str, str]) -> Iterator[Server]:
    """As the documentation starts it on a server."""
    port = free_port()
    words = ["--config", f"file:{ROOT / 'deploy' / 'gunicorn.py'}", "--bind", f"127.0.0.1:{port}", application]
    environment = {**place.environment, **more, "ATLAS_URL": f"http://127.0.0.1:{port}"}
    with serving(Server([sys.executable, "-m", "gunicorn", *words], port, environment)) as server:
        server.database = place.server
        yield server


@contextlib.contextmanager
def _nginx(folder: Path, behind: int) -> Iterator[Server]:
    """With the cache's lines of the documented configuration, in plain HTTP."""
    port = free_port()
    (folder / "nginx.conf").write_text(configuration(folder, port=port, behind=behind))
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors.log")]
    with serving(Server(command, port, dict(os.environ), quiet=True)) as server:
        yield server


def configuration(folder: Path, *, port: int, behind: int) -> str:
    documented = (ROOT / "deploy" / "nginx" / "atlas.conf").read_text()
    maps = "\n".join(re.findall(r"^map .*?^}", documented, re.DOTALL | re.MULTILINE))
    lines = "\n".join(dict.fromkeys(CACHE_LINES.findall(documented)))
    # Started by root, it would give up the right to read this folder.
    user = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
    return f"""
{user}
worker_processes {os.environ.get("WEB_CONCURRENCY", "2")};
daemon off;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    types {{ text/html html; }}
    sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=1000;
    proxy_cache_path {folder}/cache levels=1:2 keys_zone=atlas:10m max_size=1g inactive=1d use_temp_path=off;
    {maps}
    upstream atlas {{ server 127.0.0.1:{behind}; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host 127.0.0.1:{behind};
        {lines}
        location /static/ {{ alias {folder}/www/; }}
        location / {{ proxy_pass http://atlas; }}
    }}
}}
"""


def _page(port: int, path: str) -> tuple[bytes, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.read(), answer.headers["ETag"]


def _wrk(server: Server, path: str, tag: str = "") -> Callable[[int], Turn]:
    """One turn of a contender: a second to get warm, then few connections, then many."""

    def turn(seconds: int) -> Turn:
        _run(server.port, path, tag, FEW, 1)
        before, few = _busy(server), _run(server.port, path, tag, FEW, seconds)
        spent = _busy(server) - before
        many = _run(server.port, path, tag, MANY, seconds)
        return {
            "few": few["rate"], "many": many["rate"], "cpu": spent / max(few["requests"], 1),
            "errors": few["errors"] + many["errors"],
        }  # fmt: skip

    return turn


def _busy(server: Server) -> float:
    pids = [server.process.pid, *([server.database] if server.database else [])]
    return sum(busy(pid) for parent in pids for pid in (parent, *children(parent)))


def _run(port: int, path: str, tag: str, connections: int, seconds: int) -> Turn:
    words = [str(WRK), "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "20s"]
    words += ["-H", f"If-None-Match: {tag}"] if tag else []
    done = subprocess.run([*words, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True)
    return read(done.stdout)


def read(said: str) -> Turn:
    """What wrk printed: requests a second, requests, and errors of sockets and statuses together."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    number = re.search(r"(\d+) requests in", said)
    if not rate or not number:
        raise ValueError(f"wrk said {said!r}")
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    other = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    errors = sum(map(int, sockets.groups())) if sockets else 0
    return {"rate": float(rate[1]), "requests": int(number[1]), "errors": errors + (int(other[1]) if other else 0)}


def _middle(turns: list[Turn]) -> Turn:
    found = {name: median(turn[name] for turn in turns) for name in ("few", "many", "cpu")}
    return found | {"errors": sum(turn["errors"] for turn in turns)}


def table_rows(runs: Iterable[tuple[int, str, Mapping[str, Any]]]) -> list[list[object]]:
    """Rows for `HEAD` of (studies, database, run)."""
    return [
        [
            f"{size:,}", engine, name, f"{found['few']:,.0f}", f"{found['many']:,.0f}", f"{found['cpu']:.3f} ms",
            f"{found['errors']:.0f}", _target(name, run["kept"]["answers"]),
        ]
        for size, engine, run in runs
        for name, found in run.get("kept", {}).get("answers", {}).items()
    ]  # fmt: skip


def _target(name: str, answers: Mapping[str, Turn]) -> str:
    if name not in TARGETS:
        return ""
    other, least = TARGETS[name]
    ratio = answers[name]["few"] / answers[other]["few"]
    spread = answers[name]["many"] / answers[name]["few"]
    said = f"{ratio:.2f} of {other}: ≥ {least}, {at_least(ratio, least)}"
    return f"{said}; 64 against 8: {spread:.2f}: ≥ {MANY_TARGET}, {at_least(spread, MANY_TARGET)}"
