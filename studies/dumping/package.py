"""`datapackage.json` of a release (Data Package and Table Schema, the frictionless standards, version 1)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from studies.dumping.columns import Column
from studies.dumping.states import AtlasState
from studies.dumping.tables import TABLES, Table

LICENCES = [
    {
        "name": "CC-BY-4.0",
        "path": "https://creativecommons.org/licenses/by/4.0/",
        "title": "Texts of the atlas: Creative Commons Attribution 4.0",
    },
    {
        "name": "CC0-1.0",
        "path": "https://creativecommons.org/publicdomain/zero/1.0/",
        "title": "Identifiers, bibliographic facts and the record of changes: CC0 1.0",
    },
]
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".sqlite": "application/vnd.sqlite3",
    ".json": "application/json",
    ".md": "text/markdown",
    ".py": "text/x-python",
}


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def described(folder: Path, state: AtlasState, address: str) -> dict[str, Any]:
    """The description of everything in the folder; `address` is the atlas's own."""
    tables = {f"csv/{table.name}.csv": table for table in TABLES}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "profile": "data-package",
        "name": "mecfs-study-atlas",
        "title": "ME/CFS Study Atlas",
        "homepage": address + "/",
        "version": state.name,
        "created": state.time,
        "counter": state.counter,
        "revisions": state.revisions,
        "newest_hash": state.newest_hash,
        "removed_values": state.removed_values,
        "licenses": LICENCES,
        "resources": [_resource(path, folder, tables) for path in files],
    }


def _resource(path: Path, folder: Path, tables: dict[str, Table]) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    resource = {
        "name": name.replace("/", "-").replace(".", "-").replace("_", "-").lower(),
        "path": name,
        "mediatype": MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
    }
    if name not in tables:
        return resource
    table = tables[name]
    return resource | {
        "profile": "tabular-data-resource",
        "title": table.title,
        "encoding": "utf-8",
        "dialect": {"lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {"fields": [_field(column) for column in table.columns], "primaryKey": list(table.key)},
    }


def _field(column: Column) -> dict[str, Any]:
    kind: dict[str, Any] = {"name": column.name, "type": column.kind, "description": column.meaning}
    if column.kind == "boolean":
        kind |= {"trueValues": ["1"], "falseValues": ["0"]}
    return kind
