"""Asking the sources for new papers: page by page, so that whatever stops a run, the next one goes on where it stopped.

A page is one transaction: drafts, arrivals, and in the run's row the place to go on from. A source is waited for outside of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from studies.arriving import Tally, receive
from studies.ingest import take_turn
from studies.models import SourceQuery, SyncRun
from studies.put_aside import Known
from studies.sources import SOURCES
from studies.sources.bounds import Bounds
from studies.sources.faults import Circle, SourceFault
from studies.sources.http import Client
from studies.sources.page import Page
from studies.vocabulary_desk import RunState, Source

STALE_AFTER = timedelta(minutes=15)  # a run that gave no sign of life for so long has ended without a word
OVERLAP = timedelta(days=5)  # sources list a paper some days late, or change it in its first days
# OpenAlex is asked by the day of publication and learns of papers weeks later.
OVERLAP_OF = {Source.OPENALEX: timedelta(days=45)}
BARREN = 20  # pages in a row without any phrase asked for: a source that puts the best first has no more
REFUSALS_KEPT = 100

Tell = Callable[[str], None]
Progress = Callable[[int, int], None]  # records read, records that the source names


class NotBegun(Exception):
    """No run can begin now; the message is a sentence."""


class TakenOver(Exception):
    """Another process took this run for dead and goes on with it."""


@dataclass
class Report:
    """What was done with one source. `fault` is a sentence where it did not come to an end, else empty."""

    source: Source
    read: int = 0
    arrived: int = 0
    known: int = 0
    notices: int = 0
    refused: int = 0
    left_out: int = 0
    fault: str = ""

    def add(self, tally: Tally, left_out: int) -> None:
        self.read += tally.read
        self.arrived += tally.arrived
        self.known += tally.known
        self.notices += tally.notices
        self.refused += len(tally.refusals)
        self.left_out += left_out


def sync(*, client: Client, source: Source, tell: Tell, progress: Progress) -> Report:
    """Ask a source for what it learnt since the last time: first what an earlier run left, then up to today.

    Effects: a SyncRun, or two; per page those of `arriving.receive`. Every fault is in the report, and in the run.
    """
    report = Report(source)
    try:
        while not report.fault:
            run = begin(source=source, at=timezone.now())
            report.fault = _Asking(run, client, report, tell, progress).ask()
            if run.until >= _today(timezone.now()):
                break
    except (NotBegun, TakenOver) as error:
        report.fault = str(error)
    return report


@transaction.atomic
def begin(*, source: Source, at: datetime) -> SyncRun:
    """A new run where the last one ended, or where it stopped. One that is stale is closed; a live one raises NotBegun."""
    query = SourceQuery.objects.select_for_update().filter(source=source, is_active=True).first()
    if query is None:
        raise NotBegun(f"{source.label} has no active question.")
    for running in SyncRun.objects.select_for_update().filter(query__source=source, state=RunState.RUNNING):
        _close_stale(running, source, at)
    since, until, cursor = _span(query, at)
    return SyncRun.objects.create(
        query=query, since=since, until=until, cursor=cursor, started_at=at, touched_at=at, state=RunState.RUNNING
    )


def _close_stale(running: SyncRun, source: Source, at: datetime) -> None:
    free = running.touched_at + STALE_AFTER
    # A sign of life in the future comes from a clock that ran ahead.
    if running.touched_at - STALE_AFTER < at < free:
        raise NotBegun(
            f"A run of {source.label} is under way since {running.started_at:%H:%M} UTC, last seen at "
            f"{running.touched_at:%H:%M}. If it has died, another one may begin at {free:%H:%M}."
        )
    running.state, running.ended_at = RunState.FAILED, at
    running.fault = "It ended without a word. The next run went on from its place."
    running.save(update_fields=["state", "ended_at", "fault"])


def _span(query: SourceQuery, at: datetime) -> tuple[date, date, str]:
    """First day, last day and cursor of the next run of a query; a new wording is asked from its first day."""
    today, last = _today(at), query.runs.order_by("-id").first()
    if last is None:
        return query.since, max(today, query.since), ""
    if last.state == RunState.DONE:
        return max(query.since, _back(query, today)), max(today, query.since), ""
    return last.since, last.until if last.cursor else max(today, last.since), last.cursor


def _back(query: SourceQuery, today: date) -> date:
    """The first day of a run after one that came to its end: some days before the last day that was asked for.

    Days after today were asked for by a clock that ran ahead; what they will bring was not there yet.
    """
    reached = query.runs.filter(state=RunState.DONE, until__lte=today).order_by("-id").first()
    overlap = OVERLAP_OF.get(Source(query.source), OVERLAP)
    return (reached.until if reached else query.since) - overlap


def _today(at: datetime) -> date:
    return at.date()  # UTC; the overlap makes up for the services' own time zones


class _Asking:
    """One run from its beginning to its end."""

    def __init__(self, run: SyncRun, client: Client, report: Report, tell: Tell, progress: Progress) -> None:
        self.run, self.client, self.report, self.tell, self.progress = run, client, report, tell, progress
        self.source, self.known = Source(run.query.source), Known()
        self.bounds = Bounds(self.source.label, SOURCES[self.source].number, cursor=run.cursor)
        self.pages = self.barren = 0

    def ask(self) -> str:
        """The fault with which the run stopped; empty where it came to its end."""
        try:
            self._ask()
        except SourceFault as fault:
            self._close(RunState.FAILED, fault=str(fault), **({"cursor": ""} if self._is_lost(fault) else {}))
            return str(fault)
        except TakenOver:
            raise
        except BaseException as error:
            self._close(RunState.FAILED, fault=f"It was stopped, or failed here ({type(error).__name__}).")
            raise
        self._close(RunState.DONE)
        return ""

    def _is_lost(self, fault: SourceFault) -> bool:
        """A place that the source itself refuses, or that lies in a circle, is given up: the next run would fail at it again."""
        is_refused = not fault.is_passing and not self.pages and bool(self.run.cursor)
        return is_refused or isinstance(fault, Circle)

    def _ask(self) -> None:
        run = self.run
        pages = SOURCES[self.source].find(
            self.client, query=run.query.text, since=run.since, until=run.until, cursor=run.cursor
        )
        for page in pages:
            self._deal_with(page)
            if self.barren == BARREN:
                self.tell(f"{self.source.label}: the rest holds none of the phrases asked for, and was not read.")
                return
            self.bounds.count(page)

    def _deal_with(self, page: Page) -> None:
        with transaction.atomic():
            run = SyncRun.objects.select_for_update().filter(pk=self.run.pk, state=RunState.RUNNING).first()
            if run is None:
                raise TakenOver(f"Another run of {self.source.label} took over.")
            at = timezone.now()
            tally = self._receive(page, at) if page.records else Tally()
            _write_down(run, page, tally, at)
        self.run = run
        self.pages += 1
        self.barren = self.barren + 1 if page.left_out and not page.records else 0
        self._say(page, tally)

    def _receive(self, page: Page, at: datetime) -> Tally:
        take_turn()
        self.known.refresh()
        return receive(page.records, query=self.run.query, known=self.known, at=at)

    def _say(self, page: Page, tally: Tally) -> None:
        self.report.add(tally, page.left_out)
        self.progress(self.report.read, page.total or 0)
        for number, title, reason in tally.refusals:
            self.tell(f"{self.source.label}, refused {number}: {reason} [{title[:100]}]")

    def _close(self, state: RunState, **columns: Any) -> None:
        """Only of a run that is still this one's: the last page may have closed it, or somebody taken it over."""
        at = timezone.now()
        running = SyncRun.objects.filter(pk=self.run.pk, state=RunState.RUNNING)
        columns["fault"] = str(columns.get("fault", ""))[:300]
        running.update(state=state, touched_at=at, ended_at=at, **columns)


def _write_down(run: SyncRun, page: Page, tally: Tally, at: datetime) -> None:
    """The place and the counts; with the last page the run is over, so that no moment lies between the two."""
    run.cursor, run.touched_at = page.cursor, at
    run.read += tally.read
    run.arrived += tally.arrived
    run.known += tally.known
    run.notices += tally.notices
    run.refused += len(tally.refusals)
    run.left_out += page.left_out
    run.refusals = [*run.refusals, *map(list, tally.refusals)][:REFUSALS_KEPT]
    if not page.cursor:
        run.state, run.ended_at = RunState.DONE, at
    run.save()
