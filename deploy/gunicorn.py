"""Gunicorn's configuration on a server (deploy/systemd/atlas-web.service, deploy/compose/compose.yaml)."""

import contextlib
import ctypes
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))  # with SQLite 1 or 2: it has one writer anyway
threads = 8
timeout = 60
graceful_timeout = 30
keepalive = 5
backlog = 512
limit_request_line = 0  # the proxy before it holds requests short; what passes gets a page that says what was ignored
loglevel = "warning"
accesslog = None  # the proxy writes one without addresses and queries
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat of workers must not wait for a disk
control_socket_disable = True
proc_name = "atlas"

ARENAS, MOST_ARENAS = -8, 2  # M_ARENA_MAX of malloc.h


def keep_memory_together() -> None:
    """Let the threads of a process share two arenas of memory; each would keep some 14 MB in one of its own."""
    with contextlib.suppress(OSError, AttributeError):  # another C library, which has no arenas
        ctypes.CDLL(None).mallopt(ARENAS, MOST_ARENAS)


keep_memory_together()  # before the workers and their threads begin


def on_starting(server: "Arbiter") -> None:
    """Counts of requests begin anew with the server, not with each worker."""
    from django.conf import settings

    from atlas_site.watching import sharing

    sharing.forget(settings.ATLAS_METRICS_DIR)
