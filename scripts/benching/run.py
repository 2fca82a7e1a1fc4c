"""One run of the benchmark: databases of each size on each engine, servers on them, measurements, results."""

import contextlib
import datetime as dt
import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import postgres, tools
from scripts.benching import api, exports, extras, files, kept, lighthouse, matching, measure, oai, sending
from scripts.benching.mix import Ask, make_mix
from scripts.benching.report import merged
from scripts.benching.served import ROOT, Server, environment, gunicorn
from scripts.benching.soak import soaking
from scripts.benching.soak.crowd import Soak

LARGEST_SQLITE = 100_000  # studies; docs/scaling.md says when to leave it
STUDIES_OF_MEMORY = 10_000  # the bound of memory is for so many
POSTGRES_OPTIONS = ["shared_buffers=1GB", "work_mem=32MB", "maintenance_work_mem=512MB", "random_page_cost=1.1"]


@dataclass(frozen=True)
class Plan:
    """What to measure. `citations` is a file of real citations or None; `rounds` are counted after a warming one."""

    sizes: tuple[int, ...]
    engines: tuple[str, ...]
    asks: int
    rounds: int
    mixed: int
    imported: int
    citations: Path | None
    extras: tuple[str, ...]
    upkeep: bool
    open_messages: tuple[int, ...] = (100, 10_000)
    sent: int = 160
    duplicates: Path = matching.FOLDER
    soak: Soak | None = None


@dataclass(frozen=True)
class Place:
    """A database under measurement with the environment of every process that uses it."""

    engine: str
    size: int
    environment: Mapping[str, str]
    server: int | None = None  # process of the database server

    def python(self, *words: str, given: object = None) -> str:
        """Run a module of the project's Python; returns what it printed. Raises on failure, with its error shown."""
        text = "" if given is None else json.dumps(given)
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=dict(self.environment), input=text, stdout=subprocess.PIPE,
            text=True, check=True,
        )  # fmt: skip
        return done.stdout

    @contextlib.contextmanager
    def gunicorn(self, application: str, **settings: str) -> Iterator[Server]:
        """A web server on this database, whose processor time counts with its own; `settings` go over the environment."""
        with gunicorn(application, {**self.environment, **settings}) as server:
            server.database = self.server
            yield server

    def ask(self, question: str, given: object = None) -> Any:
        return json.loads(self.python("-m", "scripts.benching.inside", question, given=given).splitlines()[-1])


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def run(plan: Plan, command: str) -> dict[str, Any]:
    """All measurements of a plan, in the shape that `report` reads."""
    results: dict[str, Any] = {"search": {}, "machine": machine(plan, command)}
    for engine in plan.engines:
        for size in plan.sizes:
            if engine == "sqlite" and size > LARGEST_SQLITE:
                continue
            with database(engine, size) as place:
                results["search"][f"{size} {engine}"] = measured(place, plan, results)
    results["stamps"] = stamps(results)
    return merged(results, run_upkeep(plan, command)) if plan.upkeep else results


def stamps(results: dict[str, Any]) -> dict[str, Any]:
    """By run, or by table, at which revision it was measured, when, how and under which load.

    The report puts runs of many days together, and what shared the machine with one of them shows in its load.
    """
    of_run = {name: results["machine"][name] for name in ("date", "revision", "command")}
    of_size = {key: of_run | {"load": run["load"]} for key, run in results["search"].items()}
    return of_size | dict.fromkeys([name for name in ("pages", "memory", "upkeep") if name in results], of_run)


def run_upkeep(plan: Plan, command: str) -> dict[str, Any]:
    """Import, sample atlas, starts and matching alone."""
    before = os.getloadavg()[0]
    results: dict[str, Any] = {"machine": machine(plan, command), "upkeep": upkeep(plan), "search": {}}
    loads = f"{before:.1f} to {os.getloadavg()[0]:.1f}"
    stamped = {"upkeep": stamps(results)["upkeep"] | {"load": loads}}
    return {"upkeep": results["upkeep"], "stamps": stamped, **run_matching(plan, command)}


