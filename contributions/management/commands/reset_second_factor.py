from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from atlas_site import second_factor
from atlas_site.account_events import Event, record


class Command(BaseCommand):
    help = "Take the second factor of a member of staff away, for when the only lead lost theirs. Leads use the admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']}.")
        with transaction.atomic():
            second_factor.reset(user)
            record(Event.RESET, user)
        self.stdout.write(f"{user} has no second factor now. The next sign-in sets up another.")
