import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from atlas_site.management.timed import TimedCommand
from studies import syncing
from studies.management.progress import bar
from studies.models import SourceQuery
from studies.outside import open_client
from studies.sources import SOURCES
from studies.syncing import Report
from studies.vocabulary_desk import Source


class Command(TimedCommand):
    help = (
        "Ask the sources for papers that are new since the last time. New papers wait in the inbox as drafts. A run that stopped "
        "is gone on with. Exit 1 where a source did not come to its end."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "sources",
            nargs="*",
            metavar="SOURCE",
            help=f"{', '.join(SOURCES)}; all with an active question if none is named",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reports = [self._sync(source) for source in _sources(options["sources"])]
        except KeyboardInterrupt:
            raise CommandError("Stopped. The next run goes on from here.") from None
        for report in reports:
            self.tell(_line(report))
        if any(report.fault for report in reports):
            sys.exit(1)

    def _sync(self, source: Source) -> Report:
        progress = bar(source.label, sys.stderr)
        return syncing.sync(client=open_client(), source=source, tell=self.stderr.write, progress=progress)


def _sources(names: list[str]) -> list[Source]:
    unknown = [name for name in names if name not in SOURCES]
    if unknown:
        raise CommandError(f"Unknown source: {', '.join(unknown)}. There are: {', '.join(SOURCES)}.")
    asked = names or SourceQuery.objects.filter(is_active=True).values_list("source", flat=True)
    found = [source for source in Source if source in set(asked)]  # those believed most come first
    if not found:
        raise CommandError("No source has an active question.")
    return found


def _line(report: Report) -> str:
    told = (
        f"{report.source.label}: {report.read} read, {report.arrived} arrived, {report.known} known, "
        f"{report.notices} notices, {report.refused} refused, {report.left_out} left out."
    )
    return f"{told} {report.fault}".rstrip()
