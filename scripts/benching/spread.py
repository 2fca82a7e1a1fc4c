"""A load test beyond one machine: a primary, a standby that follows it, three web processes, nginx before them, 64 clients.

    python -m scripts.benching.spread [--size 10000] [--seconds 60] [--clients 64]

First everybody at once as in the soak (readers, searchers, contributors, staff), with their pauses; then readers alone without a
pause, with three processes and the standby, with three processes alone, and with one process alone. nginx keeps nothing
here, so that the atlas answers everything. Prints the table of docs/scaling.md.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.benching.figures import percentile
from scripts.benching.run import POSTGRES_OPTIONS, Place, say
from scripts.benching.served import ROOT, Server, busy, children, environment, free_port, serving
from scripts.benching.soak.browser import Browser
from scripts.benching.soak.crowd import Soak, Visitor, crowd, let_in
from scripts.benching.soak.notes import Notes
from scripts.benching.soak.reading import READING, SEARCHING, Reader, Shelf
from scripts.benching.soak.soaking import documented
from tests.servers import primary, standby

PROCESSES = 3
HEAD = (
    "who, with what", "answers", "a second", "p50 ms", "p99 ms", "faults", "readers answered by the standby",
    "processor ms an answer: web", "primary", "standby",
)  # fmt: skip
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log error; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream atlas {{ {servers} keepalive 64; keepalive_timeout 4s; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://atlas; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
            proxy_read_timeout 120s;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Found:
    """One stage. `standby` is the share of readers of public pages that the standby answered, None without one; `busy` is the
    processor time for each answer in milliseconds: of the web processes, the primary, the standby."""

    name: str
    answers: int
    seconds: float
    p50: float
    p99: float
    faults: list[str]
    number_of_faults: int
    standby: float | None
    busy: tuple[float, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description="Three web processes and a replica under load.")
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=64)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as folder:
        found = measured(given.size, Soak(given.seconds, given.clients, longer=0), Path(folder))
    print(table(found))


def measured(size: int, soak: Soak, folder: Path) -> list[Found]:
    """Fill the primary, copy it, and let everybody in, stage by stage."""
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(primary(durable=True, options=[*POSTGRES_OPTIONS, "max_connections=200"]))
        place, _ = stack.enter_context(documented(Place("postgres", size, environment(first.url, folder))))
        say(f"loading {size:,} studies")
        place.python("-m", "scripts.benching.load", str(size), *filter(None, [os.environ.get("ATLAS_BENCH_CORPUS")]))
        place.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        shelf, people = Shelf(**place.ask("soak_shelf")), place.ask("soak_people")
        second = stack.enter_context(standby(first))
        second.catch_up()
        replica, databases = {"ATLAS_REPLICA_URLS": second.url}, [first.process.pid, second.process.pid]
        with webs(place, folder / "mixed", PROCESSES, replica, databases) as site:
            visitors = crowd(site.port, shelf, people, [], soak, notes := Notes())
            found = [stage(f"everybody, {PROCESSES} processes and the standby", site, visitors, soak, notes)]
        for name, count, more in (
            (f"readers, {PROCESSES} processes and the standby", PROCESSES, replica),
            (f"readers, {PROCESSES} processes", PROCESSES, {}),
            ("readers, 1 process", 1, {}),
        ):
            with webs(place, folder / f"{count}-{len(more)}", count, more, databases) as site:
                found.append(stage(name, site, readers(site.port, shelf, soak, notes := Notes()), soak, notes))
    return found


@dataclass
class Site:
    """nginx at `port`, before these processes; `databases` are the processes of the primary and the standby."""

    port: int
    processes: list[Server]
    token: str
    databases: list[int]

    def busy(self) -> list[float]:
        """Milliseconds of processor time so far: of all web processes, the primary, the standby."""
        groups = [[server.process.pid for server in self.processes], *([each] for each in self.databases)]
        return [sum(busy(pid) for parent in each for pid in (parent, *children(parent))) for each in groups]

    def readers(self) -> dict[str, float]:
        """How many readers of public pages each database answered, by all processes together."""
        total: dict[str, float] = {}
        for server in self.processes:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {self.token}"})
            text = connection.getresponse().read().decode()
            connection.close()
            for name, count in re.findall(
                r'^atlas_reader_requests_total\{database="([\w-]+)"\} (\S+)', text, re.MULTILINE
            ):
                total[name] = total.get(name, 0) + float(count)
        return total


@contextlib.contextmanager
def webs(place: Place, folder: Path, count: int, more: dict[str, str], databases: list[int]) -> Iterator[Site]:
    """So many web processes, each a gunicorn as in deploy/ with one worker, and nginx that goes from one to the next."""
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(web(place, folder, number, more)) for number in range(count)]
        time.sleep(3)  # until each has looked at its databases
        port = free_port()
        names = " ".join(f"server 127.0.0.1:{server.port};" for server in servers)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, servers=names, port=port))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        stack.enter_context(serving(Server([program, "-c", str(folder / "nginx.conf")], port, {}, probe="/healthz")))
        yield Site(port, servers, place.environment["ATLAS_METRICS_TOKEN"], databases)


@contextlib.contextmanager
def web(place: Place, folder: Path, number: int, more: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    own = {
        "WEB_CONCURRENCY": "1", "ATLAS_METRICS_DIR": str(folder / f"metrics-{number}"),
        "CACHE_URL": f"filecache://{folder}/shared",
    }  # fmt: skip
    words = ["--config", f"file:{ROOT / 'deploy' / 'gunicorn.py'}", "--bind", f"127.0.0.1:{port}", "atlas_site.wsgi"]
    with (folder / f"web-{number}.log").open("wb") as log:
        command = [sys.executable, "-m", "gunicorn", *words]
        settings = {**place.environment, **own, **more}
        with serving(Server(command, port, settings, log=log, probe="/healthz")) as server:
            yield server


def readers(port: int, shelf: Shelf, soak: Soak, notes: Notes) -> list[tuple[Visitor, float]]:
    """Readers and searchers alone, each asking again as soon as an answer is there."""
    import random

    return [
        (
            Reader(
                Browser(port, f"10.{number}.1.7", notes), shelf, random.Random(number),  # noqa: S311
                SEARCHING if number < soak.searchers else READING,
            ),
            0.0,
        )
        for number in range(soak.clients)
    ]  # fmt: skip


def stage(name: str, site: Site, visitors: list[tuple[Visitor, float]], soak: Soak, notes: Notes) -> Found:
    say(f"{name}: {len(visitors)} clients for {soak.seconds:.0f} seconds, load {os.getloadavg()[0]:.1f}")
    started, before = time.monotonic(), site.busy()
    let_in(visitors, soak, notes, say)
    seconds, after = time.monotonic() - started, site.busy()
    by_database = site.readers()
    taken = [each for times in notes.times.values() for each in times]
    total, answers = sum(by_database.values()), sum(notes.statuses.values())
    return Found(
        name, answers, seconds, percentile(taken, 0.5), percentile(taken, 0.99),
        notes.faults[:5], notes.number_of_faults, by_database.get("replica-1", 0) / total if total else None,
        tuple((now - then) / max(1, answers) for then, now in zip(before, after, strict=True)),
    )  # fmt: skip


def table(found: list[Found]) -> str:
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = [
        f"At revision {revision.stdout.strip()}.", "",
        f"| {' | '.join(HEAD)} |",
        f"|{' --- |' * len(HEAD)}",
    ]  # fmt: skip
    for each in found:
        share = "" if each.standby is None else f"{each.standby:.1%}"
        lines.append(
            f"| {each.name} | {each.answers:,} | {each.answers / each.seconds:.0f} | {each.p50:.1f} | {each.p99:.1f} "
            f"| {each.number_of_faults} | {share} | {' | '.join(f'{part:.2f}' for part in each.busy)} |"
        )
    return "\n".join([*lines, *(f"- {fault}" for each in found for fault in each.faults)])


if __name__ == "__main__":
    main()
