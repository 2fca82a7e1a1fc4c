"""Files of references into the atlas: what `manage.py ingest` and the upload in the admin do with a file.

A file is read twice, first to its end without the database: one that breaks off somewhere writes nothing. Then it is brought
in batch by batch, each in a transaction of its own, so that memory does not grow with the file and whatever stops the process
leaves whole batches, which the next run finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from studies import trials
from studies.formats.readers.detection import MOST_BYTES, READERS, open_file
from studies.formats.readers.refusals import Refusal, Unreadable
from studies.holdings import IDENTIFIERS, Holdings
from studies.incoming import Incoming
from studies.ingest import ingest
from studies.outcome import Line, Outcome

BATCH = 500
Item = Incoming | Refusal
Progress = Callable[[int, int], None]  # records done, records in the file (0 while they are being counted)


@dataclass
class FileReport:
    """What became of one file. `fault` is a sentence where nothing of it was taken in; `format` is empty where it has none.

    `places` gives for records that were refused the line of the file where they begin, where that is known.
    """

    name: str
    format: str = ""
    fault: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    places: dict[int, int] = field(default_factory=dict)

    @property
    def format_name(self) -> str:
        return READERS[self.format].name if self.format else ""


def import_files(
    sources: Sequence[tuple[str, Path | BinaryIO]],
    *,
    dry_run: bool = False,
    most: int = MOST_BYTES,
    progress: Callable[[str], Progress] = lambda name: _silent,
) -> list[FileReport]:
    """Bring files, each given with its name, into the atlas in their order; one that cannot be read stops no other.

    Effects: those of `ingest`, a transaction a batch. `dry_run` does the same and undoes it, so that it tells what would
    happen exactly: on SQLite on a copy, on PostgreSQL inside one transaction. There other imports wait until it ends.
    """
    with _undone() if dry_run else nullcontext():
        holdings = Holdings()
        return [import_file(source, name, holdings, most, progress(name)) for name, source in sources]


def import_file(source: Path | BinaryIO, name: str, holdings: Holdings, most: int, progress: Progress) -> FileReport:
    """One file; the effects of `ingest`, a transaction a batch."""
    report = FileReport(name)
    try:
        report.format, number = _counted(source, most, progress)
    except Unreadable as error:
        report.fault = str(error)
    except OSError as error:
        report.fault = f"The file cannot be opened: {error.strerror or error}."
    else:
        _bring(report, open_file(source, most=most)[1], holdings, lambda done: progress(done, number))
    return report


def _counted(source: Path | BinaryIO, most: int, progress: Progress) -> tuple[str, int]:
    """Format and number of records of a file that can be read to its end."""
    number = 0
    key, items = open_file(source, most=most)
    try:
        for number, _ in enumerate(items, start=1):
            progress(number, 0) if number % BATCH == 0 else None
    except Unreadable as error:
        if not number:
            raise
        raise Unreadable(f"{error} It breaks off after record {number}, and nothing of it was taken in.") from error
    if not number:
        raise Unreadable(f"The file looks like {READERS[key].name} and holds no record.")
    return key, number


def _bring(report: FileReport, items: Iterator[Item], holdings: Holdings, progress: Callable[[int], None]) -> None:
    seen: dict[str, int] = {}
    done = 0
    while batch := list(islice(items, BATCH)):
        outcome = ingest(batch, holdings=holdings, first=done + 1)
        outcome.lines = [_with_repeats(line, item, seen) for line, item in zip(outcome.lines, batch, strict=True)]
        report.outcome.add(outcome)
        report.places |= {item.number: item.line for item in batch if isinstance(item, Refusal) and item.line}
        done += len(batch)
        progress(done)


def _with_repeats(line: Line, item: Item, seen: dict[str, int]) -> Line:
    """The line with a remark for each identifier that a record further up in the file has; remembers the record's own."""
    told = []
    for identifier in sorted(item.identifiers) if isinstance(item, Incoming) else ():
        first = seen.setdefault(identifier, line.number)
        kind, _, value = identifier.partition(":")
        if first != line.number:
            told.append(f"Record {first} has the same {IDENTIFIERS[kind]} ({value}).")
    return replace(line, remarks=(*line.remarks, *told)) if told else line


@contextmanager
def _undone() -> Iterator[None]:
    """A transaction that leaves nothing behind."""
    with trials.apart(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def _silent(done: int, number: int) -> None:
    """Progress that nobody watches."""
