import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contributions.staff import ROLES, add_staff
from studies.errors import Problems


class Command(BaseCommand):
    help = "Make a member of staff, such as the first moderator. The password is asked for, never given on the command line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="", help="for reminders, if they ask for them later")
        parser.add_argument("--role", default="moderator", choices=[str(role) for role in ROLES])
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from the first line of input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = self._password(options["password_stdin"])
        try:
            add_staff(username=options["username"], email=options["email"], role=options["role"], password=password)
        except Problems as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{options['username']} is a {options['role']} now. The first sign-in asks them to set up a second factor."
        )

    def _password(self, from_input: bool) -> str:
        if from_input:
            return sys.stdin.readline().rstrip("\n")
        first, second = getpass.getpass("Password: "), getpass.getpass("Again: ")
        if first != second:
            raise CommandError("The two passwords differ.")
        return first
