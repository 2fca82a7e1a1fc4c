"""What a soak found, as tables, and which of its bounds were missed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.benching.figures import at_least, verdict
from scripts.benching.soak.notes import EXPECTED, MADE_BY
from scripts.benching.tables import ENGINES, Row, table

Found = Mapping[str, Any]

MEMORY_TARGET = 250  # MB of a process, resident
GROWTH_TARGET = 20  # MB an hour in the second half
JUDGED_FROM = 600  # seconds; in a shorter run a process is still filling what it keeps


def bounds(found: Found) -> Iterator[tuple[str, str, str, str]]:
    """(what, measured, bound, met or missed) of one soak."""
    peak = max(each["peak"] for each in found["memory"])
    faults = {
        "errors and broken promises": found["number_of_faults"],
        "errors that the server logged": found["errors_logged"],
        "processes that ended": found["workers_lost"],
        "receipts that do not open": found["receipts"] - found["opened"],
        "messages acknowledged and not stored": max(0, found["receipts"] - found["stored"]),
    }
    for what, number in faults.items():
        yield what, str(number), "0", "met" if number == 0 else f"missed by {number}"
    whole = "whole" if not found["history"] else "broken"
    yield "public history afterwards", whole, "whole", "met" if whole == "whole" else "missed"
    yield "memory of the largest process", f"{peak:.0f} MB", f"≤ {MEMORY_TARGET} MB", verdict(peak, MEMORY_TARGET)
    if found["seconds"] >= JUDGED_FROM:
        growth = max(each["growth"] for each in found["memory"])
        missed = "met" if growth <= GROWTH_TARGET else f"missed by {growth - GROWTH_TARGET:.0f} MB"
        yield "its growth in the second half", f"{growth:+.1f} MB an hour", f"≤ {GROWTH_TARGET} MB an hour", missed
    for act in MADE_BY:
        number = found["acts"].get(act, 0)
        yield f"{NAMES[act]}", str(number), "≥ 1", at_least(number, 1)


NAMES = {"message sent": "messages sent", "apply": "changes applied", "publish": "studies published"}


def missed(found: Found) -> list[str]:
    """The bounds that were not met, in words."""
    return [f"{what}: {measured}, bound {bound}" for what, measured, bound, how in bounds(found) if how != "met"]


def figures(soaks: Mapping[str, Found]) -> str:
    """All tables of the kept soaks, by their names."""
    return "\n\n".join(_one(found) for found in soaks.values())


def _one(found: Found) -> str:
    machine = found["machine"]
    heading = f"#### {ENGINES[found['engine']]}, {found['size']:,} studies"
    said = (
        f"{found['seconds'] / 60:.0f} minutes, {found['clients']} clients, {found['workers']} processes with "
        f"{found['threads']} threads each, on {machine['date']} at revision {machine['revision']}; the machine's load "
        f"before it {found['load_before']:.1f}, after it {found['load_after']:.1f}. {_happened(found)}"
    )
    return "\n\n".join([heading, said, _bounds(found), _kinds(found), _memory(found)])


def _happened(found: Found) -> str:
    answers = sum(found["statuses"].values())
    apart = [f"{found['statuses'].get(str(status), 0)} times {status} ({why})" for status, why in EXPECTED.items()]
    acts = ", ".join(f"{act} {number}" for act, number in sorted(found["acts"].items()))
    return (
        f"{answers:,} answers, {answers / found['seconds']:.0f} a second; {' and '.join(apart)}. "
        f"{found['revisions']} revisions were made, {found['published']} studies became public. Acts: {acts}."
    )


def _bounds(found: Found) -> str:
    return table(["what", "measured", "bound", ""], [list(row) for row in bounds(found)])


def _kinds(found: Found) -> str:
    rows: list[Row] = [
        [kind, f"{each['number']:,}", *(f"{each[name]:.0f}" for name in ("p50", "p95", "p99"))]
        for kind, each in found["kinds"].items()
    ]
    return table(["kind of request", "answers", "p50 ms", "p95", "p99"], rows)


def _memory(found: Found) -> str:
    """Resident memory at five moments of each process."""
    rows: list[Row] = []
    for number, each in enumerate(found["memory"], start=1):
        samples = [*each["samples"], each["last"]]
        places = [samples[round(share * (len(samples) - 1))] for share in (0, 0.25, 0.5, 0.75, 1)]
        shown = [f"{sample['resident']:.0f}" for sample in places]
        rows.append([number, *shown, f"{each['peak']:.0f}", f"{each['last']['share']:.0f}", f"{each['growth']:+.1f}"])
    head = [
        "process",
        "MB at the start",
        "a quarter",
        "half",
        "three quarters",
        "the end",
        "peak",
        "fair share at the end",
    ]
    return table([*head, "growth, second half, MB an hour"], rows)
