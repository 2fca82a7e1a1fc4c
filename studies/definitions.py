"""The case definitions shipped with the atlas, and the reading of a study's coding against them. Pure.

The list is the seed file that also fills the database, so that a coding can be explained without one.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from studies.pem import PemError, Row, Statement

SEED = Path(__file__).parent / "sample" / "case_definitions.csv"


@dataclass(frozen=True)
class Definition:
    """One line of the seed file; `verified`: checked against the original text."""

    slug: str
    name: str
    aliases: tuple[str, ...]
    year: int | None
    pem: str
    pem_note: str
    doi: str
    pmid: str
    source: str
    verified: bool


@dataclass(frozen=True)
class Coding:
    """What `pem.derive` takes."""

    design: str
    rows: tuple[Row, ...]
    statement: Statement | None


@cache
def shipped() -> Mapping[str, Definition]:
    """All definitions of the seed file by slug, in file order."""
    with SEED.open(encoding="utf-8", newline="") as file:
        return {line["slug"]: _definition(line) for line in csv.DictReader(file)}


def read_coding(item: object, definitions: Mapping[str, Definition]) -> Coding:
    """The coding in one object of the shape of `sample_studies.json`; raises PemError for what cannot be read."""
    if not isinstance(item, dict):
        raise PemError("not an object")
    rows = item.get("case_definitions") or []
    if not isinstance(rows, list):
        raise PemError("case_definitions is not a list")
    return Coding(
        design=_text(item, "design"),
        rows=tuple(_row(row, definitions) for row in rows),
        statement=_statement(item.get("pem_statement")),
    )


def _definition(line: Mapping[str, str]) -> Definition:
    return Definition(
        slug=line["slug"],
        name=line["name"],
        aliases=tuple(alias.strip() for alias in line["aliases"].split(";") if alias.strip()),
        year=int(line["year"]) if line["year"] else None,
        pem=line["pem"],
        pem_note=line["pem_note"],
        doi=line["doi"],
        pmid=line["pmid"],
        source=line["source"],
        verified=line["verified"] == "yes",
    )


def _row(row: object, definitions: Mapping[str, Definition]) -> Row:
    if not isinstance(row, dict):
        raise PemError("a case definition is not an object")
    slug = _text(row, "definition")
    if slug not in definitions:
        raise PemError(f"unknown definition: {slug!r}")
    known = definitions[slug]
    return Row(slug, known.pem, _text(row, "role"), _text(row, "cohort"), known.year)


def _statement(value: object) -> Statement | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise PemError("pem_statement is not an object")
    return Statement(_text(value, "claim"), _text(value, "quote"))


def _text(item: Mapping[str, object], key: str) -> str:
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PemError(f"{key} is not text")
    return value
