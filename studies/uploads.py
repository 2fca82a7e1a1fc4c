"""Files that editors send: tried first, so that they see what would happen, then written or discarded."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from studies.errors import Problems, Stale
from studies.import_reports import as_data
from studies.importing import FileReport, import_files
from studies.models import Upload
from studies.roles import role_of
from studies.vocabulary_desk import UploadState

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_NAME = 200


def try_out(*, name: str, file: BinaryIO, most: int, by: User) -> Upload:
    """Read a file and find out what it would lead to. Nothing of it is written, the file itself is kept until it is decided.

    `most` is in bytes. Raises NotAllowed, and Problems with the reason where the file cannot be read.
    """
    role_of(by, "propose")
    content = file.read(most + 1)
    if len(content) > most:
        raise Problems(
            [f"The file is larger than {most // 1_000_000} MB. Send it in parts, or let it be imported on the server."]
        )
    report = _import(name, content, most=most, dry_run=True)
    return Upload.objects.create(
        name=name[:LONGEST_NAME],
        format=report.format,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        report=as_data(report),
        sent_by=by,
        sent_at=timezone.now(),
    )


def confirm(*, upload: Upload, version: int, most: int, by: User) -> Upload:
    """Write what was tried; the report then says what became of each record, which may differ if others were busy meanwhile.

    Effects: those of `importing.import_files`; the upload is confirmed and its bytes go. Raises NotAllowed, Stale, Problems.
    """
    role_of(by, "propose")
    content = bytes(upload.content or b"")
    _decide(upload, version, UploadState.CONFIRMED)
    try:
        report = _import(upload.name, content, most=most, dry_run=False)
    except BaseException:
        # Records are written in batches: what came in stays, and the file can be written again without doing harm.
        Upload.objects.filter(pk=upload.pk).update(state=UploadState.TRIED, content=content, decided_at=None)
        raise
    Upload.objects.filter(pk=upload.pk).update(report=as_data(report))
    upload.refresh_from_db()
    return upload


def discard(*, upload: Upload, version: int, by: User) -> None:
    """Effects: the upload is discarded and its bytes go. Raises NotAllowed, Stale."""
    role_of(by, "propose")
    _decide(upload, version, UploadState.DISCARDED)


def _import(name: str, content: bytes, *, most: int, dry_run: bool) -> FileReport:
    (report,) = import_files([(name, BytesIO(content))], dry_run=dry_run, most=most)
    if report.fault:
        raise Problems([report.fault])
    return report


@transaction.atomic
def _decide(upload: Upload, version: int, state: UploadState) -> None:
    """Take the upload; whoever comes second finds no row and gets Stale."""
    waiting = Upload.objects.filter(pk=upload.pk, version=version, state=UploadState.TRIED)
    decided: dict[str, Any] = {
        "state": state,
        "content": None,
        "decided_at": timezone.now(),
        "version": F("version") + 1,
    }
    if waiting.update(**decided) != 1:
        raise Stale("Somebody decided about this file already.")
