"""What tests of syncing share: a sync against the stand-in, and how the tables look afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

from studies import syncing
from studies.matching.facts import is_preprint_doi
from studies.matching.kinds import notice_kind
from studies.models import Abstract, Arrival, Author, SourceQuery, Study
from studies.records import Record
from studies.syncing import Report
from studies.vocabulary_desk import Source
from tests.sources.asking import client_for
from tests.sources.shelves import A_DAY, FIRST_DAY, Held, Shelves
from tests.sources.stub import Stub, serving


def ask_from_the_first_day() -> None:
    """The stand-in's papers begin in 2025, before the first day of the seeded queries."""
    SourceQuery.objects.update(since=FIRST_DAY)


def sync(stub: Stub, source: str = "pubmed", **how: Any) -> Report:
    lines = how.pop("lines", [])
    usual = {"tell": lines.append, "progress": lambda done, number: None}
    return syncing.sync(client=client_for(stub), source=Source(source), **usual | how)


def told(report: Report) -> tuple[int, int, int, int, int]:
    """read, arrived, known, notices, refused"""
    return report.read, report.arrived, report.known, report.notices, report.refused


def rows() -> dict[str, list[Any]]:
    """Everything that a sync writes about papers."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in (Study, Author, Abstract, Arrival)}


@contextmanager
def serving_articles(number: int) -> Iterator[Stub]:
    """A stand-in with so many papers, ten a day, each of which becomes a study: no notices, and no preprints of others."""
    with serving(number=0) as stub:
        stub.shelves.papers = articles(number)
        yield stub


def articles(number: int) -> list[Held]:
    found = (held for held in Shelves.filled(number + 100).papers if _is_article(held.record))
    return [
        replace(held, listed=FIRST_DAY + timedelta(days=n // A_DAY)) for n, held in enumerate(islice(found, number))
    ]


def _is_article(record: Record) -> bool:
    return not notice_kind(record.title, record.publication_types) and not is_preprint_doi(record.doi)
