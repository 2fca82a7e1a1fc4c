import sys
from typing import Any

from django.core.management.base import CommandParser

from atlas_site.management.timed import TimedCommand
from studies.models import PublicState
from studies.verification import holds, verify

SHOWN = 50


class Command(TimedCommand):
    help = "Check the public history: both chains, every value, and each live study against its history. Exit 0 or 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", metavar="HASH", help="a newest hash that was noted down earlier")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = [str(fault) for fault in verify()]
        if options["anchor"] and not holds(options["anchor"]):
            faults.append(f"the history: no revision has the hash {options['anchor']}")
        for fault in faults[:SHOWN]:
            self.stdout.write(fault)
        if faults:
            self.stdout.write(
                f"The history is broken: {len(faults)} faults, the first one above."
                if len(faults) > 1
                else "The history is broken."
            )
            sys.exit(1)
        state = PublicState.objects.get(pk=1)
        self.tell(f"The history is whole: {state.revisions} revisions, newest hash {state.newest_hash}.")
