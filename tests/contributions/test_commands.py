"""The commands answer in a sentence, and with a code that a timer can act on."""

import io
import subprocess
import sys
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from atlas_site.models import GivenPassword
from contributions import ledger, messages, retention, thread
from contributions.models import Contribution, StaffSettings
from tests.contributions.factories import in_state, make_user, received
from tests.running import ROOT

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _own_ledger(settings, tmp_path) -> None:
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"


def run(*words: str, **options: object) -> str:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=err, **options)
    except SystemExit as end:
        return f"{out.getvalue()}{err.getvalue()}exit {end.code}"
    return out.getvalue()


def test_purge_says_what_it_deleted() -> None:
    past = timezone.now() - timedelta(days=91)
    in_state("noted", make_user("moderator"), at=past)
    assert run("purge") == (
        "Closed without reply: 0. Erased: 1. Contact details: 0. Events: 0. Counters: 0. Ledger lines: 0. Files of editors: 0.\n"
    )
    assert Contribution.objects.get().state == "erased"


def ledger_lines(settings, name: str) -> list[int]:
    settings.ATLAS_ERASURE_LEDGER = settings.ATLAS_ERASURE_LEDGER.with_name(name)
    return [row.int for row, _ in ledger.lines()]


def test_each_machine_shortens_its_own_ledger_also_when_the_rows_are_gone(settings) -> None:
    """Two machines with one database: what the second one's purge finds to do is its ledger alone."""
    past = timezone.now() - timedelta(days=settings.ATLAS_BACKUP_DAYS + 2)
    for name, first in (("one.log", 1), ("two.log", 10)):
        ledger_lines(settings, name)
        ledger.append(UUID(int=first), at=past)
        ledger.append(UUID(int=first + 1), at=timezone.now())
    in_state("noted", make_user("moderator"), at=timezone.now() - timedelta(days=91))
    said = "Contact details: 0. Events: 0. Counters: 0. Ledger lines: 1. Files of editors: 0.\n"
    assert ledger_lines(settings, "one.log") == [1, 2]
    assert run("purge") == f"Closed without reply: 0. Erased: 1. {said}"
    assert ledger_lines(settings, "two.log") == [10, 11]
    assert run("purge") == f"Closed without reply: 0. Erased: 0. {said}"
    assert ledger_lines(settings, "two.log") == [11]
    assert ledger_lines(settings, "one.log") == [2, Contribution.objects.get().uuid.int]


def test_purge_fails_while_the_files_still_hold_deleted_rows(monkeypatch) -> None:
    monkeypatch.setattr(retention, "scrub", lambda **options: False)
    assert run("purge").splitlines()[1:] == [
        "The database is busy, so its files still hold deleted rows. Run purge again later.",
        "exit 1",
    ]


def test_remind_says_how_many_wait(mailoutbox) -> None:
    user = make_user("moderator")
    User.objects.filter(pk=user.pk).update(email="m@example.org")
    StaffSettings.objects.create(user=user, wants_mail=True)
    received(at=timezone.now() - timedelta(days=8))
    assert run("remind") == "Waiting: 1, new: 0, for 7 days: 1, for 14 days: 0, in quarantine: 0. Mails sent: 1.\n"


def test_remind_fails_where_mail_fails(settings) -> None:
    settings.EMAIL_BACKEND = "tests.contributions.test_notices.BrokenBackend"
    user = make_user("moderator")
    User.objects.filter(pk=user.pk).update(email="m@example.org")
    StaffSettings.objects.create(user=user, wants_mail=True)
    received(at=timezone.now())
    assert run("remind").splitlines()[1:] == ["Mails that could not be sent: 1.", "exit 1"]


def test_replay_says_how_many_came_back(settings) -> None:
    one = received()
    thread.take_back(contribution=one, at=timezone.now())
    assert run("replay_erasures") == "Erased again: 0.\n"
    settings.ATLAS_ERASURE_LEDGER.unlink()
    with pytest.raises(CommandError, match="There is no erasure ledger"):
        run("replay_erasures")


