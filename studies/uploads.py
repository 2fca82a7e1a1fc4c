"""Files that editors send: tried first, so that they see what would happen, then written or discarded."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.db.models import F, Q
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
# Of each list of a report as many rows are kept as a page shows, and of each text as much as a cell: a file may hold 10,000
# records that all have something to say. `manage.py ingest` tells all.
MOST_ROWS = 500
LONGEST_TEXT = 500
LISTS = ("refused", "possible_duplicates", "records", "problems")
# Writing takes minutes at most. After this, whoever wrote was stopped, and the file may be decided again.
WRITING_TAKES = timedelta(minutes=30)
# A file that nobody decided on goes after so many days; one person may have so many of them at once.
UNDECIDED_FOR = timedelta(days=30)
MOST_UNDECIDED = 10


def try_out(*, name: str, file: BinaryIO, most: int, by: User) -> Upload:
    """Read a file and find out what it would lead to. Nothing of it is written, the file itself is kept until it is decided.

    `most` is in bytes. Raises NotAllowed, and Problems with the reason where the file cannot be read, or where this person
    has too many files that wait for a decision.
    """
    role_of(by, "propose")
    _refuse_too_many(by)
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
        report=_kept(report),
        sent_by=by,
        sent_at=timezone.now(),
    )


def confirm(*, upload: Upload, version: int, most: int, by: User) -> Upload:
    """Write what was tried; the report then says what became of each record, which may differ if others were busy meanwhile.

    Effects: those of `importing.import_files`; the upload is confirmed and its bytes go. They stay until all is written:
    records come in batches, and a file of which only a part came in can be written again without doing harm. Raises
    NotAllowed, Stale, Problems.
    """
    role_of(by, "propose")
    _take(upload, version, decided_at=timezone.now())
    mine = Upload.objects.filter(pk=upload.pk, version=version + 1, state=UploadState.TRIED)
    try:
        report = _import(upload.name, bytes(mine.get().content or b""), most=most, dry_run=False)
    except BaseException:
        mine.update(decided_at=None)
        raise
    mine.update(state=UploadState.CONFIRMED, content=None, report=_kept(report), decided_at=timezone.now())
    upload.refresh_from_db()
    return upload


def discard(*, upload: Upload, version: int, by: User) -> None:
    """Effects: the upload is discarded and its bytes go. Raises NotAllowed, Stale."""
    role_of(by, "propose")
    _take(upload, version, decided_at=timezone.now(), state=UploadState.DISCARDED, content=None)


def discard_forgotten(*, at: datetime) -> int:
    """Discard the files that nobody decided on for 30 days; returns how many. Their bytes go, the report stays."""
    rows = Upload.objects.filter(_nobody_writes(at), state=UploadState.TRIED, sent_at__lte=at - UNDECIDED_FOR)
    return rows.update(version=F("version") + 1, state=UploadState.DISCARDED, content=None, decided_at=at)


def _refuse_too_many(by: User) -> None:
    if Upload.objects.filter(sent_by=by, state=UploadState.TRIED).count() >= MOST_UNDECIDED:
        raise Problems([f"You have {MOST_UNDECIDED} files that wait for a decision. Write or leave one of them first."])


def _nobody_writes(at: datetime) -> Q:
    return Q(decided_at=None) | Q(decided_at__lte=at - WRITING_TAKES)


def is_being_written(upload: Upload) -> bool:
    """Whether somebody confirmed it and the records are still going in."""
    began = upload.decided_at if upload.state == UploadState.TRIED else None
    return began is not None and began > timezone.now() - WRITING_TAKES


def _import(name: str, content: bytes, *, most: int, dry_run: bool) -> FileReport:
    (report,) = import_files([(name, BytesIO(content))], dry_run=dry_run, most=most)
    if report.fault:
        raise Problems([report.fault])
    return report


@transaction.atomic
def _take(upload: Upload, version: int, **values: Any) -> None:
    """Take the upload; whoever comes second finds no row and gets Stale."""
    waiting = Upload.objects.filter(
        _nobody_writes(timezone.now()), pk=upload.pk, version=version, state=UploadState.TRIED
    )
    if waiting.update(version=F("version") + 1, **values) != 1:
        raise Stale("Somebody decided about this file already.")


def _kept(report: FileReport) -> dict[str, Any]:
    """The report with the first rows of its lists, and in `counts` how many there were."""
    data = as_data(report)
    counts = {name: len(data[name]) for name in LISTS}
    return {**data, **{name: _short(data[name][:MOST_ROWS]) for name in LISTS}, "counts": counts}


def _short(value: Any) -> Any:
    """Without what a database cannot hold: signs for which a record may have been refused."""
    if isinstance(value, str):
        value = value.replace("\0", "").encode(errors="replace").decode()
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]} …"
    if isinstance(value, list):
        return [_short(each) for each in value]
    return {name: _short(each) for name, each in value.items()} if isinstance(value, dict) else value
