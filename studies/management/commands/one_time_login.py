"""manage.py one_time_login USER --role ROLE: print a link that signs a staff account in once, on one's own machine."""

from argparse import ArgumentParser

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from atlas_site import one_time


class Command(BaseCommand):
    help = "Make a staff account with the given roles and print a link that signs it in once (only with ATLAS_LOCAL=1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="user name; the account is made when it is missing")
        parser.add_argument(
            "--role", action="append", required=True, help="triage, moderator, editor or lead; repeatable"
        )

    def handle(self, *, user: str, role: list[str], **options: object) -> None:
        try:
            token = one_time.mint(username=user, roles=role)
        except one_time.NotLocal:
            raise CommandError("One-time logins need ATLAS_LOCAL=1; elsewhere staff sign in with a password.") from None
        except one_time.HasPassword:
            self.stdout.write(
                f"  {user} ({', '.join(role)}): has a password; sign in at {settings.ATLAS_URL}{reverse('admin:index')}"
            )
            return
        except Group.DoesNotExist:
            known = ", ".join(Group.objects.order_by("name").values_list("name", flat=True))
            raise CommandError(f"Unknown role in {', '.join(role)}. Roles are: {known}.") from None
        link = settings.ATLAS_URL + reverse("one_time_login", args=[token])
        self.stdout.write(f"  {user} ({', '.join(role)}): {link}")
