import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from contributions import retention


class Command(BaseCommand):
    help = (
        "Delete what has come to the end of its time: contributions, contact details, events, limits. Run it nightly."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = retention.purge(at=timezone.now())
        self.stdout.write(
            f"Closed without reply: {done['closed']}. Erased: {done['erased']}. Contact details: {done['contacts']}. "
            f"Events: {done['events']}. Counters: {done['buckets']}. Ledger lines: {done['ledger_lines']}."
        )
        if not done["scrubbed"]:
            self.stderr.write("The database is busy, so its files still hold deleted rows. Run purge again later.")
            sys.exit(1)
