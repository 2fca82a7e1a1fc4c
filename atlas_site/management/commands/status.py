import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from atlas_site.watching import readiness, standing


class Command(BaseCommand):
    help = (
        "Say how the atlas stands: what waits, what the timers did, the last backup. Exit 1 when something is overdue."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if word := readiness.missing():
            self.stderr.write(f"The atlas is not ready: {word}.")
            sys.exit(1)
        lines = standing.lines(timezone.now())
        for line in lines:
            self.stdout.write(f"{'!' if line.is_overdue else ' '} {line.text}")
        if any(line.is_overdue for line in lines):
            sys.exit(1)
