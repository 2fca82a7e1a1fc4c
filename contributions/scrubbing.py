"""Deleted rows must be gone from the database's files too, not only from its tables.

SQLite overwrites what is deleted (`secure_delete`, settings.py); here its write-ahead log is emptied, which no reader
may stand in the way of. PostgreSQL keeps dead rows until the table is written anew, which needs the table for itself
for a moment, and no transaction that is older than the deletion, here or on a standby that reports what its readers
see. What is busy for longer than LOCK_TIMEOUT is left to the nightly `purge`, which waits longer: a standby reports
every ten seconds.
"""

from __future__ import annotations

import logging
import time

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from contributions.models import ContactDetail, Contribution, DayKey, Event, Message, Notice, Opening, ProposalLink

PRIVATE_MODELS = (Message, ContactDetail, Contribution, ProposalLink, Event, Notice, Opening, DayKey)
LOCK_TIMEOUT = 2000  # milliseconds
NIGHTLY_PATIENCE = 30.0  # seconds

logger = logging.getLogger(__name__)


def scrub_after_commit() -> None:
    """Clean the files once the transaction that deletes has committed. A file that cannot be cleaned now is logged."""
    transaction.on_commit(scrub)


def scrub(*, patience: float | None = None) -> bool:
    """Clean the files now. Returns whether all of it was possible; inside a transaction there is nothing to clean yet.

    On PostgreSQL wait so many seconds for transactions that are older; without a number as long as for a lock.
    """
    if connection.in_atomic_block:
        return True
    done = _empty_log() if connection.vendor == "sqlite" else _rewrite_tables(patience or LOCK_TIMEOUT / 1000)
    if not done:
        logger.warning("Erased rows are not gone from the database's files yet; the next purge tries again.")
    return done


def _empty_log() -> bool:
    with connection.cursor() as cursor:
        (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_TIMEOUT}")
        try:
            busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except OperationalError:
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
    return not busy


# Rows that died after the oldest transaction began are copied into the new file, for that transaction might see them. What
# has no database may be the sender to a standby; `backend_type` would say so, but to other roles than its own it is empty.
NOBODY_SEES_OLD_ROWS = """
SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %(deleted)s::xid8
   AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE (datname = current_database() OR datname IS NULL)
                   AND pid <> pg_backend_pid() AND age(backend_xmin) > age(%(deleted)s::xid8::xid))
   AND NOT EXISTS (SELECT FROM pg_replication_slots WHERE age(xmin) > age(%(deleted)s::xid8::xid))
"""


def _rewrite_tables(patience: float) -> bool:
    with connection.cursor() as cursor:
        if not _outlives_older_transactions(cursor, patience):
            return False
        cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT}")
        try:
            for model in PRIVATE_MODELS:
                cursor.execute(f"VACUUM (FULL) {connection.ops.quote_name(model._meta.db_table)}")
        except OperationalError:
            return False
        finally:
            cursor.execute("RESET lock_timeout")
    return True


def _outlives_older_transactions(cursor: CursorWrapper, patience: float) -> bool:
    """Wait until no transaction is left that began before this moment; False where one takes too long."""
    cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    (deleted,) = cursor.fetchone()
    last = time.monotonic() + patience
    while True:
        cursor.execute(NOBODY_SEES_OLD_ROWS, {"deleted": deleted})
        if cursor.fetchone() == (True,):
            return True
        if time.monotonic() > last:
            return False
        time.sleep(0.02)
