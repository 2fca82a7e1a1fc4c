import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from atlas_site.backups.sqlite import Unsound
from atlas_site.backups.trying import steps
from atlas_site.management.timed import TimedCommand


class Command(TimedCommand):
    help = (
        "Restore a backup into an empty place, erase again what was erased since, prove that nothing of it is left, and check "
        "the whole history. The atlas itself is not touched. Exit 1 when a step fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that manage.py backup wrote")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        ok = True
        try:
            for step in steps(file):
                ok = step.ok
                (self.stdout if ok else self.stderr).write(f"{step.name}: {step.said}")
        except (Unsound, OSError) as error:
            raise CommandError(f"{file.name} cannot be restored. {error}") from None
        if not ok:
            self.stderr.write(f"{file.name} cannot be trusted: the last step failed.")
            sys.exit(1)
        self.tell(f"{file.name} can be restored.")
