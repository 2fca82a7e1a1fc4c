import sys
from typing import Any

from django.utils import timezone

from atlas_site.management.timed import TimedCommand
from contributions import notices


class Command(TimedCommand):
    help = (
        "Mail staff who asked for it how many messages wait; after 7 days and, to leads, after 14. Run it once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = notices.remind(at=timezone.now())
        self.tell(
            f"Waiting: {counts['waiting']}, new: {counts['new']}, for 7 days: {counts['overdue']}, "
            f"for 14 days: {counts['long']}, in quarantine: {counts['quarantined']}. Mails sent: {counts['sent']}."
        )
        if counts["failed"]:
            self.stderr.write(f"Mails that could not be sent: {counts['failed']}.")
            sys.exit(1)
