"""The file that Datasette serves: `python -m scripts.benching.rivals.datasette_file`."""

import json
import os
import sqlite3
from contextlib import closing

from scripts.benching.extras import datasette_file
from scripts.benching.rivals.asked import CODED, Codes


def write() -> None:
    from scripts.benching.rivals.prepare import rows
    from studies.models import Topic

    codes = Codes(dict(Topic.objects.values_list("slug", "pk")))
    with closing(sqlite3.connect(datasette_file(os.environ["ATLAS_DATA_DIR"]))) as database:
        database.execute(
            "CREATE TABLE studies (id INTEGER PRIMARY KEY, day INT, title, body, pem, design, level, topics)"
        )
        for row in rows():
            words = [codes.word[facet][row[facet]] for facet in CODED]
            topics = json.dumps([codes.word["topic"][topic] for topic in row["topics"]])
            values = [row["id"], row["day"], row["title"], row["body"], *words, topics]
            database.execute("INSERT INTO studies VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        database.execute(
            "CREATE VIRTUAL TABLE studies_fts USING fts5(title, body, content='studies', content_rowid='id', tokenize='porter')"
        )
        database.execute("INSERT INTO studies_fts (studies_fts) VALUES ('rebuild')")
        for column in ("day", *CODED):
            database.execute(f"CREATE INDEX studies_{column} ON studies ({column})")
        database.commit()


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
    django.setup()
    write()
