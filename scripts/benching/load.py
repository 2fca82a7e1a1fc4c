"""Fill an empty database with made studies, past the publishing rules: `python -m scripts.benching.load SIZE [CITATIONS]`.

DATABASE_URL names the database. Rows go in by COPY (PostgreSQL) or one prepared statement (SQLite), a thousand times as
fast as publishing one by one; each study has one revision without values, which is enough for every page but its history.
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BATCH = 5000
CONVERTED = {"DateField", "DateTimeField", "BooleanField", "JSONField"}
# PostgreSQL takes the words of all documents in at the end, in one pass and before there is an index to keep.
BEFORE = [
    "SET session_replication_role = replica",  # no triggers and no checks of links: what is made fits together
    "SET synchronous_commit = off",
    "DROP TABLE studies_searchwords, studies_searchtitles",
]
AFTER = ["RESET session_replication_role", "RESET synchronous_commit"]
NOW = datetime(2026, 11, 26, tzinfo=UTC)


class Table:
    """Rows of one model for the bulk loader: what is not given takes the model's default."""

    def __init__(self, model: Any) -> None:
        from django.db import connection

        self.name = model._meta.db_table
        self._connection = connection
        self._fields = list(model._meta.concrete_fields)
        self.columns = [field.column for field in self._fields]
        self._defaults = {field.attname: self._ready(field, field.get_default()) for field in self._fields}
        self._fields_by_name = {field.attname: field for field in self._fields}
        self.rows: list[list[Any]] = []

    def add(self, **values: Any) -> None:
        given = {name: self._ready(self._fields_by_name[name], value) for name, value in values.items()}
        row = self._defaults | given
        self.rows.append([row[field.attname] for field in self._fields])

    def _ready(self, field: Any, value: Any) -> Any:
        """Texts and numbers go in as they are, which spares most of the work; a JSON value that is a text does not occur."""
        if value is None or (type(value) in {str, int} and field.get_internal_type() not in CONVERTED):
            return value
        return field.get_db_prep_save(value, self._connection)

    def write(self) -> None:
        """Insert the rows collected so far and forget them."""
        copy_rows(self.name, self.columns, self.rows)
        self.rows = []


def copy_rows(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from django.db import connection

    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["?"] * len(columns))
            connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608


def run(statements: Sequence[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


class Loader:
    """Writes made studies with authors, abstracts, topics, definitions, a revision each and their search documents."""

    def __init__(self) -> None:
        from studies import models

        names = ("Author", "Abstract", "StudyDefinition", "Revision", "TextProvenance")
        self.study, self.topic = Table(models.Study), Table(models.Study.topics.through)
        self.other = {name: Table(getattr(models, name)) for name in names}
        self._topics = dict(models.Topic.objects.values_list("slug", "pk"))
        self._definitions = dict(models.CaseDefinition.objects.values_list("slug", "pk"))
        self._next = dict.fromkeys([*names, "topic"], 0)
        self._slugs: set[str] = set()

    def add(self, made: Any) -> None:
        self._add_study(made)
        self._add_authors(made)
        if made.abstract:
            sections = [{"label": "", "text": made.abstract}]
            self._put("Abstract", study_id=made.number, sections=sections, license="CC-BY", sha256="0" * 64)
        for slug in made.topics:
            self.topic.add(id=self._id("topic"), study_id=made.number, topic_id=self._topics[slug])
        for position, (slug, role) in enumerate(made.definitions, start=1):
            self._add_definition(made.number, position, slug, role)

    def write(self) -> None:
        """Write all collected rows, then the search documents of the studies among them."""
        from studies.search import documents

        ids = [row[0] for row in self.study.rows]
        for table in (self.study, *self.other.values(), self.topic):
            table.write()
        documents.refresh(ids)

    def _add_study(self, made: Any) -> None:
        from studies import slugs
        from studies.names import parse_names
        from studies.records import Collective

        first = next(iter(parse_names(made.authors[:1])), Collective(""))
        family, group = ("", first.name) if isinstance(first, Collective) else (first.family, "")
        slug = slugs.with_suffix(slugs.study_slug(family, group, made.year, made.fields["title"]), self._slugs)
        self._slugs.add(slug)
        life = {"state": "published", "version": 1, "public_counter": 1, "published_at": NOW, "changed_at": NOW}
        fixed = {
            "published_precision": "day",
            "created_at": NOW,
            "newest_hash": f"{made.number:064x}",
            "is_sample": True,
        }
        self.study.add(id=made.number, slug=slug, doi=f"10.5555/bench.{made.number}", **made.fields, **life, **fixed)
        self._put(
            "Revision", study_id=made.number, number=1, sequence=made.number, made_at=NOW, kind="publish",
            reason="first_publication", approver_role="sample_import", value_hashes={}, hash=f"{made.number:064x}",
        )  # fmt: skip
        for name in ("key_point", "summary", "significance", "limitations") if "summary" in made.fields else ():
            self._put("TextProvenance", study_id=made.number, field=name, basis="full_text", drafter="sample")

    def _add_authors(self, made: Any) -> None:
        from studies.names import parse_names
        from studies.records import Collective

        for position, author in enumerate(parse_names(made.authors), start=1):
            if isinstance(author, Collective):
                self._put("Author", study_id=made.number, position=position, collective=author.name)
            else:
                self._put("Author", study_id=made.number, position=position, family=author.family, given=author.given)

    def _add_definition(self, study: int, position: int, slug: str, role: str) -> None:
        self._put(
            "StudyDefinition", study_id=study, definition_id=self._definitions[slug], position=position, role=role,
            basis="full_text", quote="All patients met the criteria.", locator="methods",
        )  # fmt: skip

    def _put(self, name: str, **values: Any) -> None:
        self.other[name].add(id=self._id(name), **values)

    def _id(self, name: str) -> int:
        self._next[name] += 1
        return self._next[name]


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def load(size: int, citations: Path | None) -> dict[str, Any]:
    """Migrate and fill the database; returns size, seconds and database vendor."""
    from django.apps import apps
    from django.core.management import call_command
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from scripts.benching.corpus import make, read_sources
    from studies.models import PublicState
    from studies.search.adapters import adapter

    started = time.monotonic()
    call_command("migrate", verbosity=0)
    loader = Loader()
    postgres = connection.vendor == "postgresql"
    run(BEFORE if postgres else [])
    for batch in batches(make(read_sources(ROOT / "studies" / "sample", citations), size), BATCH):
        with transaction.atomic():
            for made in batch:
                loader.add(made)
            loader.write()
    run(AFTER if postgres else [])
    adapter().install(connection)
    PublicState.objects.update(counter=1, revisions=size, newest_hash=f"{size:064x}")
    with connection.cursor() as cursor:
        for reset in connection.ops.sequence_reset_sql(no_style(), apps.get_app_config("studies").get_models()):
            cursor.execute(reset)  # rows came with their ids
        cursor.execute("VACUUM ANALYZE" if postgres else "ANALYZE")
    return {"size": size, "seconds": round(time.monotonic() - started, 1), "database": connection.vendor}


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
    django.setup()
    print(json.dumps(load(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)))