def run_matching(plan: Plan, command: str) -> dict[str, Any]:
    """Matching alone, which needs no database."""
    say("which records are one paper")
    found = matching.results(plan.duplicates, plan.citations, plan.sizes)
    return {"matching": found | {"machine": machine(plan, command)}}


def run_lighthouse(plan: Plan, command: str) -> dict[str, Any]:
    """Lighthouse alone, on the sample atlas."""
    if fault := tools.fetch_lighthouse():
        raise RuntimeError(fault)
    with lighthouse.sample_atlas() as url:
        say("Lighthouse, three times a page")
        return {"lighthouse": {"pages": lighthouse.measured(url), "machine": machine(plan, command)}}


def run_messages(plan: Plan, command: str) -> dict[str, Any]:
    """The private side alone: queue, acts and sending, on a database of the smallest size for each engine."""
    results: dict[str, Any] = {}
    for engine in plan.engines:
        with database(engine, plan.sizes[0]) as place:
            say(f"messages on {engine}: loading")
            place.python("-m", "scripts.benching.load", str(place.size), *map(str, filter(None, [plan.citations])))
            place.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
            say("sending")
            with place.gunicorn("atlas_site.wsgi") as server:
                sent = sending.measured(place, server.port, plan.sent)
            say(f"the queue with {', '.join(map(str, plan.open_messages))} open messages")
            inside = place.ask("messages", list(plan.open_messages))
            results[engine] = {"sending": sent, "inside": inside, "machine": machine(plan, command)}
    return {"messages": results}


def run_soak(plan: Plan, command: str) -> dict[str, Any]:
    """Everybody at once, on a database of the smallest size for each engine."""
    if plan.soak is None:
        raise ValueError("the plan holds no soak")
    results: dict[str, Any] = {}
    for engine in plan.engines:
        with database(engine, plan.sizes[0]) as place:
            found = soaking.measured(place, plan.soak, say)
            results[f"{place.size} {engine}"] = found | {"machine": machine(plan, command)}
    return {"soak": results}


