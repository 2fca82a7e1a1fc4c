from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contributions import retention


class Command(BaseCommand):
    help = "After a backup was restored: erase again whatever it brought back. Run it before the atlas is served."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ATLAS_ERASURE_LEDGER.exists():
            raise CommandError(
                f"There is no erasure ledger at {settings.ATLAS_ERASURE_LEDGER}, so nothing was erased again."
            )
        again = retention.replay(at=timezone.now())
        self.stdout.write(f"Erased again: {again}.")
