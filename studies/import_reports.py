"""What became of imported files, as data for machines and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studies.importing import FileReport
from studies.outcome import Fate, Line, Pair

COUNTED = (  # in the order of a sentence
    (Fate.CREATED, "created"),
    (Fate.UPDATED, "updated"),
    (Fate.DUPLICATE, "already there"),
    (Fate.NOTICE, "notices about other papers"),
    (Fate.REFUSED, "refused"),
)


def as_data(report: FileReport) -> dict[str, Any]:
    """The shape that `docs/importing.md` describes."""
    outcome = report.outcome
    return {
        "file": report.name,
        "format": report.format or None,
        "fault": report.fault or None,
        "read": len(outcome.lines),
        "created": len(outcome.of(Fate.CREATED)),
        "updated": len(outcome.updated),
        "duplicates": len(outcome.duplicates),
        "notices": len(outcome.notices),
        "refused": [_refused(line, report) for line in outcome.refused],
        "possible_duplicates": [_pair(pair) for pair in outcome.possible],
        "records": [_record(line) for line in outcome.lines if _says_something(line)],
        "problems": outcome.problems,
    }


def as_lines(report: FileReport, *, in_full: bool) -> Iterator[str]:
    """One line of counts, or the fault; `in_full` also what a person has to look at, record by record."""
    if report.fault:
        yield f"{report.name}: {report.fault}"
        return
    outcome = report.outcome
    counts = ", ".join(f"{len(outcome.of(fate))} {word}" for fate, word in COUNTED)
    records = "1 record" if len(outcome.lines) == 1 else f"{len(outcome.lines)} records"
    yield f"{report.name}: {report.format_name}, {records}: {counts}."
    if not in_full:
        return
    yield from _listed("Refused:", (_told(line, report) for line in outcome.refused))
    yield from _listed("Already there:", (_told(line, report) for line in outcome.duplicates))
    yield from _listed("Added to a draft that was there:", (_told(line, report) for line in outcome.updated))
    yield from _listed("Notices, which are no studies:", (_told(line, report) for line in outcome.notices))
    yield from _listed("Created, and perhaps the same paper as another study:", map(_told_pair, outcome.possible))
    remarked = (line for line in outcome.of(Fate.CREATED) if line.remarks)
    yield from _listed("Created, with remarks:", (_told(line, report) for line in remarked))
    yield from _listed("Problems:", outcome.problems)


def _refused(line: Line, report: FileReport) -> dict[str, Any]:
    return {
        "record": line.number,
        "line": report.places.get(line.number),
        "title": line.title,
        "reason": line.reason,
        "study": line.slug or None,
        "remarks": list(line.remarks),
    }


def _record(line: Line) -> dict[str, Any]:
    return {
        "record": line.number,
        "fate": str(line.fate),
        "title": line.title,
        "study": line.slug or None,
        "reason": line.reason,
        "changed": list(line.changed),
        "differs": [{"field": it.field, "ours": it.ours, "theirs": it.theirs} for it in line.differs],
        "remarks": list(line.remarks),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "record": pair.number,
        "title": pair.title,
        "study": pair.slug,
        "other_title": pair.other_title,
        "other_study": pair.other_slug,
        "reasons": list(pair.reasons),
    }


def _says_something(line: Line) -> bool:
    """Refused records stand in a list of their own, and a plain draft needs no words."""
    return line.fate != Fate.REFUSED and (line.fate != Fate.CREATED or bool(line.remarks))


def _listed(heading: str, lines: Iterator[str] | list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if not number:
            yield f"  {heading}"
        yield f"  - {line}"


def _told(line: Line, report: FileReport) -> str:
    """`record 4, line 17: reason [title; study]`."""
    place = f", line {report.places[line.number]}" if line.number in report.places else ""
    changed = f"Changed: {', '.join(line.changed).replace('_', ' ')}." if line.changed else ""
    differs = " ".join(f"Other {it.field.replace('_', ' ')}: {it.theirs}." for it in line.differs)
    said = " ".join(filter(None, [line.reason, changed, differs, *line.remarks]))
    names = "; ".join(filter(None, [line.title[:100] or "no title", line.slug]))
    return f"record {line.number}{place}{': ' + said if said else ''} [{names}]"


def _told_pair(pair: Pair) -> str:
    reasons = " ".join(pair.reasons)
    return f"record {pair.number}: {pair.title[:100]} [{pair.slug}] and {pair.other_title[:100]} [{pair.other_slug}]. {reasons}"
