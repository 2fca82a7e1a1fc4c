import sys
from typing import Any

from django.utils import timezone

from atlas_site.management.timed import TimedCommand
from atlas_site.watching import timers
from contributions import retention
from studies import uploads


class Command(TimedCommand):
    help = (
        "Delete what has come to the end of its time: contributions, contact details, events, limits. Run it nightly."
    )
    goes_by_the_clock = True

    def handle(self, *args: Any, **options: Any) -> None:
        done = retention.purge(at=timezone.now())
        timers.forget(at=timezone.now())
        files = uploads.discard_forgotten(at=timezone.now())
        self.tell(
            f"Closed without reply: {done['closed']}. Erased: {done['erased']}. Contact details: {done['contacts']}. "
            f"Events: {done['events']}. Counters: {done['buckets']}. Ledger lines: {done['ledger_lines']}. "
            f"Files of editors: {files}."
        )
        if not done["scrubbed"]:
            self.stderr.write("The database is busy, so its files still hold deleted rows. Run purge again later.")
            sys.exit(1)
