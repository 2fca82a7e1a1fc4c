"""manage.py export_atlas [DIR]: write the release of the atlas's present state."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from atlas_site.management.timed import TimedCommand
from studies.dumping.writing import Busy, clear, export


class Command(TimedCommand):
    help = (
        "Write a dated release of the public atlas that anyone can verify. One that is there already stays as it is; one "
        "with a value that was removed from the history since is emptied."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "directory", nargs="?", metavar="DIR", help="Where releases stand; without it the folder that /data/ lists."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["directory"] or settings.ATLAS_RELEASES_DIR)
        try:
            release, new = export(folder)
            emptied = clear(folder)
        except Busy as error:
            raise CommandError(f"Another export is writing into {folder}.") from error
        except OSError as error:
            raise CommandError(f"The release was not written: {error}") from error
        said = "written" if new else "is there already, the atlas has not changed since"
        self.tell(f"{release.name}: {said}. {release.studies} studies, {release.revisions} revisions.")
        self.stdout.write(f"Newest hash {release.newest_hash}")
        self.stdout.write(str(release.folder))
        for name in emptied:
            self.stdout.write(f"{name}: emptied, because a value in it was removed from the history since.")
