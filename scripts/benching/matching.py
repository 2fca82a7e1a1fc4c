"""How well and how fast papers are recognised, on citations of which people said which are the same."""

from __future__ import annotations

import csv
import lzma
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from scripts.benching.corpus import Made, make, read_sources
from scripts.benching.figures import at_least
from studies.matching.facts import facts_of
from studies.matching.judging import Verdict
from studies.matching.shelf import Shelf
from studies.names import parse_names
from studies.records import Record
from studies.sample_files import FOLDER as SAMPLE

SETS = ("respiratory", "stroke")
FOLDER = Path(__file__).parents[2] / "tests" / "data" / "dedupe"

LEAST_PRECISION, LEAST_RECALL = 0.999, 0.97

Pairs = set[frozenset[str]]


@dataclass(frozen=True)
class Labelled:
    """Citations by their number, and every two of them that are one paper."""

    records: dict[str, Record]
    same: Pairs


@dataclass(frozen=True)
class Found:
    merged: Pairs
    offered: Pairs
    seconds: float


def read(folder: Path, name: str) -> Labelled:
    rows = _rows(folder / f"{name}_records_pre_merged.csv.xz")
    groups = [row["merged_ids"].split(";") for row in _rows(folder / f"{name}_merged_record_ids.csv.xz")]
    return Labelled({row["ID"]: _record(row) for row in rows}, _pairs(groups))


def match(labelled: Labelled) -> Found:
    """Put one record after the other on a shelf, as an import does; what is merged is merged with all it was merged with."""
    started = time.perf_counter()
    shelf, offered = Shelf(), set()
    names, papers = list(labelled.records), {name: [name] for name in labelled.records}
    for number, name in enumerate(names):
        facts = facts_of(labelled.records[name])
        for found in shelf.find(facts):
            if found.judgement.verdict == Verdict.SAME:
                _join(papers, names[found.key], name)
            else:
                offered.add(frozenset((names[found.key], name)))
        shelf.add(number, facts)
    merged = _pairs({id(group): group for group in papers.values()}.values())
    return Found(merged, offered - merged, time.perf_counter() - started)


def results(folder: Path, citations: Path | None, sizes: Iterable[int]) -> dict[str, Any]:
    """Figures of every set, and how fast citations without known duplicates are recognised as new, by their number."""
    return {
        "sets": {name: measured(folder, name) for name in SETS},
        "among": {str(size): rate_among(size, citations) for size in sizes},
    }


def rate_among(number: int, citations: Path | None) -> float:
    """Records a second, of so many with a DOI each, each compared with all that came before it."""
    records = [_made_record(made) for made in make(read_sources(SAMPLE, citations), number)]
    started = time.perf_counter()
    shelf = Shelf()
    for key, record in enumerate(records):
        facts = facts_of(record)
        shelf.find(facts)
        shelf.add(key, facts)
    return number / (time.perf_counter() - started)


def _made_record(made: Made) -> Record:
    authors = tuple(parse_names(made.authors))
    fields = {name: made.fields[name] for name in ("title", "journal")}
    return Record(authors=authors, year=made.year, doi=f"10.5555/{made.number}", **fields)


def table_rows(found: Mapping[str, Any]) -> Iterator[list[str]]:
    """One row for each set, then one for each number of citations."""
    for name, figures in found.get("sets", {}).items():
        goals = (
            f"≥ {LEAST_PRECISION}, {at_least(figures['precision'], LEAST_PRECISION)}",
            f"≥ {LEAST_RECALL}, {at_least(figures['recall'], LEAST_RECALL)}",
        )
        yield [
            f"{name}, {figures['records']:,} records", f"{figures['pairs']:,}", f"{figures['merged']:,}",
            f"{figures['precision']:.4f}", goals[0], f"{figures['recall']:.4f}", goals[1],
            f"{figures['offered']:,}", f"{figures['missed']:,}", f"{figures['rate']:,.0f}",
        ]  # fmt: skip
    for size, rate in found.get("among", {}).items():
        yield [f"{int(size):,} citations with a DOI each", *[""] * 8, f"{rate:,.0f}"]


def measured(folder: Path, name: str) -> dict[str, Any]:
    """Figures of one set: pairs merged, how many of them rightly, what was found and offered, records a second."""
    labelled = read(folder, name)
    found = match(labelled)
    right = found.merged & labelled.same
    return {
        "records": len(labelled.records),
        "pairs": len(labelled.same),
        "merged": len(found.merged),
        "precision": len(right) / len(found.merged),
        "recall": len(right) / len(labelled.same),
        "offered": len(found.offered),
        "missed": len(labelled.same - found.merged - found.offered),
        "rate": len(labelled.records) / found.seconds,
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _record(row: dict[str, str]) -> Record:
    plain = {name: text.strip('"') for name, text in row.items()}
    return Record(
        title=plain["title"],
        authors=tuple(parse_names(plain["author"].split(" and "))),
        journal=plain["journal"],
        volume=plain["volume"],
        pages=plain["pages"],
        year=int(plain["year"]) if plain["year"].isdigit() else None,
    )


def _pairs(groups: Iterable[list[str]]) -> Pairs:
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def _join(papers: dict[str, list[str]], one: str, other: str) -> None:
    if papers[one] is not papers[other]:
        papers[one] += papers[other]
        for name in papers[other]:
            papers[name] = papers[one]
