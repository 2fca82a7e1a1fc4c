from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from atlas_site.backups.sqlite import Unsound
from atlas_site.backups.writing import back_up
from atlas_site.management.timed import TimedCommand
from atlas_site.watching import clock


class Command(TimedCommand):
    help = "Write a dated backup with its checksum, and delete those older than ATLAS_BACKUP_DAYS. Run it every night."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", nargs="?", metavar="DIR", help="another folder than ATLAS_BACKUPS_DIR")
        parser.add_argument(
            "--trust-clock", action="store_true", help="delete old backups although the last run was long ago"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder, at = Path(options["directory"] or settings.ATLAS_BACKUPS_DIR), timezone.now()
        doubt = "" if options["trust_clock"] else clock.doubt(self._name, at)
        try:
            done = back_up(folder=folder, at=at, days=None if doubt else settings.ATLAS_BACKUP_DAYS)
        except (Unsound, OSError) as error:
            raise CommandError(f"No backup was made, and no old one was deleted. {error}") from None
        self.tell(f"{done.path.name}: {done.bytes / 1_000_000:.1f} MB. Old backups deleted: {done.removed}.")
        self.stdout.write(str(done.path))
        if doubt:
            self.stderr.write("No old backup was deleted. The last run is so long ago that the clock may be wrong.")
