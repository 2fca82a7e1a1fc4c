"""Tables of the plain-SQL contenders, filled from the studies: `python -m scripts.benching.rivals.prepare`.

One narrow row per study with numbers for its facet values; the texts stand in the full-text index, out of the row's way.
"""

import os
from collections.abc import Iterator
from typing import Any

from scripts.benching.load import batches, copy_rows
from scripts.benching.rivals.asked import CODED, Codes

BATCH = 5000

POSTGRES = [
    """CREATE TABLE bench_narrow (id int PRIMARY KEY, day int, pem smallint, design smallint, level smallint,
        topics smallint[], title text, body text)""",
]
POSTGRES_INDEXES = [
    # PostgreSQL reads "pain/fatigue" as the name of a file and finds neither word in it.
    "UPDATE bench_narrow SET title = translate(title, '/-', '  '), body = translate(body, '/-', '  ')",
    # The vectors are kept out of the row, so that a scan of the facets reads few pages.
    """CREATE TABLE bench_words AS SELECT id, day, pem, design, level, topics,
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'D') AS words,
        to_tsvector('english', title) AS title_words FROM bench_narrow ORDER BY id""",
    "ALTER TABLE bench_words ADD PRIMARY KEY (id)",
    "ALTER TABLE bench_words ALTER words SET STORAGE external, ALTER title_words SET STORAGE external",
    "ALTER TABLE bench_words SET (toast_tuple_target = 128)",
    """CREATE TABLE bench (LIKE bench_words INCLUDING STORAGE) WITH (toast_tuple_target = 128)""",
    "INSERT INTO bench SELECT * FROM bench_words",
    "DROP TABLE bench_words, bench_narrow",
    "ALTER TABLE bench ADD PRIMARY KEY (id)",
    "CREATE INDEX ON bench USING gin (words) WITH (fastupdate = off)",
    "CREATE INDEX ON bench USING gin (title_words) WITH (fastupdate = off)",
    "CREATE INDEX ON bench (day DESC, id DESC)",
    "VACUUM ANALYZE bench",
]
SQLITE = [
    "CREATE TABLE bench_narrow (id INTEGER PRIMARY KEY, day INT, pem INT, design INT, level INT)",
    "CREATE TABLE bench_topic (id INT, topic INT, PRIMARY KEY (id, topic)) WITHOUT ROWID",
    """CREATE VIRTUAL TABLE bench_words USING fts5(title, body, content='', prefix='2 3',
        tokenize='porter unicode61 remove_diacritics 2')""",
]
SQLITE_INDEXES = [
    "CREATE INDEX bench_day ON bench_narrow (day DESC, id DESC)",
    "CREATE INDEX bench_topic_other ON bench_topic (topic, id)",
    "INSERT INTO bench_words (bench_words) VALUES ('optimize')",
    "ANALYZE",
]


def prepare() -> None:
    from django.db import connection, transaction

    postgres = connection.vendor == "postgresql"
    run(POSTGRES if postgres else SQLITE)
    for batch in batches(rows(), BATCH):
        with transaction.atomic():
            (write_postgres if postgres else write_sqlite)(batch)
    run(POSTGRES_INDEXES if postgres else SQLITE_INDEXES)


def run(statements: list[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rows() -> Iterator[dict[str, Any]]:
    """Every published study as plain values: id, day, numbers of its facet values, topics, title and all other text."""
    from studies.models import Study, Topic

    codes = Codes(dict(Topic.objects.values_list("slug", "pk")))
    related = ("authors", "topics", "definitions__definition")
    studies = Study.objects.published().order_by("id").prefetch_related(*related).select_related("abstract")
    for study in studies.iterator(chunk_size=2000):
        numbers = {facet: codes.number[facet][getattr(study, column)] for facet, column in CODED.items()}
        day = study.published_on.toordinal() if study.published_on else 0
        topics = [topic.pk for topic in study.topics.all()]
        yield {"id": study.pk, "day": day, **numbers, "topics": topics, "title": study.title, "body": body(study)}


def body(study: Any) -> str:
    texts = [getattr(study, name) for name in study.COMPULSORY_TEXTS]
    texts += [line for name in study.LIST_TEXTS for line in getattr(study, name)]
    texts += [study.journal, study.population_label, *map(str, study.authors.all())]
    texts += [topic.label for topic in study.topics.all()]
    texts += [name for row in study.definitions.all() for name in (row.definition.name, *row.definition.aliases)]
    if hasattr(study, "abstract"):
        texts.append(study.abstract.text)
    return "\n".join(filter(None, texts))


def write_postgres(batch: list[dict[str, Any]]) -> None:
    names = list(batch[0])
    copy_rows("bench_narrow", names, [[row[name] for name in names] for row in batch])


def write_sqlite(batch: list[dict[str, Any]]) -> None:
    narrow = ["id", "day", *CODED]
    copy_rows("bench_narrow", narrow, [[row[name] for name in narrow] for row in batch])
    copy_rows("bench_topic", ["id", "topic"], [[row["id"], topic] for row in batch for topic in row["topics"]])
    copy_rows("bench_words", ["rowid", "title", "body"], [[row["id"], row["title"], row["body"]] for row in batch])


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
    django.setup()
    prepare()
