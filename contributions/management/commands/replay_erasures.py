import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from atlas_site.management.timed import TimedCommand
from contributions import retention


class Command(TimedCommand):
    help = "After a backup was restored: erase again whatever it brought back. Run it before the atlas is served."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--count", action="store_true", help="erase nothing: say how many came back, and end with 1 if any did"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ATLAS_ERASURE_LEDGER.exists():
            raise CommandError(
                f"There is no erasure ledger at {settings.ATLAS_ERASURE_LEDGER}, so nothing was erased again. "
                "If nothing ever was erased, make an empty file there."
            )
        if options["count"]:
            left = retention.came_back()
            self.tell(f"Erased before and here again: {left}.")
            if left:
                sys.exit(1)
            return
        again = retention.replay(at=timezone.now())
        self.tell(f"Erased again: {again}.")
