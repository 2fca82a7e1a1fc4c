"""Lines in the text format of Prometheus (version 0.0.4). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from atlas_site.watching.counting import BUCKETS, Tally

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[Mapping[str, str], float]


def metric(name: str, kind: str, told: str, samples: Iterable[Sample]) -> Iterator[str]:
    """One metric with its samples; nothing at all where there is none."""
    lines = [_line(name, labels, value) for labels, value in samples]
    if lines:
        yield from (f"# HELP {name} {told}", f"# TYPE {name} {kind}", *lines)


def requests(tally: Tally) -> Iterator[str]:
    """What was counted of requests, as counters and a histogram."""
    answered = [
        ({"view": view, "method": method, "status": status}, count)
        for (view, method, status), count in sorted(tally.requests.items())
    ]
    yield from metric("atlas_requests_total", "counter", "Requests that were answered.", answered)
    yield from _histogram(tally)
    for name, told, counter in (
        ("atlas_database_seconds_total", "Seconds in which requests waited for statements.", tally.database),
        ("atlas_slow_statements_total", "Statements over the limit of the log.", tally.slow),
        ("atlas_refused_requests_total", "Requests refused because there were too many (429).", tally.refused),
    ):
        yield from metric(name, "counter", told, [({"view": view}, value) for view, value in sorted(counter.items())])
    readers = [({"database": name}, count) for name, count in sorted(tally.readers.items())]
    yield from metric("atlas_reader_requests_total", "counter", "Readers of public pages, by database.", readers)


def events(tally: Tally, names: Iterable[str]) -> Iterator[str]:
    """What happened to accounts of staff; each of these kinds, so that the first one that happens is seen as growth."""
    counted: list[Sample] = [({"event": name}, tally.events[name]) for name in sorted({*names, *tally.events})]
    yield from metric("atlas_account_events_total", "counter", "What happened to accounts of staff.", counted)


def _histogram(tally: Tally) -> Iterator[str]:
    name = "atlas_request_duration_seconds"
    if tally.durations:
        yield from (f"# HELP {name} Seconds until an answer began.", f"# TYPE {name} histogram")
    for view, counts in sorted(tally.durations.items()):
        for end, count in zip((*map(str, BUCKETS), "+Inf"), accumulate(counts), strict=True):
            yield _line(f"{name}_bucket", {"view": view, "le": end}, count)
        yield _line(f"{name}_sum", {"view": view}, tally.seconds[view])
        yield _line(f"{name}_count", {"view": view}, sum(counts))


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    number = f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return f"{name}{{{told}}} {number}" if told else f"{name} {number}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
