import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from atlas_site import passwords, second_factor
from atlas_site.management.timed import TimedCommand
from contributions import rotation, scrubbing


class Command(TimedCommand):
    help = "Wrap every key and secret with the first key of ATLAS_ENCRYPTION_KEYS; then the others may go."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rotation.rewrap()
            done.left.update(second_factor.reseal())
            waiting = passwords.owners_with_another_key()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        scrubbing.scrub()
        self.tell(f"Wrapped anew: {done.wrapped}. Had the current key already: {done.current}.")
        receipts = ", ".join(f"{name} {count}" for name, count in rotation.receipts_by_key().items()) or "none"
        self.stdout.write(f"Receipts by key of ATLAS_RECEIPT_KEYS: {receipts}. Keep every key that is named here.")
        if waiting:
            self.stdout.write(
                f"Passwords that need an older key until their owner signs in again: {', '.join(waiting)}."
            )
        if done.left:
            names = ", ".join(f"{name} ({count})" for name, count in sorted(done.left.items()))
            self.stderr.write(
                f"Not opened, because their key is missing or wrong: {names}. Put the key back and run it again."
            )
            sys.exit(1)
        if not waiting:
            self.stdout.write("Only the first encryption key is in use now.")
