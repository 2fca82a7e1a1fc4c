from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from atlas_site.backups.sqlite import Unsound
from atlas_site.backups.writing import back_up
from atlas_site.management.timed import TimedCommand


class Command(TimedCommand):
    help = "Write a dated backup with its checksum, and delete those older than ATLAS_BACKUP_DAYS. Run it every night."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", nargs="?", metavar="DIR", help="another folder than ATLAS_BACKUPS_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["directory"] or settings.ATLAS_BACKUPS_DIR)
        try:
            done = back_up(folder=folder, at=timezone.now(), days=settings.ATLAS_BACKUP_DAYS)
        except (Unsound, OSError) as error:
            raise CommandError(f"No backup was made, and no old one was deleted. {error}") from None
        self.tell(f"{done.path.name}: {done.bytes / 1_000_000:.1f} MB. Old backups deleted: {done.removed}.")
        self.stdout.write(str(done.path))
