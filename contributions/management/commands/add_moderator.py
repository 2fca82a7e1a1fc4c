import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from atlas_site import passwords
from contributions.staff import ROLES, add_staff
from studies.errors import Problems


class Command(BaseCommand):
    help = (
        "Make a member of staff, such as the first moderator. Their first password is drawn by chance and shown once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="", help="for reminders, if they ask for them later")
        parser.add_argument("--role", default="moderator", choices=[str(role) for role in ROLES])
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from the first line of input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        typed = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else ""
        password = typed if options["password_stdin"] else passwords.draw()
        try:
            add_staff(username=options["username"], email=options["email"], role=options["role"], password=password)
        except Problems as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{options['username']} is a {options['role']} now.")
        if not options["password_stdin"]:
            self.stdout.write(f"First password, shown once: {password}")
        self.stdout.write(
            "It works for 14 days. The first sign-in sets up a second factor and asks for a password of their own."
        )
