"""manage.py one_time_login USER --role ROLE: print a link that signs a staff account in once, on one's own machine."""

from argparse import ArgumentParser

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from atlas_site import one_time
from studies.roles import STRONGEST_FIRST

ROLES = [str(role) for role in reversed(STRONGEST_FIRST)]


class Command(BaseCommand):
    help = "Make a staff account with the given roles and print a link that signs it in once (only with ATLAS_LOCAL=1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="user name; the account is made when it is missing")
        parser.add_argument("--role", action="append", required=True, help=f"one of {', '.join(ROLES)}; repeatable")

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
            unknown = [name for name in role if name not in ROLES] or role
            raise CommandError(f"There is no role {', '.join(unknown)}. Choose from: {', '.join(ROLES)}.") from None
        link = settings.ATLAS_URL + reverse("one_time_login", args=[token])
        self.stdout.write(f"  {user} ({', '.join(role)}): {link}")
