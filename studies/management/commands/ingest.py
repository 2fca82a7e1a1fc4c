import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from studies.import_reports import as_data, as_lines
from studies.importing import FileReport, import_files
from studies.management.progress import bar


class Command(BaseCommand):
    help = (
        "Import files of references (PubMed XML, JATS, NBIB, RIS, BibTeX, CSL-JSON, CSV) as drafts. Exit 0 when every record was "
        "read or refused with a reason, 1 when a file could not be read; the other files are imported all the same."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen and write nothing")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")

    def handle(self, *, files: list[Path], dry_run: bool, as_json: bool, **options: Any) -> None:
        reports = import_files(
            [(str(path), path) for path in files],
            dry_run=dry_run,
            most=settings.ATLAS_IMPORT_MEGABYTES * 1_000_000,
            progress=lambda name: bar(name, sys.stderr),
        )
        if as_json:
            data = {"dry_run": dry_run, "files": [as_data(report) for report in reports]}
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=1))
        else:
            self._tell(reports, dry_run=dry_run, in_full=options["verbosity"] > 0)
        if any(report.fault for report in reports):
            sys.exit(1)

    def _tell(self, reports: list[FileReport], *, dry_run: bool, in_full: bool) -> None:
        if dry_run:
            self.stdout.write("This was a trial: nothing was written.")
        for report in reports:
            self.stdout.write("\n".join(as_lines(report, in_full=in_full)))
