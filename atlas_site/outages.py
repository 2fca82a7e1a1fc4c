"""Which faults say that the database is away, busy, full or read-only, so that waiting helps, and no fault of the code."""

from __future__ import annotations

from django.db import InterfaceError, InternalError, OperationalError

RETRY_AFTER = "120"  # seconds, of every answer that such a fault leads to
# SQLSTATE of PostgreSQL: a transaction that may only read, and a full disk.
READ_ONLY, FULL = "25006", "53100"
SQLITE_WORDS = ("readonly database", "disk is full")


def is_outage(fault: BaseException | None) -> bool:
    """Whether the database refused or did not answer. A server that only reads says so in an InternalError."""
    if isinstance(fault, InternalError):
        return state_of(fault) == READ_ONLY
    return isinstance(fault, OperationalError | InterfaceError)


def only_reads(fault: BaseException | None) -> bool:
    """Whether the database answers, but takes nothing in: it is read-only, or its disk is full."""
    if fault is None or not is_outage(fault):
        return False
    return state_of(fault) in {READ_ONLY, FULL} or any(word in str(fault) for word in SQLITE_WORDS)


def state_of(fault: BaseException | None) -> str:
    """The SQLSTATE of the fault behind Django's; empty where there is none."""
    return str(getattr(getattr(fault, "__cause__", None), "sqlstate", "") or "")
