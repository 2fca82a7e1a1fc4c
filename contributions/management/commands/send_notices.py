import sys
from typing import Any

from django.utils import timezone

from atlas_site.management.timed import TimedCommand
from contributions import outbox


class Command(TimedCommand):
    help = "Send the mails that are owed; what a mail server does not take is tried again. Run it every five minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        done = outbox.send_due(at=timezone.now())
        self.tell(f"Mails sent: {done.sent}, not sent: {done.failed}, given up: {done.given_up}.")
        if done.failed:
            sys.exit(1)
