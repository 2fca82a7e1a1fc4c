import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from atlas_site.management.timed import TimedCommand
from studies import checking
from studies.checking import USUAL, Report
from studies.formats.readers.refusals import Unreadable
from studies.outside import open_client, retraction_watch_file
from studies.sources import retraction_watch
from studies.sources.faults import SourceFault
from studies.vocabulary_desk import Source


class Command(TimedCommand):
    help = (
        "Compare published studies with their sources and with the table of Retraction Watch. What differs becomes a task for "
        "staff; nothing public changes. Exit 1 where a source did not answer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "sources", nargs="*", metavar="SOURCE", help="pubmed, crossref, europepmc, openalex, retraction_watch"
        )
        parser.add_argument("--limit", type=int, metavar="N", help="compare at most N studies with each source")
        parser.add_argument("--all", action="store_true", help="also those that are not due yet")
        parser.add_argument(
            "--table", type=Path, metavar="FILE", help="a table of Retraction Watch instead of a new one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sources = self._sources(options["sources"])
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit is a number from 1.")
        reports = [self._check(source, options) for source in sources]
        for report in reports:
            self.tell(_line(report))
        if any(report.fault or report.failed for report in reports):
            sys.exit(1)

    def _sources(self, names: list[str]) -> list[Source]:
        unknown = [name for name in names if name not in Source.values]
        if unknown:
            raise CommandError(f"Unknown source: {', '.join(unknown)}. There are: {', '.join(Source.values)}.")
        return [Source(name) for name in names] or [*USUAL, Source.RETRACTION_WATCH]

    def _check(self, source: Source, options: dict[str, Any]) -> Report:
        if source == Source.RETRACTION_WATCH:
            return self._check_notices(options["table"])
        return checking.check(
            client=open_client(),
            source=source,
            limit=options["limit"],
            everything=options["all"],
            tell=self.stderr.write,
        )

    def _check_notices(self, given: Path | None) -> Report:
        """A fault of the download leaves the table of an earlier day, which is compared all the same."""
        table, fault = given or retraction_watch_file(), ""
        if given is None:
            try:
                retraction_watch.refresh(open_client(), target=table)
            except SourceFault as error:
                fault = str(error)
        if not table.is_file():
            return Report(Source.RETRACTION_WATCH, fault=fault or f"There is no file {table.name}.")
        try:
            report = checking.check_notices(table=table, at=timezone.now())
        except Unreadable as error:
            return Report(Source.RETRACTION_WATCH, fault=str(error))
        report.fault = fault
        return report


def _line(report: Report) -> str:
    tally = report.tally
    told = (
        f"{report.source.label}: {report.compared} compared, {tally.new} new findings, {tally.seen_again} seen again, "
        f"{tally.settled} settled, {report.failed} not answered."
    )
    return f"{told} {report.fault}".rstrip()
