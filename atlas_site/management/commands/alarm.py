import sys
from typing import Any

from django.utils import timezone

from atlas_site.management.timed import TimedCommand
from atlas_site.watching import calling


class Command(TimedCommand):
    help = (
        "Mail the operator what stands wrong or happens unusually often: once, and once more each day while it lasts. "
        "Run it every ten minutes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = calling.call(at=timezone.now())
        self.tell(f"Matters that need somebody: {done.matters}, told now: {done.told}.")
        if not done.is_told:
            self.stderr.write("Nobody could be told. Look at ATLAS_ALARM_MAIL, ATLAS_CONTACT and EMAIL_URL.")
            sys.exit(1)
