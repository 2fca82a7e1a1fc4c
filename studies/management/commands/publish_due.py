"""`manage.py publish_due`: publish what approvers ordered for an hour that has come. For a timer, every few minutes.

Ends with 0, or with 1 while an order could not be carried out and nobody has cancelled it. Running it twice does no harm.
"""

import sys
from typing import Any

from django.utils import timezone

from atlas_site.management.timed import TimedCommand
from studies import ordering
from studies.models import PublishingOrder


class Command(TimedCommand):
    help = "Publish the studies that were ordered for an hour that has come."
    goes_by_the_clock = True

    def handle(self, *args: Any, **options: Any) -> None:
        done = ordering.carry_out(at=timezone.now())
        for each in done:
            self.stdout.write(f"{each.study.slug}: {each.fault or f'published as version {each.revision.number}'}")
        stuck = PublishingOrder.objects.exclude(fault="").count()
        self.tell(f"{sum(each.revision is not None for each in done)} published, {stuck} could not be.")
        if stuck:
            sys.exit(1)
