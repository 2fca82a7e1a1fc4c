"""A search engine's library as bare JSON: tantivy with its index in the data folder, made when the process starts."""

import json
import os
from pathlib import Path
from typing import Any

import django
import tantivy  # type: ignore[import-not-found]

from scripts.benching.rivals.asked import CODED, FACETS, PAGE_SIZE, Codes, application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
django.setup()

from studies.models import Topic  # noqa: E402

CODES = Codes(dict(Topic.objects.values_list("slug", "pk")))


def made_index() -> Any:
    from scripts.benching.rivals.prepare import rows

    schema = tantivy.SchemaBuilder()
    for name in ("title", "body"):
        schema.add_text_field(name, stored=name == "title", tokenizer_name="en_stem")
    for name in ("id", "day"):
        schema.add_integer_field(name, stored=True, fast=True, indexed=True)
    for facet in FACETS:
        schema.add_integer_field(facet, stored=False, fast=True, indexed=True)
    folder = Path(os.environ["ATLAS_DATA_DIR"]) / "tantivy"
    folder.mkdir()
    index = tantivy.Index(schema.build(), path=str(folder))
    writer = index.writer(200_000_000)
    for row in rows():
        numbers = {facet: row[facet] for facet in CODED}
        document = tantivy.Document(title=row["title"], body=row["body"], id=row["id"], day=row["day"], **numbers)
        for topic in row["topics"]:
            document.add_integer("topic", topic)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


INDEX = made_index()


def query_of(q: str, chosen: dict[str, list[int]]) -> Any:
    parts = []
    if q:
        parts.append((tantivy.Occur.Must, INDEX.parse_query(q, ["title", "body"], conjunction_by_default=True)))
    for facet, numbers in chosen.items():
        each = [(tantivy.Occur.Should, tantivy.Query.term_query(INDEX.schema, facet, number)) for number in numbers]
        parts.append((tantivy.Occur.Must, tantivy.Query.boolean_query(each)))
    return tantivy.Query.boolean_query(parts) if parts else tantivy.Query.all_query()


def find(query_string: str) -> dict[str, Any]:
    asked = CODES.read(query_string)
    searcher = INDEX.searcher()
    query = query_of(asked.q, dict(asked.chosen))
    order = {} if asked.q else {"order_by_field": "day"}
    hits = searcher.search(query, limit=PAGE_SIZE, offset=asked.offset, count=True, **order)
    rows = [searcher.doc(address).to_dict() for _, address in hits.hits]
    return {"total": hits.count, "rows": rows, **counts(searcher, asked)}


def counts(searcher: Any, asked: Any) -> dict[str, dict[str, int]]:
    """Counts of each facet without its own choice: one pass for all facets nobody chose in, one for each of the others."""
    found: dict[str, dict[str, int]] = {}
    free = [facet for facet in FACETS if facet not in asked.chosen]
    passes = [(free, asked.chosen)] if free else []
    passes += [([facet], {f: n for f, n in asked.chosen.items() if f != facet}) for facet in asked.chosen]
    for facets, chosen in passes:
        terms = {facet: {"terms": {"field": facet, "size": 100}} for facet in facets}
        answer = searcher.aggregate(query_of(asked.q, dict(chosen)), terms)
        answer = json.loads(answer) if isinstance(answer, str) else answer
        for facet in facets:
            pairs = [(int(bucket["key"]), bucket["doc_count"]) for bucket in answer[facet]["buckets"]]
            found[facet] = CODES.worded(facet, pairs)
    return found


application = application(find)  # type: ignore[assignment]
