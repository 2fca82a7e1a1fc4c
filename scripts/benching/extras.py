"""Contenders that are not part of the project's environment: tantivy and Datasette, where they can be imported.

Install them beside it, for example `pip install --target DIR tantivy datasette`, and name DIR in ATLAS_BENCH_PACKAGES.
"""

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from scripts.benching.measure import plain_path
from scripts.benching.mix import Ask
from scripts.benching.served import Server, program

if TYPE_CHECKING:
    from scripts.benching.run import Place

Contender = tuple[Server, Callable[[Ask], str]]


def started(
    names: tuple[str, ...], place: "Place", stack: ExitStack, say: Callable[[str], None]
) -> dict[str, Contender]:
    """The contenders among `names` that this machine has, started on the SQLite database of `place`."""
    if place.engine != "sqlite":
        return {}
    found = {}
    for name in names:
        check = subprocess.run(
            [sys.executable, "-c", f"import {name}"], env=dict(place.environment), capture_output=True, check=False
        )
        if check.returncode:
            say(f"{name} is not installed, so it is left out")
            continue
        found[name] = STARTERS[name](place, stack)
    return found


def start_tantivy(place: "Place", stack: ExitStack) -> Contender:
    server = stack.enter_context(place.gunicorn("scripts.benching.rivals.tantivy_index:application"))
    return server, plain_path


def start_datasette(place: "Place", stack: ExitStack) -> Contender:
    """Datasette on a table as its users make one: texts and facets in a row, topics as a JSON list, full-text search on."""
    place.python("-m", "scripts.benching.rivals.datasette_file")
    path = datasette_file(place.environment["ATLAS_DATA_DIR"])
    command = [
        sys.executable, "-m", "datasette", "serve", str(path), "--port", "{port}",
        "--setting", "sql_time_limit_ms", "60000", "--setting", "facet_time_limit_ms", "60000",
    ]  # fmt: skip
    return stack.enter_context(program(command, dict(place.environment))), datasette_path


def datasette_file(folder: str) -> Path:
    return Path(folder) / "datasette.sqlite3"


def datasette_path(ask: Ask) -> str:
    pairs = [("_size", "20"), ("_sort_desc", "day"), ("_facet_size", "max"), ("_facet_array", "topics")]
    pairs += [("_facet", name) for name in ("pem", "design", "level")]
    grouped: dict[str, list[str]] = {}
    for name, value in parse_qsl(ask.query):
        if name == "q":
            pairs.append(("_search", value))
        elif name == "topic":
            pairs.append(("topics__arraycontains", value))
        elif name in {"pem", "design", "level"}:
            grouped.setdefault(name, []).append(value)
    pairs += [(f"{name}__in", ",".join(values)) for name, values in grouped.items()]
    return "/datasette/studies.json?" + urlencode(pairs)


STARTERS: dict[str, Callable[["Place", ExitStack], Contender]] = {
    "tantivy": start_tantivy,
    "datasette": start_datasette,
}
