import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from atlas_site.management.timed import TimedCommand
from contributions import rotation, scrubbing


class Command(TimedCommand):
    help = "Wrap the key of every contribution with the first key of ATLAS_ENCRYPTION_KEYS; then the others may go."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rotation.rewrap()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        scrubbing.scrub()
        self.tell(f"Wrapped anew: {done.wrapped}. Had the current key already: {done.current}.")
        receipts = ", ".join(f"{name} {count}" for name, count in rotation.receipts_by_key().items()) or "none"
        self.stdout.write(f"Receipts by key of ATLAS_RECEIPT_KEYS: {receipts}. Keep every key that is named here.")
        if done.left:
            names = ", ".join(f"{name} ({count})" for name, count in sorted(done.left.items()))
            self.stderr.write(
                f"Not opened, because their key is missing or wrong: {names}. Put the key back and run it again."
            )
            sys.exit(1)
        self.stdout.write("Only the first encryption key is in use now.")