@contextlib.contextmanager
def database(engine: str, size: int) -> Iterator[Place]:
    """An empty database that is gone afterwards; PostgreSQL writes as safely as it does in production."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atlas-bench-")))
        url = f"sqlite:///{folder / 'atlas.sqlite3'}"
        server = None
        if engine == "postgres":
            server = stack.enter_context(postgres.serving(durable=True, options=POSTGRES_OPTIONS))
            url = server.url
        yield Place(engine, size, environment(url, folder), server.process.pid if server else None)


def measured(place: Place, plan: Plan, results: dict[str, Any]) -> dict[str, Any]:
    """Fill one database and measure search and study page on it; at the first size on SQLite also pages, and memory if small."""
    say(f"{place.size:,} studies on {place.engine}: loading")
    loaded = json.loads(
        place.python("-m", "scripts.benching.load", str(place.size), *map(str, filter(None, [plan.citations])))
    )
    place.python("-m", "scripts.benching.rivals.prepare")
    place.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    results["machine"][place.engine] = place.ask("database")
    materials = place.ask("materials")
    asks, loads = make_mix(materials["titles"], materials["topics"], plan.asks), [os.getloadavg()[0]]
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(place.gunicorn("atlas_site.wsgi"))
        say(f"loaded in {loaded['seconds']} s; measuring {len(asks)} requests, {plan.rounds} rounds")
        found = search(place, plan, asks, ours, stack)
        loads.append(os.getloadavg()[0])
        found["study"] = study(place, plan, materials["slugs"], ours, stack)
        found["api"] = api.measured(place, ours, plan.rounds, forgetting(place))
        found["harvest"] = oai.harvested(ours)
        found["exports"] = exports.measured(place)
        if place.size == plan.sizes[0]:
            say("a kept page beside nginx")
            found["kept"] = kept.measured(place, materials["slugs"][0])
        loads.append(os.getloadavg()[0])
        if place.engine == "sqlite" and place.size == plan.sizes[0]:
            results["pages"] = pages(place, materials["slugs"][0])
            if place.size <= STUDIES_OF_MEMORY:
                results["memory"] = memory(place, plan, asks, materials["slugs"])
    load = f"{min(loads):.1f} to {max(loads):.1f}"
    return {**found, "load_seconds": loaded["seconds"], "load": load}


def search(place: Place, plan: Plan, asks: list[Ask], ours: Server, stack: contextlib.ExitStack) -> dict[str, Any]:
    module = f"scripts.benching.rivals.{place.engine}:application"
    sql = stack.enter_context(place.gunicorn(module))
    others = extras.started(plan.extras, place, stack, say)
    servers = {"ours": (ours, measure.ours_path), "sql": (sql, measure.plain_path), **others}
    times = measure.search_times(servers, asks, plan.rounds, forgetting(place))
    totals = dict(zip((ask.query for ask in asks), place.ask("totals", [ask.query for ask in asks]), strict=True))
    plain = [name for name, (_, path) in servers.items() if path is measure.plain_path]
    agreement = {name: measure.totals_agree(totals.__getitem__, servers[name][0], asks) for name in plain}
    return {"times": times, "agreement": agreement}


def study(place: Place, plan: Plan, slugs: list[str], ours: Server, stack: contextlib.ExitStack) -> dict[str, Any]:
    bare = stack.enter_context(place.gunicorn("scripts.benching.rivals.bare_page:application"))
    return measure.study_times(ours, bare, slugs[:100], plan.rounds, forgetting(place))


def forgetting(place: Place) -> Callable[[], None]:
    return lambda: place.ask("forget")


def pages(place: Place, slug: str) -> dict[str, Any]:
    paths = {
        "home": "/",
        "list": "/evidence/?q=fatigue",
        "list without words": "/evidence/",
        "study": f"/evidence/{slug}/",
    }
    return dict(place.ask("pages", paths))


def memory(place: Place, plan: Plan, asks: list[Ask], slugs: list[str]) -> dict[str, Any]:
    """Memory of a server's process after many mixed requests, with the cache of pages as on a server."""
    say(f"{plan.mixed:,} mixed requests for memory")
    paths = [measure.ours_path(ask) for ask in asks] + [f"/evidence/{slug}/" for slug in slugs] + ["/"]
    with place.gunicorn("atlas_site.wsgi", ATLAS_PAGE_CACHE="1") as ours:
        measure.mixed_requests(ours, paths, plan.mixed)
        own, mapped = ours.memory()
    return {"memory": own, "mapped": mapped, "requests": plan.mixed}


def upkeep(plan: Plan) -> dict[str, Any]:
    """Import, sample atlas and starts, each on SQLite in a folder of its own."""
    say("import, sample atlas, starts")
    with database("sqlite", 0) as place:
        found = dict(place.ask("import_rate", plan.imported))
    with database("sqlite", 0) as place:
        found["load_sample"] = place.ask("load_sample")
    found["files"] = file_imports(plan)
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as folder:
        found["first_start"], found["second_start"] = start_seconds(folder), start_seconds(folder)
    return found


def file_imports(plan: Plan) -> dict[str, Any]:
    """Of a made file of each format into an empty database of each engine."""
    found = {}
    for engine in plan.engines:
        for kind in files.FORMATS:
            say(f"import of a {files.FORMATS[kind]} file on {engine}")
            with database(engine, 0) as place:
                found[f"{kind} {engine}"] = files.measured(place, plan.imported, kind)
    return found


def start_seconds(folder: str) -> float:
    """Seconds from `scripts/run` to its line "Atlas ready"."""
    started = time.perf_counter()
    command = [sys.executable, str(ROOT / "scripts" / "run"), "--port", "0", "--data", folder]
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=kept, cwd=ROOT) as process:
        for line in process.stdout or ():
            if line.startswith("Atlas ready"):
                break
        seconds = time.perf_counter() - started
        process.terminate()
        process.communicate(timeout=30)
    return seconds


def machine(plan: Plan, command: str) -> dict[str, Any]:
    """What the figures stand for."""
    information = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.+)", information.read_text()) if information.exists() else None
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "revision": revision.stdout.strip() or "unknown",
        "cpu": model[1] if model else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgres": "not used",
        "command": command,
        "corpus": "172,365 real citations and the sample atlas"
        if plan.citations
        else "the 5,960 records of the sample atlas, recombined",
    }