def test_rotate_keys_says_when_the_old_key_may_go(settings) -> None:
    one = received()
    settings.ATLAS_ENCRYPTION_KEYS = f"t2:{'C' * 42}A=,{settings.ATLAS_ENCRYPTION_KEYS}"
    assert run("rotate_keys") == (
        "Wrapped anew: 1. Had the current key already: 0.\n"
        "Receipts by key of ATLAS_RECEIPT_KEYS: t1 1. Keep every key that is named here.\n"
        "Only the first encryption key is in use now.\n"
    )
    assert len(messages.read(Contribution.objects.get(pk=one.pk))) == 1


def test_rotate_keys_fails_where_a_key_is_missing(settings) -> None:
    received()
    settings.ATLAS_ENCRYPTION_KEYS = f"t2:{'C' * 42}A="
    assert run("rotate_keys").splitlines()[2:] == [
        "Not opened, because their key is missing or wrong: t1 (1). Put the key back and run it again.",
        "exit 1",
    ]
    settings.ATLAS_ENCRYPTION_KEYS = ""
    with pytest.raises(CommandError, match="ATLAS_ENCRYPTION_KEYS is not set"):
        run("rotate_keys")


def add(username: str = "ann", *, password: str = PASSWORD, **options: object) -> str:
    with patch.object(sys, "stdin", io.StringIO(password + "\n")):
        return run("add_moderator", username, password_stdin=True, **options)


@pytest.mark.parametrize("role", ["triage", "moderator", "editor", "lead"])
def test_add_moderator_makes_somebody_who_may_sign_in(role: str) -> None:
    assert add(role=role, email="ann@example.org") == (
        f"ann is a {role} now.\n"
        "It works for 14 days. The first sign-in sets up a second factor and asks for a password of their own.\n"
    )
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.email, [group.name for group in user.groups.all()]) == (
        True, False, "ann@example.org", [role],
    )  # fmt: skip
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("username", "password", "fault"),
    [
        ("ann", "short", "too short"),
        ("ann", "password1234", "too common"),
        ("bo", PASSWORD, "There is a user bo already."),
        ("no such name!", PASSWORD, "valid username"),
    ],
)
def test_add_moderator_refuses_in_a_sentence(username: str, password: str, fault: str) -> None:
    make_user("moderator", username="bo")
    with pytest.raises(CommandError, match=fault):
        add(username, password=password)
    assert User.objects.count() == 1


def test_add_moderator_draws_the_first_password_and_shows_it_once() -> None:
    said = [run("add_moderator", name).splitlines() for name in ("ann", "bo")]
    drawn = [lines[1].removeprefix("First password, shown once: ") for lines in said]
    assert User.objects.get(username="ann").check_password(drawn[0])
    assert User.objects.get(username="bo").check_password(drawn[1])
    assert ([len(word) for word in drawn], drawn[0] == drawn[1]) == ([23, 23], False)
    assert GivenPassword.objects.count() == 2


def test_rotate_keys_names_those_who_have_to_sign_in_before_the_old_key_goes(settings) -> None:
    settings.PASSWORD_HASHERS = ["atlas_site.passwords.KeyedScryptHasher"]
    add("ann")
    settings.ATLAS_ENCRYPTION_KEYS = f"t2:{'C' * 42}A=,{settings.ATLAS_ENCRYPTION_KEYS}"
    waits = "Passwords that need an older key until their owner signs in again: ann."
    assert run("rotate_keys").splitlines()[2:] == [waits]
    assert User.objects.get().check_password(PASSWORD)
    assert run("rotate_keys").splitlines()[2:] == ["Only the first encryption key is in use now."]


def test_no_password_is_taken_from_the_command_line() -> None:
    words = [sys.executable, "manage.py", "add_moderator", "--help"]
    shown = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "--password PASSWORD" not in shown
    assert "--password-stdin" in shown


@pytest.mark.parametrize(
    ("role", "held"),
    [
        ("triage", {"view_contribution"}),
        ("moderator", {"view_contribution"}),
        ("editor", set()),
        ("lead", {"view_contribution", "see_contact"}),
    ],
)
def test_private_side_is_open_to_those_who_need_it(role: str, held: set[str]) -> None:
    """Contact details are for leads; an editor has no queue."""
    rights = {
        right.removeprefix("contributions.") for right in make_user(role).get_all_permissions() if "contrib" in right
    }
    assert rights - {"studies.decide_contribution"} == held
