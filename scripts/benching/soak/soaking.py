"""Half an hour of everything at once: readers, searchers, contributors and staff on the server as it is documented."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.benching.figures import percentile
from scripts.benching.served import ROOT, Server, children, free_port, serving
from scripts.benching.soak.browser import HOST, ORIGIN, Browser
from scripts.benching.soak.contributing import open_thread
from scripts.benching.soak.crowd import Soak, crowd, let_in
from scripts.benching.soak.memory import EVERY, Watch, by_process, growth_per_hour
from scripts.benching.soak.notes import Notes
from scripts.benching.soak.reading import Shelf

if TYPE_CHECKING:
    from scripts.benching.run import Place

WORKERS, THREADS = 2, 8  # of deploy/gunicorn.py, which is what runs
LOOKED_UP = 400  # receipts that are opened before the limit of the whole site is let pass


def measured(place: Place, soak: Soak, say: Callable[[str], None]) -> dict[str, Any]:
    """Fill the database, let everybody in, and look at what is left; in the shape that `soak_report` reads."""
    with documented(place) as (whole, folder):
        say(f"soak on {place.engine}: publishing {place.size:,} studies")
        drafts = whole.ask("soak_fill", place.size)["drafts"]
        shelf, people, before = (whole.ask(each) for each in ("soak_shelf", "soak_people", "soak_state"))
        whole.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        load = os.getloadavg()[0]
        with running(whole, folder) as server:
            say(f"{soak.clients} clients for {soak.seconds / 60:.1f} minutes")
            notes, watch = Notes(), Watch(server.process.pid, min(EVERY, soak.seconds / 6))
            workers = set(children(server.process.pid))
            let_in(crowd(server.port, Shelf(**shelf), people, drafts, soak, notes), soak, notes, say)
            samples, load_after = watch.stop(), os.getloadavg()[0]
            lost = [pid for pid in workers if pid not in children(server.process.pid)]
            say(f"opening {len(notes.receipts):,} receipts")
            opened = open_all(server.port, notes, lambda: whole.ask("pass_time"))
        errors = [
            line
            for line in (folder / "server.log").read_text().splitlines()
            if " ERROR " in line or " CRITICAL " in line
        ]
        say("verify_history")
        history = verified(whole)
        after = whole.ask("soak_state")
    return {
        "engine": place.engine, "size": place.size, "seconds": soak.seconds, "clients": soak.clients,
        "workers": WORKERS, "threads": THREADS, "load_before": load, "load_after": load_after, "kinds": times(notes),
        "statuses": {str(status): number for status, number in sorted(notes.statuses.items())},
        "acts": dict(notes.acts), "faults": notes.faults[:20], "number_of_faults": notes.number_of_faults,
        "errors_logged": len(errors), "errors": errors[:5], "workers_lost": len(lost),
        "receipts": len(notes.receipts), "opened": opened, "history": history,
        "revisions": after["revisions"] - before["revisions"],
        "published": after["published"] - before["published"],
        "stored": after["contributions"] - before["contributions"],
        "memory": [
            {
                "growth": growth_per_hour(found), "peak": max(each.resident for each in found),
                "samples": [asdict(each) for each in found[:: max(1, len(found) // 30)]],
                "last": asdict(found[-1]),
            }
            for found in by_process(samples).values()
        ],
    }  # fmt: skip


@contextlib.contextmanager
def documented(place: Place) -> Iterator[tuple[Place, Path]]:
    """The place with the environment of a server behind a proxy with HTTPS, as docs/operations.md sets it up."""
    folder = Path(place.environment["ATLAS_DATA_DIR"])
    keys = {
        name: f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
        for name in ("ATLAS_ENCRYPTION_KEYS", "ATLAS_RECEIPT_KEYS")
    }
    kept = {name: value for name, value in place.environment.items() if name != "ATLAS_LOCAL"}
    settings = {
        "ATLAS_URL": ORIGIN, "ALLOWED_HOSTS": HOST, "TRUST_PROXY_HEADERS": "1", "ATLAS_TRUSTED_PROXIES": "1",
        "ATLAS_METRICS_TOKEN": secrets.token_urlsafe(16), "ATLAS_API_PER_MINUTE": "120", "ATLAS_API_PER_HOUR": "6000",
        "WEB_CONCURRENCY": str(WORKERS), "ATLAS_PAGE_CACHE": "1", "ATLAS_ERASURE_LEDGER": str(folder / "ledger" / "erasures.log"),
    }  # fmt: skip
    (folder / "ledger").mkdir(exist_ok=True)
    yield type(place)(place.engine, place.size, kept | keys | settings, place.server), folder


@contextlib.contextmanager
def running(place: Place, folder: Path) -> Iterator[Server]:
    """gunicorn as deploy/ starts it; what it logs goes into server.log."""
    port = free_port()
    words = ["--config", f"file:{ROOT / 'deploy' / 'gunicorn.py'}", "--bind", f"127.0.0.1:{port}", "atlas_site.wsgi"]
    with (folder / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "gunicorn", *words]
        with serving(Server(command, port, dict(place.environment), log=log, probe="/healthz")) as server:
            yield server


def open_all(port: int, notes: Notes, pass_time: Callable[[], object]) -> int:
    """How many receipts open their message; `pass_time` lets the limits of ten minutes begin anew."""
    opened, later = 0, Notes()
    for number, receipt in enumerate(notes.receipts):
        if number % LOOKED_UP == 0:
            pass_time()
        browser = Browser(port, f"10.{200 + number // 4096}.{number // 16 % 256}.7", later)
        with contextlib.suppress(Exception):  # what does not open is not counted
            opened += receipt.text in open_thread(browser, receipt.words).text
        browser.close()
    return opened


def verified(place: Place) -> str:
    """Nothing where the public history is whole, else what the command says."""
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_history"], cwd=ROOT, env=dict(place.environment), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-500:]


def times(notes: Notes) -> dict[str, dict[str, float]]:
    """By kind of request: how many answers, and milliseconds until half, 95 and 99 of a hundred were whole."""
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {
        kind: {"number": len(taken), **{name: percentile(taken, share) for name, share in shares.items()}}
        for kind, taken in sorted(notes.times.items())
        if taken
    }
