"""Questions to a database under measurement, asked in a process of their own: `python -m scripts.benching.inside QUESTION`.

The answer is one JSON value on standard output. DATABASE_URL and the rest of the environment are set by the caller.
"""

import gzip
import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any


def materials() -> dict[str, Any]:
    """Titles for the mix, slugs of topics and of studies with texts."""
    from studies.models import Study, Topic

    studies = Study.objects.published().order_by("id")
    with_texts = studies.with_texts()
    return {
        "titles": list(studies.values_list("title", flat=True)[:20000]),
        "topics": list(Topic.objects.order_by("slug").values_list("slug", flat=True)),
        "slugs": list(with_texts.values_list("slug", flat=True)[:200]),
    }


def totals(queries: list[str]) -> list[int]:
    """How many studies the list finds for each query string."""
    from django.http import QueryDict

    from studies.search import engine

    found = []
    for query in queries:
        filters, _ = engine.read(dict(QueryDict(query).lists()))
        found.append(engine.find(filters).result.total)
    return found


def pages(paths: dict[str, str]) -> dict[str, Any]:
    """Bytes, gzipped bytes and queries of each page, by name; the page was asked for once before."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, found = Client(HTTP_HOST="127.0.0.1"), {}
    for name, path in paths.items():
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{response.status_code} for {path}")
        body = response.content
        found[name] = {"bytes": len(body), "gzip": len(gzip.compress(body, 6)), "queries": len(queries)}
    return found


def forget(_: None = None) -> int:
    """Move the public counter, as every publication does: what a process remembers is then out of date."""
    from django.db.models import F

    from studies.models import PublicState

    return PublicState.objects.update(counter=F("counter") + 1)


def import_rate(number: int) -> dict[str, Any]:
    """Records a second of `ingest` into an empty database, and the memory the process came to, in MB."""
    from django.core.management import call_command

    from scripts.benching.corpus import make, read_sources
    from studies.incoming import Incoming
    from studies.ingest import Holdings, ingest
    from studies.sample_files import FOLDER

    call_command("migrate", verbosity=0)
    papers = [Incoming(record_of(made), "a file") for made in make(read_sources(FOLDER, None), number)]
    started = time.perf_counter()
    outcome = ingest(papers, holdings=Holdings())
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"import_rate": len(outcome.created) / seconds, "import_memory": peak, "imported": len(outcome.created)}


def record_of(made: Any) -> Any:
    from studies.names import parse_names
    from studies.records import Record

    authors = tuple(parse_names(made.authors))
    return Record(title=made.fields["title"], authors=authors, year=made.year, doi=f"10.5555/{made.number}")


def load_sample(_: None = None) -> float:
    """Seconds that `load_sample` takes in an empty database."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    call_command("load_sample", verbosity=0, stdout=io.StringIO())
    return time.perf_counter() - started


def database(_: None = None) -> str:
    """Version of the database server."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT version()" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
        return " ".join(cursor.fetchone()[0].split()[:2]).removeprefix("PostgreSQL ")


QUESTIONS: dict[str, Callable[..., Any]] = {
    "materials": materials,
    "totals": totals,
    "pages": pages,
    "forget": forget,
    "import_rate": import_rate,
    "load_sample": load_sample,
    "database": database,
}

if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
    django.setup()
    given = json.loads(sys.stdin.read() or "null")
    from scripts.benching import desk, exports, files
    from scripts.benching.soak import stage

    parts = (desk, exports, files, stage)
    question = {**QUESTIONS, **{name: ask for part in parts for name, ask in part.QUESTIONS.items()}}[sys.argv[1]]
    print(json.dumps(question() if given is None else question(given)))
