"""Checks of `manage.py check --deploy` that look at the server itself: database, disk, clock, mail, ledger, token."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import Error as DatabaseFault
from django.db.models import Max
from django.utils import timezone

from atlas_site.models import TimerRun
from atlas_site.watching import readiness, room
from contributions import ledger, outbox
from studies.models import Revision

SHORTEST = 20  # characters of a token
DRIFT = timedelta(minutes=5)


@register(Tags.security, deploy=True)
def check_ready(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    hints = {
        "database": "Start it, and look at DATABASE_URL.",
        "migrations": "Run manage.py migrate.",
        "search": "Run manage.py migrate, which puts the full-text index back, then manage.py rebuild_search.",
    }
    word = readiness.missing()
    return [Error(f"The atlas is not ready: {word}.", hint=hints[word], id="atlas.E006")] if word else []


@register(Tags.security, deploy=True)
def check_ledger(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Without a place to write the ledger nothing can be erased; beside the database a restore would take it back, too.

    It belongs to this machine, so no purge on another one shortens it.
    """
    path = Path(settings.ATLAS_ERASURE_LEDGER).resolve()
    folder = path.parent
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        hint = "Make the folder of ATLAS_ERASURE_LEDGER, for the user of the atlas alone."
        return [Error("The erasure ledger cannot be written, so nothing could be erased.", hint=hint, id="atlas.E007")]
    if folder.is_relative_to(settings.DATA_DIR):
        hint = "Set ATLAS_ERASURE_LEDGER to a folder outside the data folder, best on another disk."
        return [Caution("The erasure ledger lies in the data folder.", hint=hint, id="atlas.W002")]
    if os.access(path, os.R_OK) and ledger.is_overdue(timezone.now()):
        hint = "Let the timer of purge run on this machine as well: each machine shortens its own ledger."
        return [Caution("The erasure ledger here holds lines that no backup needs.", hint=hint, id="atlas.W015")]
    return []


@register(Tags.security, deploy=True)
def check_mail(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if settings.EMAIL_BACKEND.startswith("django.core.mail.backends.smtp"):
        return []
    hint = "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.org:587."
    return [Caution("No mail is sent: staff are not reminded.", hint=hint, id="atlas.W003")]


@register(Tags.security, deploy=True)
def check_outbox(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Whether mails leave that are owed."""
    try:
        mail = outbox.standing(timezone.now())
    except DatabaseFault:
        return []  # check_ready says so
    if not (mail.late or mail.given_up):
        return []
    hint = "Look at the log of send_notices, and at EMAIL_URL. What was given up is told for a week."
    return [Caution(f"Mails that are late: {mail.late}, given up: {mail.given_up}.", hint=hint, id="atlas.W013")]


@register(Tags.security, deploy=True)
def check_room(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """One caution for each folder we write into whose disk is nearly full."""
    hint = "Make room: a full disk keeps contributors from sending."
    return [
        Caution(f"Less than 1 GB is free where {name} is.", hint=hint, id="atlas.W004")
        for name, left in room.free().items()
        if left < room.LEAST
    ]


@register(Tags.security, deploy=True)
def check_clock(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Nothing that the database holds may be in the future: clocks of erasure and the history rest on the time."""
    try:
        written = [
            Revision.objects.aggregate(at=Max("made_at"))["at"],
            TimerRun.objects.aggregate(at=Max("ended_at"))["at"],
        ]
    except DatabaseFault:
        return []  # check_ready says so
    if not any(at and at > timezone.now() + DRIFT for at in written):
        return []
    hint = "Set the clock, and let it be kept (timedatectl set-ntp true)."
    return [Error("The clock of this machine is behind what the database holds.", hint=hint, id="atlas.E008")]


@register(Tags.security, deploy=True)
def check_token(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if not settings.ATLAS_METRICS_TOKEN or len(settings.ATLAS_METRICS_TOKEN) >= SHORTEST:
        return []
    hint = "Make one: openssl rand -hex 24."
    return [Caution("ATLAS_METRICS_TOKEN is short enough to be guessed.", hint=hint, id="atlas.W005")]
